namespace KafkaLogstash.Api;

internal static class AssemblyMarker;
