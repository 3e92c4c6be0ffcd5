using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Confluent.Kafka;

namespace KafkaLogstash.LocalCluster.Kafka;

/// <summary>
/// One broker that answers what a test tells it to: for what the mock cluster can't do, which is TLS, SASL, rights, descriptions of groups, old releases and
/// silence. It speaks the real protocol, in old versions, on a loopback TCP port, serves questions about a cluster and stores nothing.
/// Every member may be set from any thread while it runs.
/// </summary>
public sealed class ScriptedBroker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<TcpClient, Task> _connections = new();
    private readonly ConcurrentDictionary<KafkaApiKey, int> _requests = new();
    private readonly Task _accepting;

    private ScriptedBroker()
    {
        _listener.Start();
        _accepting = AcceptAsync(_stop.Token);
    }

    /// <summary>Where it listens, as <c>127.0.0.1:port</c>.</summary>
    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>Its topics by name.</summary>
    public ConcurrentDictionary<string, ScriptedTopic> Topics { get; } = new(StringComparer.Ordinal);

    /// <summary>Its consumer groups by name; of others it knows nothing.</summary>
    public ConcurrentDictionary<string, ScriptedGroup> Groups { get; } = new(StringComparer.Ordinal);

    /// <summary>The release it pretends to be.</summary>
    public ScriptedRelease Release { get; set; } = ScriptedRelease.Release0110;

    /// <summary>The certificate with its key that new connections are shown; null to speak plaintext.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>Whether TLS clients must show a certificate; none is good enough.</summary>
    public bool RefusesClientCertificates { get; set; }

    /// <summary>The SASL mechanisms that it offers; empty where clients need no login. It can check PLAIN alone.</summary>
    public IReadOnlyList<string> Mechanisms { get; set; } = [];

    /// <summary>The password of each user.</summary>
    public ConcurrentDictionary<string, string> Users { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether it takes connections and requests and answers none.</summary>
    public bool IsSilent { get; set; }

    /// <summary>The types of requests that it takes and does not answer.</summary>
    public IReadOnlyList<KafkaApiKey> Unanswered { get; set; } = [];

    /// <summary>Is told of each request before it is answered; null for nobody.</summary>
    public Action<KafkaApiKey>? Asked { get; set; }

    /// <summary>The address that it tells clients to come back to; null for <see cref="Address"/>.</summary>
    public string? Advertised { get; set; }

    /// <summary>Starts a broker.</summary>
    public static ScriptedBroker Start() => new();

    /// <summary>How many requests of a type came.</summary>
    public int Requests(KafkaApiKey apiKey) => _requests.GetValueOrDefault(apiKey);

    /// <summary>Cuts the connections there are: clients come back to what is set now.</summary>
    public void CutConnections()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Close();
        }
    }

    /// <summary>Stops it and cuts its connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        CutConnections();
        await Task.WhenAll(_connections.Values);
        _stop.Dispose();
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(cancellationToken);
                var serving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _connections[client] = serving.Task;
                _ = ServeAsync(client, serving, cancellationToken);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It was stopped.
        }
    }

    private async Task ServeAsync(TcpClient client, TaskCompletionSource served, CancellationToken cancellationToken)
    {
        try
        {
            using (client)
            {
                await using var stream = await SecureAsync(client, cancellationToken);
                await AnswerAllAsync(stream, cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException or ObjectDisposedException or InvalidDataException)
        {
            // The client went, was cut off, or spoke something else.
        }
        finally
        {
            _connections.TryRemove(client, out _);
            served.SetResult();
        }
    }

    private async Task<Stream> SecureAsync(TcpClient client, CancellationToken cancellationToken)
    {
        if (Certificate is not { } certificate)
        {
            return client.GetStream();
        }

        var secure = new SslStream(client.GetStream());
        await secure.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = certificate,
                ClientCertificateRequired = RefusesClientCertificates,
                RemoteCertificateValidationCallback = (_, _, _, _) => !RefusesClientCertificates,
            },
            cancellationToken);
        return secure;
    }

    private async Task AnswerAllAsync(Stream stream, CancellationToken cancellationToken)
    {
        const int LongestRequest = 1 << 20;
        var loggedIn = Mechanisms.Count == 0;
        var length = new byte[4];
        while (await stream.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false, cancellationToken) == length.Length)
        {
            var size = BinaryPrimitives.ReadInt32BigEndian(length);
            if (size is < 8 or > LongestRequest)
            {
                throw new InvalidDataException($"A request can't be {size} bytes long.");
            }

            var body = new byte[size];
            await stream.ReadExactlyAsync(body, cancellationToken);
            var request = new WireReader(body);
            var (apiKey, version, correlation) = ((KafkaApiKey)request.Int16(), request.Int16(), request.Int32());
            request.Text();
            _requests.AddOrUpdate(apiKey, 1, (_, count) => count + 1);
            if (!loggedIn && apiKey is not (KafkaApiKey.ApiVersions or KafkaApiKey.SaslHandshake or KafkaApiKey.SaslAuthenticate))
            {
                // As real listeners do that want a login first.
                return;
            }

            Asked?.Invoke(apiKey);
            if (IsSilent || Unanswered.Contains(apiKey))
            {
                continue;
            }

            var answer = new WireWriter().Int32(correlation);
            if (apiKey == KafkaApiKey.SaslAuthenticate)
            {
                loggedIn = LogIn(request, answer);
            }
            else
            {
                new ScriptedAnswers(this).Write(apiKey, version, request, answer);
            }

            await stream.WriteAsync(answer.ToMessage(), cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
    }

    /// <summary>Checks a login by PLAIN (RFC 4616): authorization identity, user and password, with NUL between.</summary>
    private bool LogIn(WireReader request, WireWriter answer)
    {
        var parts = Encoding.UTF8.GetString(request.Bytes().Span).Split('\0');
        var good = parts is [_, var user, var password] && Users.TryGetValue(user, out var right) && right == password;
        answer.Int16((short)(good ? ErrorCode.NoError : ErrorCode.SaslAuthenticationFailed))
            .Text(good ? null : "Authentication failed: Invalid username or password")
            .NoBytes();
        return good;
    }
}
