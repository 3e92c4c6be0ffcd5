using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Lumberjack;

/// <summary>
/// A server of the Lumberjack protocol (Beats), as Logstash's beats input is one: collects whole windows, hands each on, and acknowledges it with its highest
/// sequence number once it was accepted. While a window waits, acknowledgements of 0 keep the client patient. A connection whose bytes are not the protocol,
/// or whose window is refused, is closed without an acknowledgement, so that the client sends it again.
/// </summary>
public sealed class LumberjackServer : IAsyncDisposable
{
    private readonly LumberjackServerOptions _options;
    private readonly Func<LumberjackWindow, CancellationToken, Task> _accept;
    private readonly Action<EndPoint, Exception> _failed;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private readonly Task _listening;

    private LumberjackServer(
        LumberjackServerOptions options, Func<LumberjackWindow, CancellationToken, Task> accept, Action<EndPoint, Exception> failed, Socket listener)
    {
        _options = options;
        _accept = accept;
        _failed = failed;
        _listener = listener;
        Endpoint = (IPEndPoint)listener.LocalEndPoint!;
        _listening = Task.Run(ListenAsync);
    }

    /// <summary>Where the server listens.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Listens.</summary>
    /// <param name="options">Where and how.</param>
    /// <param name="accept">Takes a window; when its task ends well the window is acknowledged. Called for one window of a connection at a time.</param>
    /// <param name="failed">Is told why a connection was closed early. Not called for clients that close properly.</param>
    /// <exception cref="SocketException">The address can't be listened on.</exception>
    public static LumberjackServer Start(
        LumberjackServerOptions options, Func<LumberjackWindow, CancellationToken, Task> accept, Action<EndPoint, Exception> failed)
    {
        var listener = new Socket(options.Endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(options.Endpoint);
            listener.Listen();
            return new LumberjackServer(options, accept, failed, listener);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Stops listening and closes all connections; windows that were not accepted yet stay without an acknowledgement.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _listening;
        await Task.WhenAll(_connections.Keys);
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptAsync(_stop.Token);
                var connection = Task.Run(() => ServeAsync(client), CancellationToken.None);
                _connections.TryAdd(connection, true);
                _ = connection.ContinueWith(done => _connections.TryRemove(done, out _), TaskScheduler.Default);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Stopped, or the client was gone before it was accepted.
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var peer = client.RemoteEndPoint!;
        try
        {
            client.NoDelay = true;
            client.LingerState = new LingerOption(enable: true, seconds: 0); // closing resets the connection, as with Netty's SO_LINGER 0
            await using var network = new NetworkStream(client, ownsSocket: true);
            if (_options.Tls is null)
            {
                await ServeAsync(network, peer);
                return;
            }

            await using var tls = new SslStream(network);
            await tls.AuthenticateAsServerAsync(_options.Tls, _stop.Token);
            await ServeAsync(tls, peer);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The server stops.
        }
        catch (Exception e)
        {
            // Whatever goes wrong on a connection ends that connection alone.
            _failed(peer, e);
        }
    }

    private async Task ServeAsync(Stream stream, EndPoint peer)
    {
        await using var buffered = new BufferedStream(stream, 64 * 1024);
        var reader = new LumberjackReader(buffered, peer, _options.MaxFrameBytes);
        while (await ReadAsync(reader) is { } window)
        {
            if (window.Events.Count == 0)
            {
                await AcknowledgeAsync(stream, window.Version, 0);
                continue;
            }

            var accepted = _accept(window, _stop.Token);
            while (!accepted.IsCompleted)
            {
                using var wait = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                if (await Task.WhenAny(accepted, Task.Delay(_options.KeepAlive, _options.Time, wait.Token)) != accepted)
                {
                    _stop.Token.ThrowIfCancellationRequested();
                    await AcknowledgeAsync(stream, (byte)'2', 0);
                }

                await wait.CancelAsync();
            }

            await accepted;
            await AcknowledgeAsync(stream, window.Version, window.Acknowledgement);
        }
    }

    private async Task<LumberjackWindow?> ReadAsync(LumberjackReader reader)
    {
        using var idle = new CancellationTokenSource(_options.InactivityTimeout, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, _stop.Token);
        try
        {
            return await reader.ReadWindowAsync(either.Token);
        }
        catch (OperationCanceledException e) when (idle.IsCancellationRequested && !_stop.IsCancellationRequested)
        {
            throw new IOException($"The client was silent for {_options.InactivityTimeout.TotalSeconds:0} s.", e);
        }
    }

    private async Task AcknowledgeAsync(Stream stream, byte version, uint sequence)
    {
        var frame = new byte[6];
        frame[0] = version;
        frame[1] = (byte)'A';
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(2), sequence);
        await stream.WriteAsync(frame, _stop.Token);
        await stream.FlushAsync(_stop.Token);
    }
}
