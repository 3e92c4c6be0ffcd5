using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster;
using KafkaLogstash.LocalCluster.ApiServer;
using KafkaLogstash.LocalCluster.Clusters;
using KafkaLogstash.LocalCluster.Kafka;
using KafkaLogstash.LocalCluster.Node;
using KafkaLogstash.Tests.Integration.Clusters;
using Xunit.Sdk;

namespace KafkaLogstash.Tests.Integration.Chart;

/// <summary>
/// A cluster of a test's own in which the chart can be installed and then runs: what the chart's Deployment asks for is run by the node, as the service account that the chart made,
/// on an API server that holds it to its roles. It is always the embedded one, which keeps account of each decision on access.
/// </summary>
internal sealed class ChartCluster : IAsyncDisposable
{
    private readonly LocalKubernetes _local;

    private ChartCluster(LocalKubernetes local)
    {
        _local = local;
        Server = local.Cluster.Embedded!;
        Helm = new HelmProgram(local.Cluster.Kubeconfig);
        Api = new ApiSession(local.Cluster.AdminConfiguration);
    }

    public EmbeddedApiServer Server { get; }

    public HelmProgram Helm { get; }

    /// <summary>Speaks with the API server as one who may do everything.</summary>
    public ApiSession Api { get; }

    public string Kubeconfig => _local.Cluster.Kubeconfig;

    public KafkaMockCluster Kafka => _local.Kafka!;

    /// <summary>Starts one with a Kafka of one broker.</summary>
    public static async Task<ChartCluster> StartAsync()
    {
        EmbeddedCluster? embedded = null;
        var program = Path.Join(AppContext.BaseDirectory, "kafka-logstash-operator.dll");
        return new(await LocalKubernetes.StartAsync(
            new LocalKubernetesOptions
            {
                Cluster = async token => embedded = await EmbeddedCluster.StartAsync(new EmbeddedApiServerOptions { EnforceOwnerReferencePermissions = true }, token),
                Node = new NodeOptions { Images = ImageCatalogue.Default().With(OperatorImage.Name, new OperatorImage(program, user => embedded!.Embedded.Kubeconfig(user)).Start) },
                KafkaBrokers = 1,
            },
            TestContext.Current.CancellationToken));
    }

    /// <summary>Creates a namespace whose pods must be restricted.</summary>
    public async Task CreateNamespaceAsync(string name) => _ = (await Api.CreateAsync("/api/v1/namespaces", JsonNode.Parse($$$"""
        {"metadata":{"name":"{{{name}}}","labels":{"pod-security.kubernetes.io/enforce":"restricted"} } }
        """)!)).Body;

    /// <summary>Creates an object of a namespace.</summary>
    public async Task<JsonNode> CreateAsync(string path, string json) => (await Api.CreateAsync(path, JsonNode.Parse(json)!)).Body;

    /// <summary>Waits until an object is there and as wished.</summary>
    public async Task<JsonNode> ObjectAsync(string path, Predicate<JsonNode>? wished = null) =>
        (await AsksAsync(path, answer => answer.Code == 200 && (wished is null || wished(answer.Body)))).Body;

    /// <summary>Waits until an object is gone.</summary>
    public Task GoneAsync(string path) => AsksAsync(path, static answer => answer.Code == 404);

    /// <summary>Waits until the operator's pods have ended.</summary>
    public Task OperatorEndedAsync() => Eventually.AsksAsync(async () => (await ItemsAsync($"/api/v1/namespaces/{RenderedChart.Namespace}/pods")).Count, static pods => pods == 0);

    /// <summary>The items of a collection.</summary>
    public async Task<IReadOnlyList<JsonNode>> ItemsAsync(string path) => [.. (await Api.GetAsync(path)).Body["items"]!.AsArray().OfType<JsonNode>()];

    /// <summary>What was refused to service accounts of the operator's namespace.</summary>
    public IReadOnlyList<AccessDecision> Refusals => [.. Server.Decisions.All
        .Where(static decision => !decision.Allowed && decision.User.StartsWith($"system:serviceaccount:{RenderedChart.Namespace}:", StringComparison.Ordinal)).Distinct()];

    /// <summary>Asks until the answer is as wished. Who waits for an operator that lacks a right, or has other troubles, waits in vain and is told them.</summary>
    private async Task<ApiAnswer> AsksAsync(string path, Predicate<ApiAnswer> wished)
    {
        try
        {
            return await Eventually.AsksAsync(
                () =>
                {
                    Assert.Empty(Refusals);
                    return Api.GetAsync(path);
                },
                wished);
        }
        catch (XunitException vain)
        {
            throw new XunitException($"{vain.Message}\n{await OperatorAsync()}", vain);
        }
    }

    /// <summary>What the operator's pods are up to, and the end of what they said.</summary>
    private async Task<string> OperatorAsync()
    {
        const string Pods = $"/api/v1/namespaces/{RenderedChart.Namespace}/pods";
        var told = new StringBuilder();
        foreach (var pod in await ItemsAsync(Pods))
        {
            told.AppendLine(CultureInfo.InvariantCulture, $"{pod["metadata"]!["name"]}: {pod["status"]?.ToJsonString()}");
            told.AppendLine($"{await Api.GetAsync($"{Pods}/{pod["metadata"]!["name"]}/log?tailLines=200&timestamps=true")}");
        }

        return told.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        Helm.Dispose();
        await _local.DisposeAsync();
    }
}
