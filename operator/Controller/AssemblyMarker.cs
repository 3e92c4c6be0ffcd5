namespace KafkaLogstash.Controller;

internal static class AssemblyMarker;
