using System.Net.Security;
using System.Security.Authentication;
using KafkaLogstash.Bridge.Security;
using KafkaLogstash.LocalCluster.Kafka;
using KafkaLogstash.Tests.Unit.Bridge.Security;
using KafkaLogstash.Tests.Unit.Bridge.Source;
using KafkaLogstash.Tests.Unit.LocalCluster.LogstashStandIn;

namespace KafkaLogstash.Tests.Unit.Bridge.Hostile;

/// <summary>
/// A source bridge that is to speak TLS, and a peer that can't, won't, or shows what must not be trusted: no event leaves the bridge, the log says why and what to look at, and
/// everything is delivered once the peer is as it should be.
/// </summary>
public sealed class HostileTlsTests : IDisposable
{
    private const int Count = 50;
    private const string Settings = "Is ssl_enabled set on the beats input";
    private const string Certificate = "Are the certificate's names, its dates and its issuer right";

    private static readonly TimeSpan ShortTimeout = TimeSpan.FromMilliseconds(700);

    private readonly TestAuthority _authority = new("shop root");
    private readonly TestAuthority _stranger = new("another root");
    private readonly TlsFiles _server = new();
    private readonly TlsFiles _client = new();

    public HostileTlsTests()
    {
        _server.Put(_authority.Issue("localhost", TestAuthority.ServerUsage), _authority.RootPem);
        _client.Put(_authority.Issue("bridge", TestAuthority.ClientUsage), _authority.RootPem);
    }

    public static TheoryData<string, string> Talkers => new()
    {
        { "never answers", "did not end within 0.7 s" },
        { "closes", Settings },
        { "resets", Settings },
        { "answers in plain text", Settings },
        { "answers HTTP", Settings },
        { "sends an alert", Settings },
        { "begins a record and stalls", "did not end within 0.7 s" },
        { "announces a record of 64 KiB", "." },
    };

    [Theory]
    [MemberData(nameof(Talkers))]
    public async Task A_peer_that_speaks_no_TLS_gets_no_event_and_is_named(string peer, string said)
    {
        Hostility does = peer switch
        {
            "never answers" => Hostilities.Swallow,
            "closes" => Hostilities.Close,
            "resets" => Hostilities.Reset,
            "answers in plain text" => Hostilities.Answer("2A\0\0\0\x01"u8.ToArray()),
            "answers HTTP" => Hostilities.Answer("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray()),
            "sends an alert" => Hostilities.Answer([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28]),
            "begins a record and stalls" => Hostilities.Answer([0x16, 0x03, 0x03]),
            _ => Hostilities.Answer([0x16, 0x03, 0x03, 0xFF, 0xFF, 0x02]),
        };
        await using var server = _server.OpenServer();

        await DeliversOnceItRelentsAsync(does, said, () => server.Current);
    }

    [Theory]
    [InlineData("of another root")]
    [InlineData("for another name")]
    [InlineData("that has ended")]
    [InlineData("that does not begin yet")]
    [InlineData("for clients")]
    public async Task A_certificate_that_must_not_be_trusted_gets_no_event(string certificate)
    {
        var now = DateTimeOffset.UtcNow;
        using var wrong = new TlsFiles();
        wrong.Put(
            certificate switch
            {
                "of another root" => _stranger.Issue("localhost", TestAuthority.ServerUsage),
                "for another name" => _authority.Issue("elsewhere", TestAuthority.ServerUsage),
                "that has ended" => _authority.Issue("localhost", TestAuthority.ServerUsage, now.AddHours(-20), now.AddHours(-1)),
                "that does not begin yet" => _authority.Issue("localhost", TestAuthority.ServerUsage, now.AddHours(1), now.AddHours(20)),
                _ => _authority.Issue("localhost", TestAuthority.ClientUsage),
            },
            _authority.RootPem);
        await using var untrusted = wrong.OpenServer();
        await using var server = _server.OpenServer();

        await DeliversOnceItRelentsAsync(Handshake(() => untrusted.Current), Certificate, () => server.Current);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_peer_that_asks_for_a_certificate_which_the_bridge_does_not_have_is_named(SslProtocols protocol)
    {
        await using var strict = _server.OpenServer();
        await using var open = _server.OpenServer(verifiesClients: false);

        await DeliversOnceItRelentsAsync(
            Handshake(() => With(strict.Current, protocol)),
            "does it ask for a client certificate",
            () => open.Current,
            withCertificate: false);
    }

    [Fact]
    public async Task A_peer_that_offers_only_old_versions_of_TLS_is_named()
    {
        await using var server = _server.OpenServer();

        // An alert "protocol version", as a server answers that knows nothing newer than TLS 1.0.
        await DeliversOnceItRelentsAsync(Hostilities.Answer([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46]), Settings, () => server.Current);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
        _server.Dispose();
        _client.Dispose();
    }

    private static SslServerAuthenticationOptions With(SslServerAuthenticationOptions options, SslProtocols protocol)
    {
        options.EnabledSslProtocols = protocol;
        return options;
    }

    /// <summary>A handshake, and nothing else: if it ends well, what comes then must never be an event.</summary>
    private static Hostility Handshake(Func<SslServerAuthenticationOptions> options) => async (socket, cancellationToken) =>
    {
        await using var stream = new SslStream(new System.Net.Sockets.NetworkStream(socket, ownsSocket: false));
        await stream.AuthenticateAsServerAsync(options(), cancellationToken);
        Assert.Equal(0, await stream.ReadAsync(new byte[1], cancellationToken));
    };

    private async Task DeliversOnceItRelentsAsync(Hostility hostility, string said, Func<SslServerAuthenticationOptions> options, bool withCertificate = true)
    {
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        await Records.ProduceAsync(kafka, Count, 1);
        await using var logstash = ScriptedLogstash.Start(hostility, options);
        await using ClientTls tls = _client.OpenClient(settings => withCertificate ? settings : settings with { CertificateFile = null, PrivateKeyFile = null });
        var log = new LogLines();
        var host = $"localhost:{logstash.Address.Split(':')[1]}";
        await using var bridge = SourceRun.Start(
            kafka,
            SourceRun.Settings(host) with { ConnectTimeout = ShortTimeout, AcknowledgementTimeout = ShortTimeout },
            resolver: new LoopbackNames(),
            tls: tls,
            log: log);

        await Eventually.Async(() => log.Any(line => line.Contains(host, StringComparison.Ordinal) && line.Contains(said, StringComparison.Ordinal)), $"the log says '{said}'");
        Assert.False(bridge.Running.IsCompleted);
        Assert.Equal(0, Records.Committed(kafka, 1));

        logstash.Relent();
        await Eventually.Async(() => logstash.Events.Count >= Count, "all records arrive");
        await bridge.StopAsync();
        Assert.Equal(Count, Records.Committed(kafka, 1));
    }

    private sealed class LoopbackNames : KafkaLogstash.Bridge.Hosting.IHostResolver
    {
        public Task<IReadOnlyList<System.Net.IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<System.Net.IPAddress>>([System.Net.IPAddress.Loopback]);
    }
}
