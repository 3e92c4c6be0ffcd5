namespace KafkaLogstash.LocalCluster.ApiServer;

/// <summary>One reason why an object is refused.</summary>
internal sealed record FieldError(string Type, string Field, string Detail);
