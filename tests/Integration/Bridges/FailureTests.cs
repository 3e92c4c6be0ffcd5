using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Bridges;

/// <summary>Records on their way from Kafka through the bridge to Logstash, and through the bridge back to Kafka, while pods come and go.</summary>
[Collection(BridgeCluster.Collection)]
public sealed class FailureTests(SharedCluster shared, BridgeCluster bridges) : BridgeTest(shared, bridges)
{
    [Fact]
    public async Task A_killed_bridge_loses_nothing_and_repeats_no_more_than_was_under_way()
    {
        var (read, written) = await StartThroughAsync();
        await using var flow = Flow(read);
        await using var reader = Read(written);
        await AllAsync(reader, 100);

        Kill(await BridgePodAsync());

        var killedAt = Distinct(reader);
        await AllAsync(reader, killedAt + 100);
        Assert.Equal(1, RestartsOf(await BridgePodAsync()));
        await AllAsync(reader, await flow.StopAsync());
        Assert.InRange(reader.Records.Count - Distinct(reader), 0, 2 * WindowSize * MaxInFlight);
    }

    [Fact]
    public async Task A_Logstash_pod_that_ends_loses_nothing()
    {
        var (read, written) = await StartThroughAsync();
        await using var flow = Flow(read);
        await using var reader = Read(written);
        await AllAsync(reader, 100);
        var pod = Assert.Single(await ReadyPodsAsync("orders-logstash-", 1));

        await DeleteAsync(pod);

        await Eventually.AsksAsync(() => ReadyPodsAsync("orders-logstash-", 1), pods => NameOf(pods[0]) != NameOf(pod));
        await AllAsync(reader, Distinct(reader) + 100);
        await AllAsync(reader, await flow.StopAsync());
        Assert.InRange(reader.Records.Count - Distinct(reader), 0, 2 * WindowSize * MaxInFlight);
    }

    [Fact]
    public async Task More_bridges_and_fewer_again_lose_nothing()
    {
        var (read, written) = await StartThroughAsync();
        await using var flow = Flow(read);
        await using var reader = Read(written);
        await AllAsync(reader, 100);

        await PatchAsync("""{"bridge": {"replicas": 3}}""");
        await ReadyPodsAsync("orders-bridge-", 3);
        await AllAsync(reader, Distinct(reader) + 200);
        await PatchAsync("""{"bridge": {"replicas": 1}}""");
        await ReadyPodsAsync("orders-bridge-", 1);

        await AllAsync(reader, await flow.StopAsync());
    }

    private static int Distinct(TopicReader reader) => reader.Records.DistinctBy(record => record.Message.Key).Count();

    private async Task<(string Read, string Written)> StartThroughAsync()
    {
        var (read, written) = (Topic("in"), Topic("out"));
        await StartAsync(Spec(Input(read), Output(written)));
        return (read, written);
    }
}
