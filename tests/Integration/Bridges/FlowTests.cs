using System.Text.Json;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Bridges;

/// <summary>Records reach Logstash, events reach Kafka, and offsets tell the truth.</summary>
[Collection(BridgeCluster.Collection)]
public sealed class FlowTests(SharedCluster shared, BridgeCluster bridges) : BridgeTest(shared, bridges)
{
    [Fact]
    public async Task Records_become_events_of_Logstash_and_count_as_read_once_it_has_them()
    {
        const int Count = 300;
        var topic = Topic("orders");
        await ProduceAsync(topic, Count);
        await using var receiver = await EventReceiver.StartAsync();

        await StartAsync(Spec(
            Input(topic),
            """
            "input": {"decorateEvents": "basic"}
            """,
            $$$"""
            "pipeline": {
              "filter": "mutate { add_field => { \"from\" => \"%{[@metadata][kafka][topic]}\" } }",
              "outputs": {{{JsonSerializer.Serialize(receiver.Output)}}}
            }
            """));

        await Eventually.AsksAsync(() => Task.FromResult(receiver.Events.Count), events => events >= Count);
        Assert.Equal(
            Enumerable.Range(0, Count).Select(RecordFlow.Id).Order(StringComparer.Ordinal),
            receiver.Events.Select(received => received["id"]!.ToString()).Order(StringComparer.Ordinal));
        Assert.All(receiver.Events, received => Assert.Equal(topic, received["from"]!.ToString()));
        await Eventually.AsksAsync(() => Task.FromResult(Committed(topic)), committed => committed == Count);
    }

    [Fact]
    public async Task Events_of_Logstash_reach_the_topic_and_key_that_they_name()
    {
        const int Count = 200;
        var topic = Topic("orders-eu");
        await using var reader = Read(topic);

        await StartAsync(Spec(
            Output($"{Namespace}.orders-%{{[region]}}"),
            $$"""
            "pipeline": {
              "inputs": "{{Generator(Count)}}",
              "filter": "mutate { add_field => { \"region\" => \"eu\" \"id\" => \"%{[event][sequence]}\" } }"
            }
            """));

        await AllAsync(reader, Count);
        Assert.Equal(
            Enumerable.Range(0, Count).Select(number => $"{number}").Order(StringComparer.Ordinal),
            reader.Records.Select(record => record.Message.Key).Order(StringComparer.Ordinal));
        Assert.All(reader.Records, record => Assert.Contains("\"region\":\"eu\"", record.Message.Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_event_whose_topic_can_not_be_named_goes_to_the_dead_letter_topic_and_holds_nothing_up()
    {
        var (good, dead) = (Topic("orders-eu"), Topic("dead"));
        await using var reader = Read(good);
        await using var deadLetters = Read(dead);

        await StartAsync(Spec(
            Output($"{Namespace}.orders-%{{[region]}}"),
            $$$"""
            "bridge": {"sink": {"deadLetterTopic": "{{{dead}}}"} }
            """,
            $$"""
            "pipeline": {
              "inputs": "{{Generator(20)}}",
              "filter": "mutate { add_field => { \"id\" => \"%{[event][sequence]}\" } } if [id] != \"7\" { mutate { add_field => { \"region\" => \"eu\" } } }"
            }
            """));

        await AllAsync(reader, 19);
        await AllAsync(deadLetters, 1);
        var letter = Assert.Single(deadLetters.Records);
        Assert.Contains("\"id\":\"7\"", letter.Message.Value, StringComparison.Ordinal);
        Assert.Contains(letter.Message.Headers, header => header.Key == "kafka-logstash-reason");
        Assert.DoesNotContain(reader.Records, record => record.Message.Key == "7");
    }

    [Fact]
    public async Task A_bridge_that_is_asked_to_end_commits_exactly_what_Logstash_has()
    {
        var topic = Topic("orders");
        await using var receiver = await EventReceiver.StartAsync();
        await StartAsync(Spec(
            Input(topic),
            $$"""
            "pipeline": {"outputs": {{JsonSerializer.Serialize(receiver.Output)}} }
            """));
        await using var flow = Flow(topic);
        await Eventually.AsksAsync(() => Task.FromResult(receiver.Events.Count), events => events > 200);

        await PatchAsync("""{"bridge": {"replicas": 0}}""");
        await Eventually.AsksAsync(() => PodsAsync("orders-bridge-"), pods => pods.Count == 0);

        var committed = Committed(topic);
        Assert.True(await flow.StopAsync() >= committed);
        await Eventually.AsksAsync(() => Task.FromResult(receiver.Events.Count), events => events >= committed);
        Assert.Equal(committed, receiver.Events.Count);
        Assert.Equal(committed, receiver.Events.Select(received => received["id"]!.ToString()).Distinct(StringComparer.Ordinal).Count());
    }

    /// <summary>Inputs that make numbered events. The second one never has any: without it Logstash would end after the last event, and start again.</summary>
    private static string Generator(int count) => $"generator {{ count => {count} }} beats {{ port => 5055 }}";
}
