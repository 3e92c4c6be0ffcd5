namespace KafkaLogstash.LocalCluster.Node;

/// <summary>What a container is configured from is not there; it may come.</summary>
internal sealed class ContainerConfigException(string message) : Exception(message);
