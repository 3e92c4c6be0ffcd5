using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace KafkaLogstash.Tests.Unit.Bridge.Hostile;

/// <summary>What a hostile peer does with a connection. When it returns, the connection is closed.</summary>
internal delegate Task Hostility(Socket socket, CancellationToken cancellationToken);

/// <summary>A server that does with each connection what a test says, until it <see cref="Relent"/>s: from then on it takes windows and acknowledges them, as a beats input does.</summary>
internal sealed class ScriptedLogstash : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Task, Socket> _connections = new();
    private readonly ConcurrentQueue<byte[]> _events = new();
    private readonly Func<SslServerAuthenticationOptions>? _tls;
    private readonly Task _accepting;
    private volatile Hostility? _hostility;
    private int _accepted;

    private ScriptedLogstash(Hostility? hostility, Func<SslServerAuthenticationOptions>? tls, int? receiveBuffer)
    {
        _hostility = hostility;
        _tls = tls;
        if (receiveBuffer is { } size)
        {
            _listener.Server.ReceiveBufferSize = size;
        }

        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens, as <c>host:port</c>.</summary>
    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>Connections so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>The texts of the events that it has acknowledged.</summary>
    public IReadOnlyList<byte[]> Events => [.. _events];

    /// <summary>Starts it.</summary>
    /// <param name="hostility">What it does with connections; null: it is friendly from the beginning.</param>
    /// <param name="tls">TLS, once it is friendly; null for plain text.</param>
    /// <param name="receiveBuffer">The socket's buffer in bytes; null for the usual.</param>
    public static ScriptedLogstash Start(Hostility? hostility, Func<SslServerAuthenticationOptions>? tls = null, int? receiveBuffer = null) => new(hostility, tls, receiveBuffer);

    /// <summary>Is friendly from now on. Connections that are there are ended.</summary>
    public void Relent()
    {
        _hostility = null;
        foreach (var socket in _connections.Values)
        {
            socket.Dispose();
        }
    }

    /// <summary>Takes windows and acknowledges them, until the client ends.</summary>
    public async Task TakeAsync(Stream stream, CancellationToken cancellationToken)
    {
        while (await StrictWindowReader.ReadAsync(stream, cancellationToken) is { } window)
        {
            foreach (var text in window)
            {
                _events.Enqueue(text);
            }

            await stream.WriteAsync(Acknowledgement((uint)window.Count), cancellationToken);
        }
    }

    /// <summary>An acknowledgement's bytes.</summary>
    public static byte[] Acknowledgement(uint sequence)
    {
        var frame = "2A\0\0\0\0"u8.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(2), sequence);
        return frame;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _accepted);
                _connections[ServeAsync(socket)] = socket;
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        // Connections are known before anything is done with them.
        await Task.Yield();
        try
        {
            if (_hostility is { } hostility)
            {
                await hostility(socket, _stop.Token);
            }
            else
            {
                await BeFriendlyAsync(socket);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The client has gone, or it is the end.
        }
        finally
        {
            socket.Dispose();
        }
    }

    private async Task BeFriendlyAsync(Socket socket)
    {
        await using var plain = new NetworkStream(socket);
        if (_tls is null)
        {
            await TakeAsync(plain, _stop.Token);
            return;
        }

        await using var secure = new SslStream(plain);
        await secure.AuthenticateAsServerAsync(_tls(), _stop.Token);
        await TakeAsync(secure, _stop.Token);
    }
}

/// <summary>What peers do that mean no good, or are no Logstash.</summary>
internal static class Hostilities
{
    /// <summary>Closes at once.</summary>
    public static Task Close(Socket socket, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Resets at once.</summary>
    public static Task Reset(Socket socket, CancellationToken cancellationToken)
    {
        socket.LingerState = new(enable: true, seconds: 0);
        return Task.CompletedTask;
    }

    /// <summary>Reads nothing and says nothing.</summary>
    public static Task Hang(Socket socket, CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Reads everything and says nothing.</summary>
    public static async Task Swallow(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 16];
        while (await socket.ReceiveAsync(buffer, cancellationToken) > 0)
        {
            // The next.
        }
    }

    /// <summary>Reads a byte now and then.</summary>
    public static async Task Dribble(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[1];
        while (await socket.ReceiveAsync(buffer, cancellationToken) > 0)
        {
            await Task.Delay(5, cancellationToken);
        }
    }

    /// <summary>Resets in the middle of a window.</summary>
    public static async Task ResetWithin(Socket socket, CancellationToken cancellationToken)
    {
        await ReadAsync(socket, 100, cancellationToken);
        await Reset(socket, cancellationToken);
    }

    /// <summary>Answers the first bytes of a window with others, then swallows.</summary>
    public static Hostility Answer(byte[] answer) => async (socket, cancellationToken) =>
    {
        await ReadAsync(socket, 6, cancellationToken);
        await socket.SendAsync(answer, cancellationToken);
        await Swallow(socket, cancellationToken);
    };

    /// <summary>Reads windows, and answers each with other bytes.</summary>
    public static Hostility AnswerWindows(Func<int, byte[]> answer) => async (socket, cancellationToken) =>
    {
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        while (await StrictWindowReader.ReadAsync(stream, cancellationToken) is { } window)
        {
            await stream.WriteAsync(answer(window.Count), cancellationToken);
        }
    };

    /// <summary>Swallows everything, and says again and again that it is alive.</summary>
    public static async Task KeepAlive(Socket socket, CancellationToken cancellationToken)
    {
        var swallowing = Swallow(socket, cancellationToken);
        while (!swallowing.IsCompleted)
        {
            await socket.SendAsync(ScriptedLogstash.Acknowledgement(0), cancellationToken);
            await Task.WhenAny(swallowing, Task.Delay(20, cancellationToken));
        }

        await swallowing;
    }

    private static async Task ReadAsync(Socket socket, int length, CancellationToken cancellationToken)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        await stream.ReadExactlyAsync(new byte[length], cancellationToken);
    }
}
