namespace KafkaLogstash.LocalCluster.Run;

/// <summary>A trial that can't go on. The message says why, and where to look.</summary>
internal sealed class RunException(string message) : Exception(message);
