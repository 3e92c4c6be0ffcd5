namespace KafkaLogstash.LocalCluster.LogstashStandIn;

/// <summary>Why a pipeline or the program's settings can't be used; the message names the thing and is shown to people.</summary>
internal sealed class PipelineException(string message, Exception? inner = null) : Exception(message, inner);
