namespace KafkaLogstash.Kafka.Pem;

/// <summary>PEM text that can't be used. The message says why and what to do, and never quotes the text.</summary>
public sealed class PemException(string message) : Exception(message);
