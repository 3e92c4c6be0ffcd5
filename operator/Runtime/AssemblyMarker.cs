namespace KafkaLogstash.Runtime;

internal static class AssemblyMarker;
