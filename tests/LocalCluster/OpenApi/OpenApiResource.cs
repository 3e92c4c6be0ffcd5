using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.OpenApi;

/// <summary>A resource that an API server serves.</summary>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Version">The version, such as <c>v1</c>.</param>
/// <param name="Kind">The kind, such as <c>Deployment</c>.</param>
/// <param name="Plural">The resource's name in paths, such as <c>deployments</c>.</param>
/// <param name="IsNamespaced">True when its objects live in namespaces.</param>
/// <param name="Subresources">The subresources, such as <c>status</c> and <c>scale</c>.</param>
/// <param name="CrdSchema">The <c>openAPIV3Schema</c> of a custom resource; null for a built-in kind.</param>
internal sealed record OpenApiResource(
    string Group,
    string Version,
    string Kind,
    string Plural,
    bool IsNamespaced,
    IReadOnlyList<string> Subresources,
    JsonObject? CrdSchema = null)
{
    /// <summary>The document's name, such as <c>api/v1</c> or <c>apis/apps/v1</c>.</summary>
    internal string DocumentName => OpenApiDocuments.NameOf(Group, Version);

    /// <summary>The value of <c>x-kubernetes-group-version-kind</c>.</summary>
    internal JsonObject GroupVersionKind() => new() { ["group"] = Group, ["kind"] = Kind, ["version"] = Version };
}
