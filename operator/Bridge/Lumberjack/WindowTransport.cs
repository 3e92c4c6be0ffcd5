using System.Net.Security;
using System.Net.Sockets;

namespace KafkaLogstash.Bridge.Lumberjack;

/// <summary>A connection that bytes go over, in the clear or encrypted.</summary>
internal abstract class WindowTransport : IAsyncDisposable
{
    /// <summary>Sends blocks, one after the other, all of them.</summary>
    /// <param name="blocks">The blocks.</param>
    /// <param name="progressed">Called whenever the peer's side took some of them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public abstract ValueTask SendAsync(IReadOnlyList<ArraySegment<byte>> blocks, Action progressed, CancellationToken cancellationToken);

    /// <summary>Receives what is there; 0 when the peer has ended.</summary>
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}

/// <summary>Plain TCP: blocks go out together, in one call (a vectored write).</summary>
internal sealed class PlainTransport(Socket socket) : WindowTransport
{
    /// <summary>More than one call takes gains nothing, and the peer's progress should show now and then.</summary>
    private const int MostBlocksAtOnce = 16;

    private readonly List<ArraySegment<byte>> _batch = [];

    /// <inheritdoc/>
    public override async ValueTask SendAsync(IReadOnlyList<ArraySegment<byte>> blocks, Action progressed, CancellationToken cancellationToken)
    {
        for (var sent = 0; sent < blocks.Count; sent += MostBlocksAtOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _batch.Clear();
            for (var i = sent; i < blocks.Count && i < sent + MostBlocksAtOnce; i++)
            {
                _batch.Add(blocks[i]);
            }

            if (_batch.Count == 1)
            {
                await SendAllAsync(_batch[0], cancellationToken);
            }
            else
            {
                // Takes no token: whoever gives up closes the socket.
                var expected = _batch.Sum(block => block.Count);
                if (await socket.SendAsync(_batch, SocketFlags.None) != expected)
                {
                    throw new IOException("The connection took only a part of what was sent.");
                }
            }

            progressed();
        }
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancellationToken)..];
        }
    }
}

/// <summary>TLS.</summary>
internal sealed class TlsTransport(SslStream stream) : WindowTransport
{
    /// <inheritdoc/>
    public override async ValueTask SendAsync(IReadOnlyList<ArraySegment<byte>> blocks, Action progressed, CancellationToken cancellationToken)
    {
        for (var i = 0; i < blocks.Count; i++)
        {
            await stream.WriteAsync(blocks[i], cancellationToken);
            progressed();
        }
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => stream.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => stream.DisposeAsync();
}
