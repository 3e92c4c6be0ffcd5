using System.Text.Json.Nodes;
using CsCheck;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Autoscaling;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.Tests.Unit.Api;

namespace KafkaLogstash.Tests.Unit.Controller.Autoscaling;

public sealed class UsefulConsumersTests
{
    [Theory]
    [InlineData("{}", 6)]
    [InlineData("""{"partition_assignment_strategy": "range"}""", 6)]
    [InlineData("""{"partition_assignment_strategy": "org.apache.kafka.clients.consumer.RangeAssignor"}""", 6)]
    [InlineData("""{"partition_assignment_strategy": "cooperative_sticky"}""", 10)]
    [InlineData("""{"group_protocol": "consumer"}""", 10)]
    public void The_largest_topic_decides_where_topics_are_dealt_out_one_by_one(string options, int consumers) =>
        Assert.Equal(consumers, UsefulConsumers.Count(Input(options), [new TopicFacts("a", 6, 0), new TopicFacts("b", 4, 0)]));

    [Fact]
    public void With_a_topic_of_which_nothing_is_known_nothing_is_known()
    {
        Assert.Null(UsefulConsumers.Count(Input("{}"), [new TopicFacts("a", 6, 0), new TopicFacts("b", null, null)]));
        Assert.Null(UsefulConsumers.Count(Input("{}"), []));
    }

    [Theory]
    [InlineData("Partition", false, 10, "10 partitions, each in order: spec.bridge.source.ordering None lifts this")]
    [InlineData("None", false, null, "")]
    [InlineData("Partition", true, 10, "10 partitions for bridge pods")]
    [InlineData("None", true, 10, "10 partitions for bridge pods")]
    public void Behind_bridges_partitions_bound_Logstash_while_order_is_kept_and_the_bridges_themselves_always(string ordering, bool isExternal, int? pods, string reason) =>
        Assert.Equal((pods, reason), Bridged(ordering, isExternal, [new TopicFacts("a", 6, 0), new TopicFacts("b", 4, 0)]));

    [Fact]
    public void Behind_bridges_a_topic_without_known_partitions_bounds_nothing_and_one_without_any_leaves_one_pod()
    {
        Assert.Equal((null, ""), Bridged("Partition", isExternal: true, [new TopicFacts("a", 6, 0), new TopicFacts("b", null, null)]));
        Assert.Equal((null, ""), Bridged("Partition", isExternal: true, []));
        Assert.Equal(1, Bridged("Partition", isExternal: true, [new TopicFacts("a", 0, 0)]).Pods);
    }

    [Fact]
    public void There_come_to_be_no_more_bridges_than_partitions() => Gen.Select(Gen.Int[1, 12].Array[1, 4], Gen.Int[1, 40], Gen.Long[0, 10_000_000], Gen.Int[1, 40]).Seeded().Sample(
        (partitions, most, lag, replicas) =>
        {
            var (useful, reason) = Bridged("None", isExternal: true, [.. partitions.Select((count, i) => new TopicFacts($"t{i}", count, 0))]);
            var now = new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
            var decision = Autoscaler.Decide(
                new ScalingRules(1, most, 1000, TimeSpan.Zero),
                ScalingState.Begin(now),
                new ScalingInput(now, replicas, lag) { UsefulReplicas = useful, UsefulReason = reason, MeasuredAt = now, AllReady = true });

            // Those that are too many already go step by step.
            var bound = Math.Min(most, partitions.Sum());
            Assert.InRange(decision.Replicas, 1, Math.Max(bound, replicas - 1));
        },
        iter: 300);

    private static (int? Pods, string Reason) Bridged(string ordering, bool isExternal, TopicFacts[] topics)
    {
        var spec = Manifest.Resource(
            ("spec.transport", "\"Bridge\""),
            ("spec.bridge", $$"""{ "source": { "ordering": "{{ordering}}" } }"""),
            ("spec.logstash", isExternal ? """{ "external": { "hosts": ["logstash:5044"] } }""" : "{}")).Spec;
        return UsefulConsumers.Pods(spec, spec.Input!, topics);
    }

    private static InputSpec Input(string options) => new() { Topics = ["a", "b"], Options = JsonNode.Parse(options)!.AsObject() };
}
