using System.Net;
using System.Net.Sockets;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Probing;

namespace KafkaLogstash.Tests.Unit.Kafka;

/// <summary>Short names of brokers are those that the connection's pods would find, whatever there is in the operator's own namespace.</summary>
public sealed class ServiceNamesTests
{
    [Theory]
    [InlineData("kafka:9092", "kafka.shop.svc:9092", "kafka.shop.svc")]
    [InlineData("kafka:9092", "kafka.shop.svc:9092", "kafka.shop.svc", "kafka.operators.svc")]
    [InlineData("kafka:9092", "kafka.shop.svc:9092", "kafka.operators.svc")] // not there yet: the other one must not get the password
    [InlineData("kafka-0.kafka:9092", "kafka-0.kafka.shop.svc:9092", "kafka-0.kafka.shop.svc")]
    [InlineData("kafka.streams:9092", "kafka.streams:9092", "kafka.streams.svc")]
    [InlineData("broker1:9092", "broker1:9092")]
    [InlineData("kafka.shop.svc:9092", "kafka.shop.svc:9092", "kafka.shop.svc.shop.svc")]
    [InlineData("kafka.:9092", "kafka.:9092", "kafka..shop.svc")]
    [InlineData("10.0.0.7:9092", "10.0.0.7:9092", "10.0.0.7.shop.svc")]
    [InlineData("[::1]:9092", "[::1]:9092", "::1.shop.svc")]
    public async Task A_name_is_completed_where_a_namespace_knows_it(string server, string dialled, params string[] known) =>
        Assert.Equal([dialled], (await ServiceNames.QualifyAsync(
            new KafkaSpec { BootstrapServers = [server] }, "shop", Options(known), TestContext.Current.CancellationToken)).BootstrapServers);

    [Fact]
    public async Task In_the_operators_own_namespace_and_outside_a_cluster_names_stay_as_they_are()
    {
        var kafka = new KafkaSpec { BootstrapServers = ["kafka:9092"] };
        var options = Options("kafka.shop.svc", "kafka.operators.svc");

        Assert.Same(kafka, await ServiceNames.QualifyAsync(kafka, "operators", options, TestContext.Current.CancellationToken));
        Assert.Same(kafka, await ServiceNames.QualifyAsync(kafka, "shop", options with { OwnNamespace = null }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_same_short_name_is_another_cluster_in_each_namespace()
    {
        await using var facts = new ObservedProber(Options("kafka.shop.svc", "kafka.billing.svc"));
        var question = new KafkaQuestion { Kafka = new KafkaSpec { BootstrapServers = ["kafka:1"] }, Secrets = new KafkaSecrets() };

        facts.Prober.Follow("shop/orders", question);
        facts.Prober.Follow("shop/returns", question);
        facts.Prober.Follow("billing/orders", question);

        Assert.Equal(2, facts.Prober.Clients);
        await facts.UntilAsync("shop/orders", latest => latest.Reachable.Message.Contains("kafka.shop.svc:1", StringComparison.Ordinal));
        await facts.UntilAsync("billing/orders", latest => latest.Reachable.Message.Contains("kafka.billing.svc:1", StringComparison.Ordinal));
    }

    private static KafkaProberOptions Options(params string[] known) => ObservedProber.Fast with
    {
        OwnNamespace = "operators",
        LookUp = (host, _) => known.Contains(host) ? Task.FromResult<IPAddress[]>([IPAddress.Loopback]) : throw new SocketException((int)SocketError.HostNotFound),
    };
}
