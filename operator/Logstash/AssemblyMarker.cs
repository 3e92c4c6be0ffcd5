namespace KafkaLogstash.Logstash;

internal static class AssemblyMarker;
