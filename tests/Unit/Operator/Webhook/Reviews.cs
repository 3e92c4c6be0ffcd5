using System.Text.Json.Nodes;

namespace KafkaLogstash.Tests.Unit.Operator.Webhook;

/// <summary>Reviews as an API server sends them.</summary>
internal static class Reviews
{
    public const string Good = """
        {"kafka": {"bootstrapServers": ["kafka:9092"]}, "input": {"topics": ["orders"]}, "pipeline": {"outputs": "stdout { }"}}
        """;

    public const string BrokenFilter = """
        {"kafka": {"bootstrapServers": ["kafka:9092"]}, "input": {"topics": ["orders"]},
         "pipeline": {"filter": "mutate {\n  add_tag => [a-b]\n}", "outputs": "stdout { }"}}
        """;

    public static JsonObject Create(string spec) => Review("CREATE", Connection(spec), null);

    public static JsonObject Update(string spec, string old) => Review("UPDATE", Connection(spec), Connection(old));

    public static JsonObject Connection(string spec, string name = "orders") => new()
    {
        ["apiVersion"] = "kafka-logstash.io/v1alpha1",
        ["kind"] = "KafkaLogstashConnection",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "shop", ["uid"] = "5b0f3b4c", ["generation"] = 1 },
        ["spec"] = JsonNode.Parse(spec),
    };

    public static JsonObject Review(string operation, JsonObject? obj, JsonObject? old) => new()
    {
        ["kind"] = "AdmissionReview",
        ["apiVersion"] = "admission.k8s.io/v1",
        ["request"] = new JsonObject
        {
            ["uid"] = "a7ec62a4-2c4b-4b5e-9f1d-0d4f7a8a9f10",
            ["kind"] = new JsonObject { ["group"] = "kafka-logstash.io", ["version"] = "v1alpha1", ["kind"] = "KafkaLogstashConnection" },
            ["resource"] = new JsonObject { ["group"] = "kafka-logstash.io", ["version"] = "v1alpha1", ["resource"] = "kafkalogstashconnections" },
            ["name"] = "orders",
            ["namespace"] = "shop",
            ["operation"] = operation,
            ["userInfo"] = new JsonObject { ["username"] = "ann", ["groups"] = new JsonArray("system:authenticated") },
            ["object"] = obj,
            ["oldObject"] = old,
            ["dryRun"] = false,
            ["options"] = new JsonObject { ["kind"] = "CreateOptions", ["apiVersion"] = "meta.k8s.io/v1" },
        },
    };
}
