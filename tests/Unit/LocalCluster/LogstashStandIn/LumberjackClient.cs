using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KafkaLogstash.Tests.Unit.LocalCluster.LogstashStandIn;

/// <summary>The client's side of the protocol, written down byte by byte.</summary>
internal sealed class LumberjackClient(Stream stream) : IAsyncDisposable
{
    public static async Task<LumberjackClient> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endpoint, cancellationToken);
        return new LumberjackClient(new NetworkStream(socket, ownsSocket: true));
    }

    public static byte[] Window(int events) => [(byte)'2', (byte)'W', .. Number((uint)events)];

    public static byte[] Data(uint sequence, string json)
    {
        var payload = Encoding.UTF8.GetBytes(json);
        return [(byte)'2', (byte)'J', .. Number(sequence), .. Number((uint)payload.Length), .. payload];
    }

    public static byte[] Pairs(uint sequence, params (string Key, string Value)[] pairs) =>
    [
        (byte)'1', (byte)'D', .. Number(sequence), .. Number((uint)pairs.Length),
        .. pairs.SelectMany(pair => (byte[])[.. Text(pair.Key), .. Text(pair.Value)]),
    ];

    public static byte[] Compressed(params byte[][] frames)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal))
        {
            foreach (var frame in frames)
            {
                zlib.Write(frame);
            }
        }

        var payload = compressed.ToArray();
        return [(byte)'2', (byte)'C', .. Number((uint)payload.Length), .. payload];
    }

    public ValueTask SendAsync(CancellationToken cancellationToken, params byte[][] frames)
        => stream.WriteAsync(frames.SelectMany(frame => frame).ToArray(), cancellationToken);

    /// <summary>The next acknowledgement, or null where the server closed the connection.</summary>
    public async Task<(char Version, uint Sequence)?> AcknowledgementAsync(CancellationToken cancellationToken)
    {
        var frame = new byte[6];
        try
        {
            if (await stream.ReadAtLeastAsync(frame, 6, throwOnEndOfStream: false, cancellationToken) < 6)
            {
                return null;
            }
        }
        catch (IOException)
        {
            return null;
        }

        Assert.Equal((byte)'A', frame[1]);
        return ((char)frame[0], BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(2)));
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private static byte[] Text(string text) => [.. Number((uint)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Number(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return bytes;
    }
}
