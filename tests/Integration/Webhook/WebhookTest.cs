using System.Text;
using System.Text.Json.Nodes;
using KafkaLogstash.Api;
using KafkaLogstash.LocalCluster.Clusters;
using KafkaLogstash.Tests.Integration.Clusters;
using KafkaLogstash.Tests.Integration.Connections;
using KafkaLogstash.Tests.Integration.Kubectl;

namespace KafkaLogstash.Tests.Integration.Webhook;

/// <summary>A test with the definition of connections, and a webhook configuration for the test's namespace alone.</summary>
public abstract class WebhookTest(SharedCluster shared) : ClusterTest(shared)
{
    protected const string Good = """
        {"kafka": {"bootstrapServers": ["kafka:9092"]}, "input": {"topics": ["orders"]}, "pipeline": {"outputs": "stdout { }"}}
        """;

    protected const string BrokenFilter = """
        {"kafka": {"bootstrapServers": ["kafka:9092"]}, "input": {"topics": ["orders"]},
         "pipeline": {"filter": "mutate {\n  add_tag => [a-b]\n}", "outputs": "stdout { }"}}
        """;

    protected const string WebhookName = "validate.kafka-logstash.io";

    private const string Configurations = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

    internal KubectlProgram Kubectl { get; private set; } = null!;

    protected string Connections => PathOf($"{KafkaLogstashConnection.GroupName}/{KafkaLogstashConnection.VersionName}", KafkaLogstashConnection.PluralName);

    protected string ConfigurationPath => $"{Configurations}/{Namespace}";

    private string SecretPath => PathOf("v1", "secrets", "webhook");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Assert.SkipWhen(Cluster.Kind is TestCluster.K3s or TestCluster.Kubeconfig, "This API server runs elsewhere, and can't call back what runs in a test.");
        await ConnectionTest.ServeDefinitionAsync(Api);
        Kubectl = new KubectlProgram(Cluster.Kubeconfig, Namespace);
    }

    public override async ValueTask DisposeAsync()
    {
        Kubectl?.Dispose();
        if (Namespace is not null)
        {
            await Api.DeleteAsync(ConfigurationPath);
        }

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Configures the webhook, as a chart or Git does it: without a word of whom to trust.</summary>
    protected async Task ConfigureAsync(int port, string failurePolicy = "Fail", JsonNode? conditions = null) =>
        _ = (await Api.ApplyAsync(ConfigurationPath, "gitops", Configuration(new JsonObject { ["url"] = $"https://localhost:{port}/validate" }, failurePolicy, conditions), force: true)).Body;

    protected JsonObject Configuration(JsonObject client, string failurePolicy = "Fail", JsonNode? conditions = null)
    {
        var webhook = Parse($$$"""
            {"name":"{{{WebhookName}}}","sideEffects":"None","admissionReviewVersions":["v1"],"timeoutSeconds":10,"failurePolicy":"{{{failurePolicy}}}","matchPolicy":"Equivalent",
             "namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"{{{Namespace}}}"} },
             "rules":[{"apiGroups":["kafka-logstash.io"],"apiVersions":["v1alpha1"],"operations":["CREATE","UPDATE"],"resources":["kafkalogstashconnections"],"scope":"Namespaced"}]}
            """);
        webhook["clientConfig"] = client;
        if (conditions is not null)
        {
            webhook["matchConditions"] = conditions.DeepClone();
        }

        return new JsonObject
        {
            ["apiVersion"] = "admissionregistration.k8s.io/v1",
            ["kind"] = "ValidatingWebhookConfiguration",
            ["metadata"] = new JsonObject { ["name"] = Namespace },
            ["webhooks"] = new JsonArray(webhook),
        };
    }

    /// <summary>Waits until the API server asks the webhook: it refuses then what only the webhook refuses.</summary>
    protected async Task AskedAsync() => await Eventually.AsksAsync(
        () => Api.CreateAsync($"{Connections}?dryRun=All", Connection(BrokenFilter, "probe")), answer => answer.Code == 422);

    protected static JsonObject Connection(string spec, string name = "orders") => new()
    {
        ["apiVersion"] = $"{KafkaLogstashConnection.GroupName}/{KafkaLogstashConnection.VersionName}",
        ["kind"] = KafkaLogstashConnection.KindName,
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = JsonNode.Parse(spec),
    };

    protected async Task<JsonNode?> BundleAsync() => (await Api.GetAsync(ConfigurationPath)).Body["webhooks"]![0]!["clientConfig"]!["caBundle"];

    /// <summary>The keys of the operator's Secret, with their values as text.</summary>
    protected async Task<IReadOnlyDictionary<string, string>> SecretAsync() => (await Api.GetAsync(SecretPath)).Body["data"]!.AsObject()
        .ToDictionary(entry => entry.Key, entry => Encoding.UTF8.GetString(Convert.FromBase64String(entry.Value!.ToString())), StringComparer.Ordinal);
}
