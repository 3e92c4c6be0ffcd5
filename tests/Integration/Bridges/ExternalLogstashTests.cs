using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.LogstashStandIn.Lumberjack;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Bridges;

/// <summary>A Logstash that is not the operator's: a Lumberjack server with TLS in the test itself.</summary>
[Collection(BridgeCluster.Collection)]
public sealed class ExternalLogstashTests(SharedCluster shared, BridgeCluster bridges) : BridgeTest(shared, bridges)
{
    [Fact]
    public async Task Records_reach_an_external_Logstash_over_TLS_and_only_what_it_acknowledged_counts()
    {
        const int Count = 100;
        using var certificates = new BridgeCertificates();
        using var certificate = certificates.Issue("localhost");
        var events = new ConcurrentQueue<string>();
        await using var server = LumberjackServer.Start(
            new LumberjackServerOptions
            {
                Endpoint = new IPEndPoint(IPAddress.Loopback, 0),
                Tls = new SslServerAuthenticationOptions { ServerCertificate = certificate },
            },
            (window, _) =>
            {
                foreach (var received in window.Events)
                {
                    events.Enqueue(JsonNode.Parse(received.Json.Span)!["id"]!.ToString());
                }

                return Task.CompletedTask;
            },
            (_, _) => { });
        var topic = Topic("orders");
        await ProduceAsync(topic, Count);
        await SecretAsync("logstash-ca", ("ca.crt", certificates.Authority));

        await StartAsync(Spec(
            Input(topic),
            $$"""
            "logstash": {"external": {"hosts": ["localhost:{{server.Endpoint.Port}}"], "tls": {"trustedCertificates": [{"secretName": "logstash-ca", "key": "ca.crt"}]} } }
            """));

        await Eventually.AsksAsync(() => Task.FromResult(events.Count), count => count >= Count);
        Assert.Equal(Enumerable.Range(0, Count).Select(RecordFlow.Id).Order(StringComparer.Ordinal), events.Order(StringComparer.Ordinal));
        await Eventually.AsksAsync(() => Task.FromResult(Committed(topic)), committed => committed == Count);
        Assert.Empty(await PodsAsync("orders-logstash-"));
    }
}
