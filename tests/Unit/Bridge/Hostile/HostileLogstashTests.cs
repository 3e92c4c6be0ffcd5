using System.Net;
using System.Net.Sockets;
using KafkaLogstash.Bridge.Lumberjack;
using KafkaLogstash.Tests.Unit.LocalCluster.LogstashStandIn;

namespace KafkaLogstash.Tests.Unit.Bridge.Hostile;

/// <summary>Servers that break the protocol towards the client's side of Lumberjack: each ends its connection alone, in time, and nothing counts as acknowledged that was not.</summary>
public sealed class HostileLogstashTests
{
    private static readonly TimeSpan AcknowledgementTimeout = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static TheoryData<string, string, string, int> Answers => new()
    {
        { "another version", "314100000002", "does not speak Lumberjack v2", 0 },
        { "another type", "325700000002", "does not speak Lumberjack v2", 0 },
        { "HTTP", Convert.ToHexString("HTTP/1.1 400 Bad Request\r\n\r\n"u8), "does not speak Lumberjack v2", 0 },
        { "a TLS alert", "15030300020228", "does not speak Lumberjack v2", 0 },
        { "an acknowledgement beyond the window", "324100000003", "acknowledged 3 events of a window that has 2", 0 },
        { "the largest number", "3241FFFFFFFF", "of a window that has 2", 0 },
        { "one acknowledgement more than windows", "324100000002324100000002324100000002", "where none were on their way", 2 },
        { "half an acknowledgement", "324100", "was silent", 0 },
        { "a part of the window", "324100000001", "was silent", 0 },
        { "parts that go back", "324100000001324100000000324100000001", "was silent", 0 },
        { "one window of two", "324100000002", "was silent", 1 },
        { "nothing", "", "was silent", 0 },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task A_lying_server_ends_its_connection_alone(string what, string answer, string reason, int acknowledged)
    {
        using var server = Listen();
        var observer = new Counter();
        await using var connection = await ConnectAsync(server, observer);
        using var peer = await server.AcceptSocketAsync(TestContext.Current.CancellationToken);
        connection.Send(Window());
        connection.Send(Window());
        var running = connection.RunAsync(TestContext.Current.CancellationToken);
        await ReadAsync(peer, 2 * WindowLength);

        await peer.SendAsync(Convert.FromHexString(answer), TestContext.Current.CancellationToken);

        var failure = await Assert.ThrowsAsync<LumberjackException>(() => running.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.True(failure.Message.Contains(reason, StringComparison.Ordinal), $"{what}: {failure.Message}");
        Assert.Equal(acknowledged, observer.Acknowledged);
        Assert.Equal(2 - acknowledged, connection.Unacknowledged().Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_goes_leaves_its_windows_to_others(bool resets)
    {
        using var server = Listen();
        var observer = new Counter();
        await using var connection = await ConnectAsync(server, observer);
        var peer = await server.AcceptSocketAsync(TestContext.Current.CancellationToken);
        connection.Send(Window());
        var running = connection.RunAsync(TestContext.Current.CancellationToken);
        await ReadAsync(peer, WindowLength);

        if (resets)
        {
            peer.LingerState = new(enable: true, seconds: 0);
        }

        peer.Dispose();

        await Assert.ThrowsAsync<LumberjackException>(() => running.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(0, observer.Acknowledged);
        Assert.Single(connection.Unacknowledged());
    }

    [Fact]
    public async Task Acknowledgements_may_come_byte_by_byte_and_after_signs_of_life()
    {
        using var server = Listen();
        var observer = new Counter();
        await using var connection = await ConnectAsync(server, observer);
        using var peer = await server.AcceptSocketAsync(TestContext.Current.CancellationToken);
        peer.NoDelay = true;
        connection.Send(Window());
        using var stop = new CancellationTokenSource();
        var running = connection.RunAsync(stop.Token);
        await ReadAsync(peer, WindowLength);

        foreach (var part in Convert.FromHexString("324100000000324100000001324100000002"))
        {
            await peer.SendAsync((byte[])[part], TestContext.Current.CancellationToken);
        }

        await observer.First.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Empty(connection.Unacknowledged());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_server_that_says_that_it_is_alive_only_when_something_comes_is_asked_and_waited_for()
    {
        using var server = Listen();
        var observer = new Counter();
        await using var connection = await ConnectAsync(server, observer);
        using var peer = await server.AcceptSocketAsync(TestContext.Current.CancellationToken);
        connection.Send(Window());
        connection.Send(Window());
        using var stop = new CancellationTokenSource();
        var running = connection.RunAsync(stop.Token);
        await ReadAsync(peer, 2 * WindowLength);
        await peer.SendAsync(Convert.FromHexString("324100000002"), TestContext.Current.CancellationToken);

        // Twice as long as it may be silent, at least.
        await using var stream = new NetworkStream(peer, ownsSocket: false);
        var question = new byte[6];
        for (var i = 0; i < 7; i++)
        {
            await stream.ReadExactlyAsync(question, TestContext.Current.CancellationToken);
            Assert.Equal("325700000000", Convert.ToHexString(question));
            await peer.SendAsync(Convert.FromHexString("324100000000"), TestContext.Current.CancellationToken);
        }

        await peer.SendAsync(Convert.FromHexString("324100000002"), TestContext.Current.CancellationToken);
        await Eventually.Async(() => observer.Acknowledged == 2, "both windows are acknowledged");
        Assert.False(running.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private const int WindowLength = 6 + (2 * (10 + 2));

    private static TcpListener Listen()
    {
        var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        return server;
    }

    private static async Task<LumberjackConnection> ConnectAsync(TcpListener server, Counter observer)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.LocalEndpoint, TestContext.Current.CancellationToken);
        return new(new PlainTransport(socket), compressionLevel: 0, AcknowledgementTimeout, TimeProvider.System, observer);
    }

    private static Window Window()
    {
        var window = new Window(new BlockPool(1 << 20));
        for (var i = 0; i < 2; i++)
        {
            "{}"u8.CopyTo(window.Reserve(2));
            window.Add(2);
        }

        window.Seal();
        return window;
    }

    private static async Task ReadAsync(Socket peer, int length)
    {
        await using var stream = new NetworkStream(peer, ownsSocket: false);
        await stream.ReadExactlyAsync(new byte[length], TestContext.Current.CancellationToken);
    }

    private sealed class Counter : ILumberjackObserver
    {
        private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _acknowledged;

        public int Acknowledged => Volatile.Read(ref _acknowledged);

        public Task First => _first.Task;

        void ILumberjackObserver.Acknowledged(LumberjackConnection connection, Window window)
        {
            Interlocked.Increment(ref _acknowledged);
            _first.TrySetResult();
        }

        public void KeptAlive(LumberjackConnection connection)
        {
        }
    }
}
