using k8s;
using k8s.Models;

namespace KafkaLogstash.Api;

/// <summary>A list of connections, as the API server answers a list request.</summary>
[KubernetesEntity(
    Group = KafkaLogstashConnection.GroupName,
    ApiVersion = KafkaLogstashConnection.VersionName,
    Kind = KindName,
    PluralName = KafkaLogstashConnection.PluralName)]
public sealed record KafkaLogstashConnectionList : IKubernetesObject<V1ListMeta>, IItems<KafkaLogstashConnection>
{
    /// <summary>The kind of a list.</summary>
    public const string KindName = KafkaLogstashConnection.KindName + "List";

    /// <inheritdoc />
    public string ApiVersion { get; set; } = $"{KafkaLogstashConnection.GroupName}/{KafkaLogstashConnection.VersionName}";

    /// <inheritdoc />
    public string Kind { get; set; } = KindName;

    /// <inheritdoc />
    public V1ListMeta Metadata { get; set; } = new();

    /// <summary>The connections.</summary>
    public IList<KafkaLogstashConnection> Items { get; set; } = [];
}
