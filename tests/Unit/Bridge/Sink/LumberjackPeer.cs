using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KafkaLogstash.Tests.Unit.Bridge.Sink;

/// <summary>A sender of Lumberjack that sends any bytes it is told to.</summary>
internal sealed class LumberjackPeer : IAsyncDisposable
{
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;

    private LumberjackPeer(TcpClient client) => (_client, _stream) = (client, client.GetStream());

    public static async Task<LumberjackPeer> ConnectAsync(IPEndPoint address)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(address, TestContext.Current.CancellationToken);
        return new(client);
    }

    public static byte[] Window(uint count, char version = '2') => [(byte)version, (byte)'W', .. Number(count)];

    public static byte[] Json(uint sequence, string json) => [.. "2J"u8, .. Number(sequence), .. Text(json)];

    public static byte[] Data(uint sequence, params (string Name, string Value)[] pairs) =>
        [.. "1D"u8, .. Number(sequence), .. Number((uint)pairs.Length), .. pairs.SelectMany(pair => Text(pair.Name).Concat(Text(pair.Value)))];

    public static byte[] Compressed(byte[] frames, char version = '2')
    {
        using var output = new MemoryStream();
        using (var zlib = new ZLibStream(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(frames);
        }

        return [(byte)version, (byte)'C', .. Number((uint)output.Length), .. output.ToArray()];
    }

    public static byte[] Number(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return bytes;
    }

    public async Task SendAsync(params byte[][] frames) => await _stream.WriteAsync(frames.SelectMany(frame => frame).ToArray(), TestContext.Current.CancellationToken);

    /// <summary>The next acknowledgement: version and number; null when the connection has ended.</summary>
    public async Task<(char Version, uint Sequence)?> AcknowledgementAsync()
    {
        var frame = new byte[6];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(SinkRun.Patience);
        try
        {
            if (await _stream.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false, limit.Token) < frame.Length)
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

    /// <summary>The next acknowledgement that is no sign of life.</summary>
    public async Task<(char Version, uint Sequence)?> LastAcknowledgementAsync()
    {
        while (true)
        {
            if (await AcknowledgementAsync() is not (_, 0) and var last)
            {
                return last;
            }
        }
    }

    public void HalfClose() => _client.Client.Shutdown(SocketShutdown.Send);

    public void Reset()
    {
        _client.LingerState = new(enable: true, 0);
        _client.Close();
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [.. Number((uint)bytes.Length), .. bytes];
    }
}
