using System.Text;
using System.Text.Json.Nodes;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.LocalCluster.Run;
using KafkaLogstash.Runtime;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Connections;

/// <summary>A test of connections: the definition is served, and an operator watches the test's namespace.</summary>
public abstract class ConnectionTest(SharedCluster shared) : ClusterTest(shared)
{
    protected const string Group = $"{KafkaLogstashConnection.GroupName}/{KafkaLogstashConnection.VersionName}";

    private static readonly SemaphoreSlim Definition = new(1);

    internal OperatorUnderTest Operator { get; private set; } = null!;

    /// <summary>How the operator looks at Kafka; null where it does not, and a test says what it would see.</summary>
    internal virtual KafkaProberOptions? KafkaProbing => null;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await ServeDefinitionAsync(Api);
        Operator = (await StartOperatorAsync())!;
    }

    /// <summary>Starts the operator; null from a test that runs one of its own.</summary>
    internal virtual async Task<OperatorUnderTest?> StartOperatorAsync() => await OperatorUnderTest.StartAsync(Cluster.AdminConfiguration, Namespace, kafka: KafkaProbing);

    public override async ValueTask DisposeAsync()
    {
        if (Operator is not null)
        {
            await Operator.DisposeAsync();
        }

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops the operator in the middle and starts another.</summary>
    internal async Task RestartOperatorAsync()
    {
        await Operator.DisposeAsync();
        Operator = await OperatorUnderTest.StartAsync(Cluster.AdminConfiguration, Namespace, kafka: KafkaProbing);
    }

    protected NamespacedName Key(string name = "orders") => new(Namespace, name);

    protected async Task CreateAsync(string spec, string name = "orders") =>
        _ = (await Api.CreateAsync(PathOf(Group, KafkaLogstashConnection.PluralName), Connection(spec, name))).Body;

    protected async Task PatchAsync(string spec, string name = "orders") =>
        _ = (await Api.PatchAsync(ConnectionPath(name), Clusters.ApiSession.MergePatch, new JsonObject { ["spec"] = JsonNode.Parse(spec) })).Body;

    protected string ConnectionPath(string name = "orders") => PathOf(Group, KafkaLogstashConnection.PluralName, name);

    /// <summary>Waits until a condition has a status.</summary>
    protected async Task<JsonNode> ConditionAsync(string type, string status, string name = "orders")
    {
        var connection = await Eventually.AsksAsync(
            async () => (await Api.GetAsync(ConnectionPath(name))).Body,
            connection => Condition(connection, type) is { } condition && condition["status"]!.ToString() == status && IsCurrent(connection));
        return Condition(connection, type)!;
    }

    /// <summary>Waits until an object is there and as wished.</summary>
    protected async Task<JsonNode> ObjectAsync(string groupVersion, string resource, string name, Predicate<JsonNode>? wished = null)
    {
        var answer = await Eventually.AsksAsync(
            () => Api.GetAsync(PathOf(groupVersion, resource, name)),
            answer => answer.Code == 200 && (wished is null || wished(answer.Body)));
        return answer.Body;
    }

    /// <summary>Waits until the pods are to read a pipeline that is as wished.</summary>
    /// <returns>The ConfigMap with it.</returns>
    protected async Task<JsonNode> PipelineAsync(Predicate<JsonNode>? wished = null)
    {
        var answer = await Eventually.AsksAsync(
            async () => await Api.GetAsync(PathOf("apps/v1", "deployments", "orders-logstash")) is { Code: 200 } deployment
                ? await Api.GetAsync(PathOf("v1", "configmaps", PipelineName(deployment.Body)))
                : null,
            answer => answer is { Code: 200 } && (wished is null || wished(answer.Body)));
        return answer!.Body;
    }

    protected static string PipelineText(JsonNode configMap) => configMap["data"]!["pipeline.conf"]!.ToString();

    private static string PipelineName(JsonNode deployment) =>
        deployment["spec"]!["template"]!["spec"]!["volumes"]!.AsArray().Single(volume => volume!["name"]!.ToString() == "pipeline")!["configMap"]!["name"]!.ToString();

    /// <summary>Waits until an object is gone.</summary>
    protected Task GoneAsync(string groupVersion, string resource, string name) =>
        Eventually.AsksAsync(() => Api.GetAsync(PathOf(groupVersion, resource, name)), answer => answer.Code == 404 || answer.Body["metadata"]?["deletionTimestamp"] is not null);

    protected async Task SecretAsync(string name, params (string Key, string Value)[] data)
    {
        var content = new JsonObject();
        foreach (var (key, value) in data)
        {
            content[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value));
        }

        var secret = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Secret", ["metadata"] = new JsonObject { ["name"] = name }, ["data"] = content };
        _ = (await Api.ApplyAsync(PathOf("v1", "secrets", name), "test", secret, force: true)).Body;
    }

    protected async Task<IReadOnlyList<JsonNode>> EventsAsync(string reason)
    {
        var events = (await Api.GetAsync(PathOf("events.k8s.io/v1", "events"))).Body["items"]!.AsArray();
        return [.. events.OfType<JsonNode>().Where(item => item["reason"]?.ToString() == reason)];
    }

    protected static string StartHash(JsonNode deployment) =>
        deployment["spec"]!["template"]!["metadata"]!["annotations"]!["kafka-logstash.io/start-hash"]!.ToString();

    private static JsonNode? Condition(JsonNode connection, string type) =>
        (connection["status"]?["conditions"] as JsonArray ?? []).FirstOrDefault(condition => condition?["type"]?.ToString() == type);

    private static bool IsCurrent(JsonNode connection) =>
        connection["status"]?["observedGeneration"]?.GetValue<long>() == connection["metadata"]!["generation"]!.GetValue<long>();

    private static JsonObject Connection(string spec, string name) => new()
    {
        ["apiVersion"] = Group,
        ["kind"] = KafkaLogstashConnection.KindName,
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = JsonNode.Parse(spec),
    };

    /// <summary>Applies the definition and waits until it is served.</summary>
    internal static async Task ServeDefinitionAsync(ApiSession api)
    {
        const string Path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/kafkalogstashconnections.kafka-logstash.io";
        var definition = Yaml.Read(ConnectionCrd.ToYaml()).Single();
        await Definition.WaitAsync(Cancellation);
        try
        {
            _ = (await api.ApplyAsync(Path, "test", definition, force: true)).Body;
        }
        finally
        {
            Definition.Release();
        }

        await Eventually.AsksAsync(() => api.GetAsync($"/apis/{Group}/namespaces/default/{KafkaLogstashConnection.PluralName}"), answer => answer.Code == 200);
    }
}
