using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using KafkaLogstash.LocalCluster.Naming;
using KafkaLogstash.Tests.Unit.Kafka;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace KafkaLogstash.Tests.Unit.LocalCluster.LogstashStandIn;

/// <summary>The stand-in's two sides of a bridge: beats with client certificates, and http to a Service by its name.</summary>
public sealed class StandInTlsTests : IDisposable
{
    private const string Host = "orders-bridge.shop.svc";

    private readonly TestCertificates _authority = new();
    private readonly TestCertificates _stranger = new("Another CA");
    private readonly IPAddress _address = new([127, .. Guid.NewGuid().ToByteArray().AsSpan(0, 2), 7]);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("stand-in-tls-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Beats_with_required_certificates_takes_windows_only_from_clients_that_have_one()
    {
        var (certificate, key) = Files(_authority.Issue("orders-logstash-beats"), "server");
        await using var run = new StandInRun().WithPipeline($$"""
            input { beats { port => 5044 ssl_enabled => true ssl_certificate => "{{certificate}}" ssl_key => "{{key}}"
              ssl_client_authentication => "required" ssl_certificate_authorities => ["{{File("ca.crt", _authority.Bundle.Pem)}}"] } }
            output { stdout { } }
            """);
        CopyInto(run.Root);
        run.Start();
        await run.RunsAsync();

        await using var known = await ConnectAsync(run.Address, _authority.Issue("bridge"));
        await known.SendAsync(Cancellation, LumberjackClient.Window(1), LumberjackClient.Data(1, """{"a":1}"""));
        Assert.Equal(('2', 1u), await known.AcknowledgementAsync(Cancellation));
        await Eventually.Async(() => run.Events.Count > 0, "the event is printed");

        foreach (var refused in new[] { null, _stranger.Issue("bridge") })
        {
            await using var client = await ConnectAsync(run.Address, refused);
            Assert.Null(await TryAsync(client));
        }

        Assert.Single(run.Events);
    }

    [Fact]
    public async Task A_key_that_is_not_pkcs8_is_refused()
    {
        var issued = _authority.Issue("orders-logstash-beats");
        var (certificate, _) = Files(issued, "server");
        var key = File("sec1.key", issued.GetECDsaPrivateKey()!.ExportECPrivateKeyPem());
        await using var run = new StandInRun().WithPipeline(
            $$"""input { beats { port => 5044 ssl_enabled => true ssl_certificate => "{{certificate}}" ssl_key => "{{key}}" } } output { stdout { } }""");
        CopyInto(run.Root);
        run.Start();

        await run.LogsAsync("PKCS#8");
    }

    [Fact]
    public async Task Http_reaches_a_service_by_its_name_and_presents_its_certificate()
    {
        var bodies = new List<string>();
        await using var bridge = await ServeAsync(Host, bodies);
        await using var run = Posting("https://orders-bridge.shop.svc:8443/events");

        Assert.Equal(0, await run.ExitAsync());

        Assert.StartsWith("""[{"message":"x",""", Assert.Single(bodies), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_refuses_a_certificate_for_another_name()
    {
        var bodies = new List<string>();
        await using var bridge = await ServeAsync("another.shop.svc", bodies);
        await using var run = Posting("https://orders-bridge.shop.svc:8443/events");

        Assert.Equal(0, await run.ExitAsync());

        Assert.Empty(bodies);
        Assert.Contains(run.Lines, line => line.Contains("the events are dropped", StringComparison.Ordinal));
    }

    private StandInRun Posting(string url)
    {
        var (certificate, key) = Files(_authority.Issue("logstash"), "client");
        var names = File("hosts", $"{_address} orders-bridge.shop.svc.cluster.local\n");
        var run = new StandInRun((ClusterNames.FileVariable, names), (ClusterNames.NamespaceVariable, "shop")).WithPipeline($$"""
            input { generator { count => 1 message => "x" } }
            output { http { url => "{{url}}" http_method => "post" format => "json_batch" http_compression => true
              ssl_certificate_authorities => ["{{File("ca.crt", _authority.Bundle.Pem)}}"] ssl_certificate => "{{certificate}}" ssl_key => "{{key}}" } }
            """);
        CopyInto(run.Root);
        return run.Start();
    }

    private async Task<WebApplication> ServeAsync(string name, List<string> bodies)
    {
        var certificate = _authority.Issue(name);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(_address, 8443, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = certificate;
            https.ClientCertificateMode = Microsoft.AspNetCore.Server.Kestrel.Https.ClientCertificateMode.RequireCertificate;
            https.AllowAnyClientCertificate();
        })));
        var server = builder.Build();
        server.Run(async http =>
        {
            using var reader = new StreamReader(new System.IO.Compression.GZipStream(http.Request.Body, System.IO.Compression.CompressionMode.Decompress));
            bodies.Add(await reader.ReadToEndAsync(http.RequestAborted));
        });
        await server.StartAsync(Cancellation);
        return server;
    }

    private static async Task<LumberjackClient> ConnectAsync(IPAddress address, X509Certificate2? certificate)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(address, 5044, Cancellation);
        var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "orders-logstash-beats",
                ClientCertificates = certificate is null ? null : [certificate],
                RemoteCertificateValidationCallback = (_, _, _, errors) => !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch),
            },
            Cancellation);
        return new LumberjackClient(tls);
    }

    /// <summary>With TLS 1.3 a client learns only after the handshake that its certificate is refused.</summary>
    private static async Task<(char Version, uint Sequence)?> TryAsync(LumberjackClient client)
    {
        try
        {
            await client.SendAsync(Cancellation, LumberjackClient.Window(1), LumberjackClient.Data(1, """{"a":2}"""));
            return await client.AcknowledgementAsync(Cancellation);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private (string Certificate, string Key) Files(X509Certificate2 issued, string name) =>
        (File($"{name}.crt", issued.ExportCertificatePem()), File($"{name}.key", issued.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));

    private string File(string name, string text)
    {
        var path = Path.Join(_folder.FullName, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Lets the stand-in find the files where its root has them.</summary>
    private void CopyInto(string root)
    {
        var target = Directory.CreateDirectory(root + _folder.FullName);
        foreach (var file in _folder.GetFiles())
        {
            file.CopyTo(Path.Join(target.FullName, file.Name), overwrite: true);
        }
    }
}
