using k8s;
using k8s.Models;

namespace KafkaLogstash.Api;

/// <summary>A connection between Apache Kafka and Logstash: what is read, what is written, and what happens in between.</summary>
[KubernetesEntity(Group = GroupName, ApiVersion = VersionName, Kind = KindName, PluralName = PluralName)]
public sealed record KafkaLogstashConnection : IKubernetesObject<V1ObjectMeta>, ISpec<ConnectionSpec>, IStatus<ConnectionStatus?>
{
    /// <summary>The API group.</summary>
    public const string GroupName = "kafka-logstash.io";

    /// <summary>The version of the API.</summary>
    public const string VersionName = "v1alpha1";

    /// <summary>The kind.</summary>
    public const string KindName = "KafkaLogstashConnection";

    /// <summary>The name in URLs and on kubectl's command line; <c>klc</c> for short.</summary>
    public const string PluralName = "kafkalogstashconnections";

    /// <inheritdoc />
    public string ApiVersion { get; set; } = $"{GroupName}/{VersionName}";

    /// <inheritdoc />
    public string Kind { get; set; } = KindName;

    /// <inheritdoc />
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>What the connection should be.</summary>
    public ConnectionSpec Spec { get; set; } = new();

    /// <summary>What the operator found; nobody else writes it.</summary>
    public ConnectionStatus? Status { get; set; }
}
