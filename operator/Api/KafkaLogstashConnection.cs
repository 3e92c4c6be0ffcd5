using k8s;
using k8s.Models;
using KafkaLogstash.Api.Schema;

namespace KafkaLogstash.Api;

/// <summary>
/// Connects Apache Kafka with Logstash: topics become events of a Logstash pipeline, events become records of a topic, or both. The operator runs
/// Logstash for it (and bridge pods, with <c>transport: Bridge</c>) and reports in <c>status</c>.
/// </summary>
[KubernetesEntity(Group = GroupName, ApiVersion = VersionName, Kind = KindName, PluralName = PluralName)]
[Rule("self.metadata.name.size() <= 45", RuleMessages.NameTooLong)]
[Rule("self.metadata.name.matches('" + Patterns.ServiceName + "')", RuleMessages.NameNotForServices)]
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

    /// <summary>The longest name: names of derived objects append up to 18 characters, and Services and label values end at 63.</summary>
    public const int MaxNameLength = 45;

    /// <inheritdoc />
    public string ApiVersion { get; set; } = $"{GroupName}/{VersionName}";

    /// <inheritdoc />
    public string Kind { get; set; } = KindName;

    /// <inheritdoc />
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>What the connection should be: where Kafka is, what flows in which direction, and how Logstash runs.</summary>
    public ConnectionSpec Spec { get; set; } = new();

    /// <summary>What the operator found; nobody else writes it.</summary>
    public ConnectionStatus? Status { get; set; }
}
