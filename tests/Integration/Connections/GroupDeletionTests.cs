using System.Text.Json.Nodes;
using KafkaLogstash.Kafka.Groups;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Connections;

/// <summary>What becomes of the consumer group when a connection is deleted.</summary>
public sealed class GroupDeletionTests(SharedCluster shared) : ConnectionTest(shared)
{
    private const string Finalizer = "kafka-logstash.io/consumer-group";

    private const string Spec = """
        {"kafka": {"bootstrapServers": ["kafka:9092"], "authentication": {"type": "Plain", "username": "orders",
         "passwordFrom": {"secretName": "credentials", "key": "password"}}}, "input": {"topics": ["orders"], "groupId": "orders-group"},
         "pipeline": {"outputs": "stdout { }"}, "deletionPolicy": {"consumerGroup": "Delete"}}
        """;

    [Fact]
    public async Task A_group_goes_with_its_connection_after_the_pods_have_ended()
    {
        await SecretAsync("credentials", ("password", "one"));
        await CreateAsync(Spec);
        await ObjectAsync("apps/v1", "deployments", "orders-logstash");
        Assert.Equal([Finalizer], await FinalizersAsync(finalizers => finalizers.Count > 0));
        _ = (await Api.CreateAsync(PathOf("v1", "pods"), Pod())).Body;
        await Eventually.AsksAsync(() => Task.FromResult(Operator.Pod(Key("orders-logstash-1"))), pod => pod is not null);

        await Api.DeleteAsync(PathOf("v1", "secrets", "credentials"));
        await Api.DeleteAsync(ConnectionPath());

        await GoneAsync("apps/v1", "deployments", "orders-logstash");
        Assert.Empty(Operator.Groups.Asked);
        await Api.DeleteAsync($"{PathOf("v1", "pods", "orders-logstash-1")}?gracePeriodSeconds=0");
        await Eventually.AsksAsync(() => Api.GetAsync(ConnectionPath()), answer => answer.Code == 404);
        Assert.Equal([("orders-group", "one")], Operator.Groups.Asked);
        Assert.Single(await Eventually.AsksAsync(() => EventsAsync("GroupDeleted"), events => events.Count > 0));
    }

    [Fact]
    public async Task A_group_that_may_not_be_deleted_does_not_hold_the_connection_back()
    {
        await SecretAsync("credentials", ("password", "one"));
        await CreateAsync(Spec);
        await FinalizersAsync(finalizers => finalizers.Count > 0);
        Operator.Groups.Answer = new GroupDeletion(GroupDeletionResult.Refused, "The client may not delete it.");

        await Api.DeleteAsync(ConnectionPath());

        await Eventually.AsksAsync(() => Api.GetAsync(ConnectionPath()), answer => answer.Code == 404);
        var kept = Assert.Single(await Eventually.AsksAsync(() => EventsAsync("GroupKept"), events => events.Count > 0));
        Assert.Equal("Warning", kept["type"]!.ToString());
        Assert.Contains("'orders-group' stays in Kafka. The client may not delete it.", kept["note"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_wants_the_group_to_stay_after_all_is_heeded_even_while_it_is_being_deleted()
    {
        await SecretAsync("credentials", ("password", "one"));
        await CreateAsync(Spec);
        await FinalizersAsync(finalizers => finalizers.Count > 0);
        await PatchAsync("""{"deletionPolicy": {"consumerGroup": "Retain"}}""");
        await FinalizersAsync(finalizers => finalizers.Count == 0);

        await PatchAsync("""{"deletionPolicy": {"consumerGroup": "Delete"}}""");
        await FinalizersAsync(finalizers => finalizers.Count > 0);
        Operator.Groups.Answer = new GroupDeletion(GroupDeletionResult.NotYet, "It still has members.");
        await Api.DeleteAsync(ConnectionPath());
        await Eventually.AsksAsync(() => Task.FromResult(Operator.Groups.Asked.Count), asked => asked > 0);
        await PatchAsync("""{"deletionPolicy": {"consumerGroup": "Retain"}}""");

        await Eventually.AsksAsync(() => Api.GetAsync(ConnectionPath()), answer => answer.Code == 404);
        Assert.Empty(await EventsAsync("GroupKept"));
    }

    [Fact]
    public async Task An_operator_that_may_not_dial_Kafka_may_not_be_asked_to_delete_the_group()
    {
        var answer = await Api.CreateAsync(
            PathOf(Group, "kafkalogstashconnections"),
            new JsonObject
            {
                ["apiVersion"] = Group,
                ["kind"] = "KafkaLogstashConnection",
                ["metadata"] = new JsonObject { ["name"] = "orders" },
                ["spec"] = JsonNode.Parse(Spec.Replace("\"bootstrapServers\"", "\"probe\": \"Disabled\", \"bootstrapServers\"", StringComparison.Ordinal)),
            });

        Assert.Equal(422, answer.Code);
        Assert.Contains("the operator has to dial Kafka", answer.Text, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<string>> FinalizersAsync(Predicate<IReadOnlyList<string>> wished) => await Eventually.AsksAsync(
        async () => (IReadOnlyList<string>)[.. ((await Api.GetAsync(ConnectionPath())).Body["metadata"]!["finalizers"] as JsonArray ?? []).Select(finalizer => finalizer!.ToString())],
        wished);

    private static JsonObject Pod() => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject
        {
            ["name"] = "orders-logstash-1",
            ["labels"] = new JsonObject { ["app.kubernetes.io/instance"] = "orders", ["app.kubernetes.io/managed-by"] = "kafka-logstash-operator" },
        },
        ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "logstash", ["image"] = "logstash:9" }) },
    };
}
