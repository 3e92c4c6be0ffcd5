using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using KafkaLogstash.Runtime;

namespace KafkaLogstash.Tests.Unit.Runtime;

/// <summary>The pairs in Data were made by a kube-apiserver 1.36: what was applied, and what it made of it.</summary>
public sealed class ObjectDifferenceTests
{
    public static TheoryData<string> Kinds() => ["ConfigMap", "Deployment", "NetworkPolicy", "PodDisruptionBudget", "Secret", "Service"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_was_applied_needs_no_second_apply(string kind)
    {
        var (desired, live) = Load(kind);

        Assert.Empty(Find(desired, live));
    }

    [Theory]
    [InlineData("Deployment", ".spec.replicas", "3")]
    [InlineData("Deployment", ".spec.template.spec.containers[0].image", "\"other\"")]
    [InlineData("Deployment", ".spec.template.spec.containers[0].env[0].value", "\"2\"")]
    [InlineData("Deployment", ".spec.template.spec.containers[0].command[1]", "\"c\"")]
    [InlineData("Deployment", ".spec.template.spec.containers[0].resources.limits.cpu", "\"2\"")]
    [InlineData("Deployment", ".spec.template.spec.hostNetwork", "true")]
    [InlineData("Deployment", ".spec.template.spec.automountServiceAccountToken", "true")]
    [InlineData("Service", ".spec.ports[1].targetPort", "9999")]
    [InlineData("Secret", ".data.c", "\"eA==\"")]
    [InlineData("NetworkPolicy", ".spec.egress[0].ports[0].port", "54")]
    [InlineData("PodDisruptionBudget", ".spec.maxUnavailable", "\"50%\"")]
    public void A_live_value_that_drifted_is_found(string kind, string path, string value)
    {
        var (desired, live) = Load(kind);
        Set(live, path, value);

        Assert.NotEmpty(Find(desired, live));
    }

    [Theory]
    [InlineData("Deployment", ".spec.replicas")]
    [InlineData("Deployment", ".spec.paused")]
    [InlineData("Deployment", ".spec.template.spec.containers[0].env[3]")]
    [InlineData("Deployment", ".spec.template.spec.containers[0].ports[1]")]
    [InlineData("Deployment", ".spec.template.spec.containers[0].command")]
    [InlineData("Deployment", ".spec.template.spec.volumes[0]")]
    [InlineData("Deployment", ".metadata.labels")]
    [InlineData("Service", ".spec.ports[1]")]
    [InlineData("NetworkPolicy", ".spec.egress[0].ports")]
    [InlineData("NetworkPolicy", ".spec.ingress")]
    [InlineData("Secret", ".data")]
    public void A_field_that_is_no_longer_desired_is_found(string kind, string path)
    {
        var (desired, live) = Load(kind);
        Set(desired, path, null);

        Assert.NotEmpty(Find(desired, live));
    }

    [Theory]
    [InlineData("Deployment", ".spec.template.spec.containers[0].args", """["-x"]""")]
    [InlineData("Deployment", ".spec.template.spec.serviceAccountName", "\"other\"")]
    [InlineData("Deployment", ".metadata.labels.new", "\"1\"")]
    [InlineData("Service", ".spec.sessionAffinity", "\"None\"")]
    public void A_field_that_is_new_is_found(string kind, string path, string value)
    {
        var (desired, live) = Load(kind);
        Set(desired, path, value);

        Assert.NotEmpty(Find(desired, live));
    }

    [Theory]
    [InlineData(".metadata.labels.foreign", "\"1\"")]
    [InlineData(".metadata.annotations", """{"deployment.kubernetes.io/revision":"1"}""")]
    [InlineData(".spec.template.spec.priorityClassName", "\"high\"")]
    [InlineData(".status", """{"replicas":1}""")]
    public void Fields_of_others_are_no_difference(string path, string value)
    {
        var (desired, live) = Load("Deployment");
        Set(live, path, value);

        Assert.Empty(Find(desired, live));
    }

    [Fact]
    public void A_container_that_somebody_injected_is_no_difference()
    {
        var (desired, live) = Load("Deployment");
        live["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Insert(0, new JsonObject { ["name"] = "sidecar", ["image"] = "y" });

        Assert.Empty(Find(desired, live));
    }

    [Fact]
    public void A_right_value_that_another_manager_took_over_is_found()
    {
        var (desired, live) = Load("Deployment");
        live["metadata"]!["managedFields"]![0]!["fieldsV1"]!["f:spec"]!.AsObject().Remove("f:replicas");

        var difference = Assert.Single(Find(desired, live));

        Assert.Equal(new Difference(".spec.replicas", DifferenceReason.NotOwned, null), difference);
    }

    [Fact]
    public void The_same_quantity_in_other_words_is_no_difference()
    {
        var (desired, live) = Load("Deployment");
        Set(desired, ".spec.template.spec.containers[0].resources.limits.memory", "\"1073741824\"");
        Set(desired, ".spec.template.spec.volumes[1].emptyDir.sizeLimit", "\"1048576Ki\"");

        Assert.Empty(Find(desired, live));
        Set(desired, ".spec.template.spec.containers[0].env[0].value", "\"1000m\"");
        Assert.Single(Find(desired, live));
    }

    [Fact]
    public void Finalizers_are_a_set()
    {
        var live = Parse("""
            {"apiVersion":"v1","metadata":{"finalizers":["x/b","x/a"],"managedFields":[
            {"manager":"operator","operation":"Apply","apiVersion":"v1","fieldsV1":{"f:metadata":{"f:finalizers":{"v:\"x/a\"":{}}}}}]}}
            """);

        Assert.Empty(Find(Parse("""{"metadata":{"finalizers":["x/a"]}}"""), live));
        Assert.NotEmpty(Find(Parse("""{"metadata":{"finalizers":["x/a","x/b"]}}"""), live));
        Assert.NotEmpty(Find(Parse("""{"metadata":{"finalizers":["x/b"]}}"""), live));
    }

    [Fact]
    public void The_status_has_its_own_record()
    {
        var live = Parse("""
            {"apiVersion":"v1","status":{"lag":1},"metadata":{"managedFields":[
            {"manager":"operator","operation":"Apply","apiVersion":"v1","subresource":"status","fieldsV1":{"f:status":{"f:lag":{}}}}]}}
            """);
        var desired = Parse("""{"metadata":{"name":"a"},"status":{"lag":1}}""");

        Assert.Empty(ObjectDifference.Find(desired, live, "operator", "status"));
        Assert.NotEmpty(ObjectDifference.Find(desired, live, "operator", null));
    }

    [Fact]
    public void A_secrets_string_data_is_compared_as_data()
    {
        var (desired, live) = Load("Secret");
        desired["stringData"] = new JsonObject { ["c"] = "d" };

        var canonical = DesiredObject.Canonical(desired);

        Assert.Null(canonical["stringData"]);
        Assert.Empty(Find(canonical, live));
    }

    private static IReadOnlyList<Difference> Find(JsonObject desired, JsonObject live) =>
        ObjectDifference.Find(DesiredObject.Canonical(desired), live, "operator", null);

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    private static (JsonObject Desired, JsonObject Live) Load(string kind, [CallerFilePath] string here = "")
    {
        var pair = Parse(File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "Data", $"{kind}.json")));
        return (pair["desired"]!.AsObject(), pair["live"]!.AsObject());
    }

    /// <summary>Sets a value at a path such as <c>.spec.ports[0].port</c>, or takes it away.</summary>
    private static void Set(JsonNode root, string path, string? json)
    {
        var steps = path.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries);
        var parent = steps[..^1].Aggregate(root, (node, step) => int.TryParse(step, out var index) ? node[index]! : node[step]!);
        var value = json is null ? null : JsonNode.Parse(json);
        switch (parent)
        {
            case JsonArray items when value is null:
                items.RemoveAt(int.Parse(steps[^1]));
                break;
            case JsonArray items:
                items[int.Parse(steps[^1])] = value;
                break;
            case JsonObject fields when value is null:
                fields.Remove(steps[^1]);
                break;
            case JsonObject fields:
                fields[steps[^1]] = value;
                break;
        }
    }
}
