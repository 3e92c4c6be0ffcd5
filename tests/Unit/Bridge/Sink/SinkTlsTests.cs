using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using KafkaLogstash.Bridge.Security;
using KafkaLogstash.LocalCluster.Kafka;
using KafkaLogstash.Tests.Unit.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaLogstash.Tests.Unit.Bridge.Sink;

public sealed class SinkTlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sink-tls-");
    private readonly TestCertificates _authority = new();
    private readonly TestCertificates _strangers = new("Strangers");

    private readonly X509Certificate2 _root;

    public SinkTlsTests() => _root = X509Certificate2.CreateFromPem(_authority.Bundle.Pem);

    public void Dispose()
    {
        _root.Dispose();
        _folder.Delete(recursive: true);
        _authority.Dispose();
        _strangers.Dispose();
    }

    [Fact]
    public async Task Clients_with_a_certificate_are_served_on_both_ports_and_others_are_not()
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders");
        await using var tls = await OpenAsync();
        await using var sink = await SinkRun.StartAsync(kafka.BootstrapServers, SinkRun.Settings with { LumberjackPort = 0 }, tls: tls);

        using var known = Client(_authority.Issue("client"));
        await known.PostAsync(new Uri($"https://{sink.Addresses.Http}/events"), SinkRun.Json("""{"n":1}"""), TestContext.Current.CancellationToken).ExpectAsync(200);
        foreach (var certificate in new[] { null, _strangers.Issue("client") })
        {
            using var unknown = Client(certificate);
            await Assert.ThrowsAsync<HttpRequestException>(() => unknown.PostAsync(new Uri($"https://{sink.Addresses.Http}/events"), SinkRun.Json("{}"), TestContext.Current.CancellationToken));
        }

        Assert.Equal([(byte)'2', (byte)'A', 0, 0, 0, 1], await SendAsync(sink, _authority.Issue("client")));
        Assert.Empty(await SendAsync(sink, certificate: null));
        Assert.Equal(["""{"n":1}""", """{"n":2}"""], kafka.Values("orders", 2));
    }

    private HttpClient Client(X509Certificate2? certificate) => new(new SocketsHttpHandler { SslOptions = Options(certificate) }) { Timeout = SinkRun.Patience };

    private SslClientAuthenticationOptions Options(X509Certificate2? certificate) => new()
    {
        TargetHost = "127.0.0.1",
        CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { _root }, RevocationMode = X509RevocationMode.NoCheck },
        LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
    };

    /// <summary>Sends a window of one event.</summary>
    /// <returns>What comes back.</returns>
    private async Task<byte[]> SendAsync(SinkRun sink, X509Certificate2? certificate)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(sink.Addresses.Lumberjack!, TestContext.Current.CancellationToken);
        await using var stream = new SslStream(client.GetStream());
        var answer = new byte[6];
        try
        {
            await stream.AuthenticateAsClientAsync(Options(certificate), TestContext.Current.CancellationToken);
            await stream.WriteAsync((byte[])[.. LumberjackPeer.Window(1), .. LumberjackPeer.Json(1, """{"n":2}""")], TestContext.Current.CancellationToken);
            return answer[..await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, TestContext.Current.CancellationToken)];
        }
        catch (Exception refused) when (refused is IOException or AuthenticationException)
        {
            return [];
        }
    }

    private async Task<ServerTls> OpenAsync()
    {
        var (server, roots) = (_authority.Issue("127.0.0.1"), Path.Combine(_folder.FullName, "clients.crt"));
        var (certificate, key) = (Path.Combine(_folder.FullName, "tls.crt"), Path.Combine(_folder.FullName, "tls.key"));
        using var privateKey = server.GetECDsaPrivateKey()!;
        await File.WriteAllTextAsync(certificate, server.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(key, privateKey.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(roots, _authority.Bundle.Pem, TestContext.Current.CancellationToken);
        return ServerTls.Open(new() { CertificateFile = certificate, PrivateKeyFile = key, TrustedClientCertificatesFile = roots }, TimeProvider.System, NullLogger.Instance);
    }
}
