using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace KafkaLogstash.Tests.Unit.Bridge.Security;

/// <summary>Real handshakes over loopback, with certificates that are made here.</summary>
public sealed class HandshakeTests : IDisposable
{
    private readonly TestAuthority _authority = new("shop root");
    private readonly TestAuthority _stranger = new("another root");
    private readonly TlsFiles _serverFiles = new();
    private readonly TlsFiles _clientFiles = new();

    public HandshakeTests()
    {
        _serverFiles.Put(_authority.Issue("logstash", TestAuthority.ServerUsage), _authority.RootPem);
        _clientFiles.Put(_authority.Issue("bridge", TestAuthority.ClientUsage), _authority.RootPem);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
        _serverFiles.Dispose();
        _clientFiles.Dispose();
    }

    [Fact]
    public async Task Both_sides_show_their_certificates_and_check_the_others()
    {
        await using var server = _serverFiles.OpenServer();
        await using var client = _clientFiles.OpenClient();
        await using var connection = await Connection.MakeAsync(server.Current, client.For("logstash"));

        Assert.Equal("CN=logstash", connection.Client.RemoteCertificate!.Subject);
        Assert.Equal("CN=bridge", connection.Server.RemoteCertificate!.Subject);
        Assert.True(connection.Client.SslProtocol is SslProtocols.Tls12 or SslProtocols.Tls13);
        await connection.ExchangeAsync();
    }

    [Fact]
    public async Task A_server_of_another_root_is_refused_whether_or_not_its_name_is_checked()
    {
        using var files = new TlsFiles();
        files.Put(_stranger.Issue("logstash", TestAuthority.ServerUsage), _authority.RootPem);
        await using var server = files.OpenServer();
        await using var strict = _clientFiles.OpenClient();
        await using var lax = _clientFiles.OpenClient(settings => settings with { VerifyHostname = false });

        await RefusedAsync(server.Current, strict.For("logstash"));
        await RefusedAsync(server.Current, lax.For("logstash"));
    }

    [Fact]
    public async Task A_server_must_have_the_hosts_name_or_the_one_of_the_settings()
    {
        await using var server = _serverFiles.OpenServer();
        await using var client = _clientFiles.OpenClient();
        await using var other = _clientFiles.OpenClient(settings => settings with { ServerName = "logstash" });
        await using var lax = _clientFiles.OpenClient(settings => settings with { VerifyHostname = false });

        await RefusedAsync(server.Current, client.For("elsewhere"));
        await using var named = await Connection.MakeAsync(server.Current, other.For("elsewhere"));
        await using var any = await Connection.MakeAsync(server.Current, lax.For("elsewhere"));
        await using var address = await Connection.MakeAsync(server.Current, client.For("127.0.0.1"));
    }

    [Fact]
    public async Task A_certificate_must_be_for_the_side_that_shows_it()
    {
        using var asServer = new TlsFiles();
        using var asClient = new TlsFiles();
        asServer.Put(_authority.Issue("logstash", TestAuthority.ClientUsage), _authority.RootPem);
        asClient.Put(_authority.Issue("bridge", TestAuthority.ServerUsage), _authority.RootPem);
        await using var wrongServer = asServer.OpenServer();
        await using var wrongClient = asClient.OpenClient();
        await using var server = _serverFiles.OpenServer();
        await using var client = _clientFiles.OpenClient();

        await RefusedAsync(wrongServer.Current, client.For("logstash"));
        await RefusedAsync(server.Current, wrongClient.For("logstash"));
    }

    [Fact]
    public async Task A_client_without_a_certificate_or_with_one_of_another_root_is_refused()
    {
        using var strangers = new TlsFiles();
        strangers.Put(_stranger.Issue("bridge", TestAuthority.ClientUsage), _authority.RootPem);
        await using var server = _serverFiles.OpenServer();
        await using var open = _serverFiles.OpenServer(verifiesClients: false);
        await using var nobody = _clientFiles.OpenClient(settings => settings with { CertificateFile = null, PrivateKeyFile = null });
        await using var stranger = strangers.OpenClient();

        await RefusedAsync(server.Current, nobody.For("logstash"));
        await RefusedAsync(server.Current, stranger.For("logstash"));
        await using var taken = await Connection.MakeAsync(open.Current, nobody.For("logstash"));
    }

    [Fact]
    public async Task A_new_handshake_uses_new_files_and_a_connection_from_before_lives_on()
    {
        await using var server = _serverFiles.OpenServer();
        await using var client = _clientFiles.OpenClient();
        await using var before = await Connection.MakeAsync(server.Current, client.For("logstash"));
        var serial = before.Client.RemoteCertificate!.GetSerialNumberString();

        _serverFiles.Put(_stranger.Issue("logstash", TestAuthority.ServerUsage), _authority.RootPem + _stranger.RootPem);
        await _serverFiles.LoggedAsync("is used from now on");
        await RefusedAsync(server.Current, client.For("logstash"));
        _clientFiles.Put(_stranger.Issue("bridge", TestAuthority.ClientUsage), _stranger.RootPem);
        await _clientFiles.LoggedAsync("is used from now on");

        await using var after = await Connection.MakeAsync(server.Current, client.For("logstash"));
        Assert.NotEqual(serial, after.Client.RemoteCertificate!.GetSerialNumberString());
        Assert.Equal("CN=another root", after.Server.RemoteCertificate!.Issuer);
        await before.ExchangeAsync();
        await after.ExchangeAsync();
    }

    [Fact]
    public async Task New_files_that_can_not_be_used_are_named_once_and_those_from_before_stay()
    {
        await using var server = _serverFiles.OpenServer();
        await using var client = _clientFiles.OpenClient();

        // A certificate with the key of another.
        _serverFiles.Put(
            (_authority.Issue("logstash", TestAuthority.ServerUsage).Certificate, _authority.Issue("logstash", TestAuthority.ServerUsage).Key), _authority.RootPem);
        await _serverFiles.LoggedAsync("Error: ");
        await using var connection = await Connection.MakeAsync(server.Current, client.For("logstash"));

        Assert.Contains("tls.crt", Assert.Single(_serverFiles.Log), StringComparison.Ordinal);
        _serverFiles.Put(_authority.Issue("mended", TestAuthority.ServerUsage), _authority.RootPem);
        await _serverFiles.LoggedAsync("Information: ");
        await using var mended = await Connection.MakeAsync(server.Current, client.For("mended"));
    }

    [Theory]
    [InlineData("tls.crt", "no certificate")]
    [InlineData("tls.key", "private key")]
    [InlineData("ca.crt", "no certificate")]
    public void A_file_without_what_it_should_hold_is_named(string file, string problem)
    {
        File.WriteAllText(_serverFiles.File(file), "nothing of the kind");

        var failure = Assert.Throws<FormatException>(() => _serverFiles.OpenServer());

        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_certificates_is_known()
    {
        await using var server = _serverFiles.OpenServer();
        await using var client = _clientFiles.OpenClient();

        var end = DateTimeOffset.UtcNow.AddDays(20);
        Assert.InRange(server.CertificateEnds, end.AddHours(-1), end.AddHours(1));
        Assert.InRange(client.CertificateEnds!.Value, end.AddHours(-1), end.AddHours(1));
        Assert.InRange(client.RootsEnd!.Value, end.AddDays(9), end.AddDays(11));
        Assert.Equal(client.RootsEnd, server.RootsEnd);
    }

    /// <summary>In TLS 1.3 a client is done before its certificate is judged: only what is exchanged afterwards tells.</summary>
    private static async Task RefusedAsync(SslServerAuthenticationOptions server, SslClientAuthenticationOptions client)
    {
        var failure = await Record.ExceptionAsync(async () =>
        {
            await using var connection = await Connection.MakeAsync(server, client);
            await connection.ExchangeAsync();
        });
        Assert.True(failure is AuthenticationException or IOException, $"{failure}");
    }

    private sealed class Connection(SslStream server, SslStream client) : IAsyncDisposable
    {
        public SslStream Server => server;

        public SslStream Client => client;

        public static async Task<Connection> MakeAsync(SslServerAuthenticationOptions serverOptions, SslClientAuthenticationOptions clientOptions)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var outgoing = new TcpClient();
            var accepted = listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
            await outgoing.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken);
            var server = new SslStream((await accepted).GetStream());
            var client = new SslStream(outgoing.GetStream());
            try
            {
                await Task.WhenAll(
                    HandshakeAsync(server, server.AuthenticateAsServerAsync(serverOptions, TestContext.Current.CancellationToken)),
                    HandshakeAsync(client, client.AuthenticateAsClientAsync(clientOptions, TestContext.Current.CancellationToken)));
                return new(server, client);
            }
            catch
            {
                await server.DisposeAsync();
                await client.DisposeAsync();
                throw;
            }
        }

        public async Task ExchangeAsync()
        {
            var byteThere = new byte[1];
            await server.WriteAsync("x"u8.ToArray(), TestContext.Current.CancellationToken);
            await client.ReadExactlyAsync(byteThere, TestContext.Current.CancellationToken);
            await client.WriteAsync(byteThere, TestContext.Current.CancellationToken);
            await server.ReadExactlyAsync(byteThere, TestContext.Current.CancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            await client.DisposeAsync();
            await server.DisposeAsync();
        }

        /// <summary>A side that refuses hangs up, so that the other does not wait.</summary>
        private static async Task HandshakeAsync(SslStream stream, Task handshake)
        {
            try
            {
                await handshake;
            }
            catch
            {
                await stream.DisposeAsync();
                throw;
            }
        }
    }
}
