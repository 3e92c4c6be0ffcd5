using System.Text.Json.Nodes;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Autoscaling;
using KafkaLogstash.Kafka.Probing;

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

    private static InputSpec Input(string options) => new() { Topics = ["a", "b"], Options = JsonNode.Parse(options)!.AsObject() };
}
