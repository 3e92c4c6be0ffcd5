using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.Kafka;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Bridges;

/// <summary>What rotates reaches a running bridge: its pod stays, and so does its process.</summary>
[Collection(BridgeCluster.Collection)]
public sealed class RotationTests(SharedCluster shared, BridgeCluster bridges) : BridgeTest(shared, bridges)
{
    [Fact]
    public async Task A_rotated_certificate_of_the_sink_is_served_without_a_restart()
    {
        using var certificates = new BridgeCertificates();
        using var first = await CertificateSecretAsync(certificates);
        await StartAsync(Spec(
            Output(Topic("orders")),
            """
            "bridge": {"sink": {"tls": {"secretName": "sink-tls"} } }
            """));
        var pod = await BridgePodAsync();
        Assert.Equal(first.Thumbprint, await ServedAsync(pod, certificates));

        using var second = await CertificateSecretAsync(certificates);

        await Eventually.AsksAsync(() => ServedAsync(pod, certificates), thumbprint => thumbprint == second.Thumbprint);
        await UntouchedAsync(pod);
    }

    [Fact]
    public async Task A_rotated_password_of_Kafka_is_used_without_a_restart()
    {
        await using var broker = ScriptedBroker.Start();
        broker.Mechanisms = ["PLAIN"];
        broker.Users["orders"] = "first";
        broker.Topics["orders"] = new ScriptedTopic();
        await SecretAsync("kafka", ("password", "first"));
        var spec = Spec(Input("orders"));
        spec["kafka"] = Parse($$"""
            {"bootstrapServers": ["{{broker.Address}}"], "authentication": {"type": "Plain", "username": "orders", "passwordFrom": {"secretName": "kafka", "key": "password"} } }
            """);
        await CreateAsync(spec.ToJsonString());
        await Eventually.AsksAsync(() => Task.FromResult(broker.Requests(KafkaApiKey.FindCoordinator)), requests => requests > 0);
        var pod = Assert.Single(await PodsAsync("orders-bridge-"));

        broker.Users["orders"] = "second";
        broker.CutConnections();
        await SecretAsync("kafka", ("password", "second"));

        var before = broker.Requests(KafkaApiKey.FindCoordinator);
        await Eventually.AsksAsync(() => Task.FromResult(broker.Requests(KafkaApiKey.FindCoordinator)), requests => requests > before);
        await UntouchedAsync(pod);
    }

    /// <summary>Writes a new certificate for the sink into its Secret.</summary>
    private async Task<X509Certificate2> CertificateSecretAsync(BridgeCertificates certificates)
    {
        var issued = certificates.Issue($"orders-bridge.{Namespace}.svc", $"orders-bridge.{Namespace}.svc.cluster.local");
        await SecretAsync("sink-tls", ("tls.crt", issued.ExportCertificatePem()), ("tls.key", BridgeCertificates.KeyOf(issued)), ("ca.crt", certificates.Authority));
        return issued;
    }

    /// <summary>The thumbprint of the certificate that a bridge's sink serves.</summary>
    private async Task<string> ServedAsync(JsonNode pod, BridgeCertificates certificates)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Parse(AddressOf(pod)), 8443, Cancellation);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = $"orders-bridge.{Namespace}.svc", CertificateChainPolicy = certificates.Trust }, Cancellation);
        return tls.RemoteCertificate!.GetCertHashString();
    }

    private async Task UntouchedAsync(JsonNode before)
    {
        var now = Assert.Single(await PodsAsync("orders-bridge-"));
        Assert.Equal((NameOf(before), 0), (NameOf(now), RestartsOf(now)));
    }
}
