using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.Clusters;

namespace KafkaLogstash.Tests.Integration.Clusters;

/// <summary>A test with a namespace of its own in the shared cluster.</summary>
public abstract class ClusterTest(SharedCluster shared) : IAsyncLifetime
{
    protected ITestCluster Cluster { get; private set; } = null!;

    /// <summary>Speaks with the API server as one who may do everything.</summary>
    protected ApiSession Api { get; private set; } = null!;

    protected string Namespace { get; private set; } = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        Cluster = await ClusterAsync(shared);
        Api = new ApiSession(Cluster.AdminConfiguration);
        Namespace = await Cluster.CreateNamespaceAsync("contract", Cancellation);
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (Namespace is not null)
        {
            await Api.DeleteAsync($"/api/v1/namespaces/{Namespace}");
        }

        Api?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The cluster that the test runs on.</summary>
    protected virtual Task<ITestCluster> ClusterAsync(SharedCluster clusters) => clusters.GetAsync();

    /// <summary>Path of a resource in the test's namespace.</summary>
    /// <param name="groupVersion"><c>v1</c>, <c>apps/v1</c> and the like.</param>
    /// <param name="resource">Plural name.</param>
    /// <param name="name">Name of an object, with its subresource; none is the collection.</param>
    protected string PathOf(string groupVersion, string resource, string? name = null) =>
        $"/{(groupVersion.Contains('/', StringComparison.Ordinal) ? "apis" : "api")}/{groupVersion}/namespaces/{Namespace}/{resource}{(name is null ? "" : $"/{name}")}";

    protected static JsonObject ConfigMap(string name, string value = "1") => Parse(
        $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"},"data":{"key":"{{{value}}}"}}""");

    protected static JsonObject Deployment(string name, int replicas = 1) => Parse(
        $$$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{name}}}"},"spec":{"replicas":{{{replicas}}},
        "selector":{"matchLabels":{"app":"{{{name}}}"}},"template":{"metadata":{"labels":{"app":"{{{name}}}"}},
        "spec":{"containers":[{"name":"main","image":"registry.example/app:1"}]} } } }
        """);

    protected static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
