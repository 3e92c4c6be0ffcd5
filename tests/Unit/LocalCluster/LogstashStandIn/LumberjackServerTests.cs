using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using KafkaLogstash.LocalCluster.LogstashStandIn.Lumberjack;

namespace KafkaLogstash.Tests.Unit.LocalCluster.LogstashStandIn;

public sealed class LumberjackServerTests
{
    private readonly ConcurrentQueue<LumberjackWindow> _windows = new();
    private readonly ConcurrentQueue<Exception> _failures = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_window_is_acknowledged_once_with_its_highest_sequence()
    {
        await using var server = Start();
        await using var client = await LumberjackClient.ConnectAsync(server.Endpoint, Cancellation);

        await client.SendAsync(Cancellation, LumberjackClient.Window(2), LumberjackClient.Data(7, """{"a":1}"""), LumberjackClient.Data(8, """{"a":2}"""));

        Assert.Equal(('2', 8u), await client.AcknowledgementAsync(Cancellation));
        Assert.Equal(["""{"a":1}""", """{"a":2}"""], Assert.Single(_windows).Events.Select(Json));
    }

    [Fact]
    public async Task A_compressed_frame_holds_the_frames_of_a_window()
    {
        await using var server = Start();
        await using var client = await LumberjackClient.ConnectAsync(server.Endpoint, Cancellation);
        var frames = Enumerable.Range(1, 500).Select(index => LumberjackClient.Data((uint)index, $$"""{"index":{{index}}}""")).ToArray();

        await client.SendAsync(
            Cancellation, LumberjackClient.Window(501), LumberjackClient.Compressed(frames), LumberjackClient.Data(501, """{"index":501}"""));

        Assert.Equal(('2', 501u), await client.AcknowledgementAsync(Cancellation));
        Assert.Equal(501, Assert.Single(_windows).Events.Count);
    }

    [Fact]
    public async Task Windows_sent_ahead_are_acknowledged_in_order()
    {
        await using var server = Start();
        await using var client = await LumberjackClient.ConnectAsync(server.Endpoint, Cancellation);

        await client.SendAsync(
            Cancellation, LumberjackClient.Window(1), LumberjackClient.Data(1, "{}"), LumberjackClient.Window(0),
            LumberjackClient.Window(2), LumberjackClient.Data(1, "{}"), LumberjackClient.Data(2, "{}"));

        Assert.Equal(('2', 1u), await client.AcknowledgementAsync(Cancellation));
        Assert.Equal(('2', 0u), await client.AcknowledgementAsync(Cancellation));
        Assert.Equal(('2', 2u), await client.AcknowledgementAsync(Cancellation));
    }

    [Fact]
    public async Task While_a_window_waits_the_client_is_kept_patient_with_zero()
    {
        var accepted = new TaskCompletionSource();
        await using var server = Start(new LumberjackServerOptions { KeepAlive = TimeSpan.FromMilliseconds(10) }, _ => accepted.Task);
        await using var client = await LumberjackClient.ConnectAsync(server.Endpoint, Cancellation);
        await client.SendAsync(Cancellation, LumberjackClient.Window(1), LumberjackClient.Data(1, "{}"));

        Assert.Equal(('2', 0u), await client.AcknowledgementAsync(Cancellation));
        Assert.Equal(('2', 0u), await client.AcknowledgementAsync(Cancellation));
        accepted.SetResult();
        (char Version, uint Sequence)? last;
        do
        {
            last = await client.AcknowledgementAsync(Cancellation);
        }
        while (last?.Sequence == 0);

        Assert.Equal(('2', 1u), last);
    }

    [Fact]
    public async Task Version_1_pairs_become_an_object_and_are_acknowledged_in_version_1()
    {
        await using var server = Start();
        await using var client = await LumberjackClient.ConnectAsync(server.Endpoint, Cancellation);

        await client.SendAsync(
            Cancellation, [(byte)'1', .. LumberjackClient.Window(1)[1..]], LumberjackClient.Compressed(LumberjackClient.Pairs(1, ("line", "x"), ("empty", ""))));

        Assert.Equal(('1', 1u), await client.AcknowledgementAsync(Cancellation));
        Assert.Equal("""{"line":"x","empty":""}""", Json(Assert.Single(Assert.Single(_windows).Events)));
    }

    public static TheoryData<string, byte[]> NotTheProtocol() => new()
    {
        { "another version", [(byte)'3', (byte)'W', 0, 0, 0, 1] },
        { "HTTP", Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n") },
        { "data before a window", LumberjackClient.Data(1, "{}") },
        { "an unknown frame", [.. LumberjackClient.Window(1), (byte)'2', (byte)'X', 0, 0, 0, 0] },
        { "a frame without payload", [.. LumberjackClient.Window(1), .. LumberjackClient.Data(1, "")] },
        { "compressed bytes that are none", [.. LumberjackClient.Window(1), (byte)'2', (byte)'C', 0, 0, 0, 2, 1, 2] },
        { "compressed bytes that end inside a frame", [.. LumberjackClient.Window(1), .. LumberjackClient.Compressed(LumberjackClient.Data(1, "{}")[..^1])] },
        { "more events than announced", [.. LumberjackClient.Window(1), .. LumberjackClient.Compressed(LumberjackClient.Data(1, "{}"), LumberjackClient.Data(2, "{}"))] },
        { "a frame that is too long", [.. LumberjackClient.Window(1), (byte)'2', (byte)'J', 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff] },
    };

    [Theory]
    [MemberData(nameof(NotTheProtocol))]
    public async Task What_is_not_the_protocol_closes_the_connection_without_an_acknowledgement(string what, byte[] bytes)
    {
        await using var server = Start();
        await using var client = await LumberjackClient.ConnectAsync(server.Endpoint, Cancellation);

        await client.SendAsync(Cancellation, bytes);

        Assert.Null(await client.AcknowledgementAsync(Cancellation));
        Assert.Empty(_windows);
        await Eventually.Async(() => !_failures.IsEmpty, what);
    }

    [Fact]
    public async Task A_window_that_is_refused_closes_the_connection_without_an_acknowledgement()
    {
        await using var server = Start(accept: _ => throw new InvalidOperationException("no room"));
        await using var client = await LumberjackClient.ConnectAsync(server.Endpoint, Cancellation);

        await client.SendAsync(Cancellation, LumberjackClient.Window(1), LumberjackClient.Data(1, "{}"));

        Assert.Null(await client.AcknowledgementAsync(Cancellation));
        await Eventually.Async(() => _failures.Any(failure => failure.Message == "no room"), "the failure is told");
    }

    [Fact]
    public async Task A_silent_client_is_closed()
    {
        await using var server = Start(new LumberjackServerOptions { InactivityTimeout = TimeSpan.FromMilliseconds(30) });
        await using var client = await LumberjackClient.ConnectAsync(server.Endpoint, Cancellation);

        Assert.Null(await client.AcknowledgementAsync(Cancellation));
    }

    [Fact]
    public async Task Windows_travel_over_TLS()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var server = Start(new LumberjackServerOptions { Tls = new SslServerAuthenticationOptions { ServerCertificate = certificate } });
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Endpoint, Cancellation);
        var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == certificate.GetCertHashString(),
            },
            Cancellation);
        await using var client = new LumberjackClient(tls);

        await client.SendAsync(Cancellation, LumberjackClient.Window(1), LumberjackClient.Data(1, "{}"));

        Assert.Equal(('2', 1u), await client.AcknowledgementAsync(Cancellation));
    }

    [Fact]
    public async Task Stopping_closes_connections_whose_windows_still_wait()
    {
        var server = Start(accept: _ => new TaskCompletionSource().Task);
        await using var client = await LumberjackClient.ConnectAsync(server.Endpoint, Cancellation);
        await client.SendAsync(Cancellation, LumberjackClient.Window(1), LumberjackClient.Data(1, "{}"));
        await Eventually.Async(() => !_windows.IsEmpty, "the window arrives");

        await server.DisposeAsync();

        Assert.Null(await client.AcknowledgementAsync(Cancellation));
    }

    private LumberjackServer Start(LumberjackServerOptions? options = null, Func<LumberjackWindow, Task>? accept = null)
        => LumberjackServer.Start(
            options ?? new LumberjackServerOptions { Endpoint = new IPEndPoint(IPAddress.Loopback, 0) },
            (window, _) =>
            {
                _windows.Enqueue(window);
                return accept?.Invoke(window) ?? Task.CompletedTask;
            },
            (_, failure) => _failures.Enqueue(failure));

    private static string Json(LumberjackEvent logEvent) => Encoding.UTF8.GetString(logEvent.Json.Span);
}
