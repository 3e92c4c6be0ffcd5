namespace KafkaLogstash.Kafka;

internal static class AssemblyMarker;
