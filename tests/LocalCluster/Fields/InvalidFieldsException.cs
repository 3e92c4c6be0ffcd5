namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>An object does not fit its schema, so nobody can tell whose its fields are. The message names the field.</summary>
internal sealed class InvalidFieldsException(string message) : Exception(message);
