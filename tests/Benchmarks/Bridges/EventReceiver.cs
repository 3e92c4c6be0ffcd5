using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace KafkaLogstash.Benchmarks.Bridges;

/// <summary>
/// A Lumberjack server that does as little as one can: reads windows, checks their frames, counts, acknowledges. What it costs is part of every figure of the source.
/// </summary>
internal sealed class EventReceiver : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Action<ReadOnlySpan<byte>>? _arrived;
    private readonly bool _acknowledges;
    private long _events;
    private long _windows;

    /// <summary>Listens.</summary>
    /// <param name="arrived">Gets each event, where anybody wants it.</param>
    /// <param name="acknowledges">Whether windows are acknowledged; otherwise it only says that it lives.</param>
    public EventReceiver(Action<ReadOnlySpan<byte>>? arrived = null, bool acknowledges = true)
    {
        (_arrived, _acknowledges) = (arrived, acknowledges);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Start(Accept);
    }

    /// <summary>Where it listens.</summary>
    public string Address => _listener.LocalEndPoint!.ToString()!;

    /// <summary>Events in windows that it has acknowledged.</summary>
    public long Events => Interlocked.Read(ref _events);

    /// <summary>Windows that it has acknowledged.</summary>
    public long Windows => Interlocked.Read(ref _windows);

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static void Start(Action run) => new Thread(() => run()) { IsBackground = true }.Start();

    private void Accept()
    {
        try
        {
            while (true)
            {
                var client = _listener.Accept();
                client.NoDelay = true;
                Start(() => Serve(client));
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private void Serve(Socket client)
    {
        using var closing = client;
        var buffer = new byte[256 << 10];
        var answer = new byte[] { (byte)'2', (byte)'A', 0, 0, 0, 0 };
        int filled = 0, read = 0, due = 0, size = 0;
        try
        {
            while (true)
            {
                var got = client.Receive(buffer, filled, buffer.Length - filled, SocketFlags.None);
                if (got == 0)
                {
                    return;
                }

                filled += got;
                while (Take(buffer.AsSpan(read, filled - read), ref due, ref size) is var taken and > 0)
                {
                    read += taken;
                    if (due == 0)
                    {
                        BinaryPrimitives.WriteInt32BigEndian(answer.AsSpan(2), _acknowledges ? size : 0);
                        client.Send(answer);
                        Interlocked.Add(ref _events, size);
                        Interlocked.Increment(ref _windows);
                    }
                }

                buffer.AsSpan(read, filled - read).CopyTo(buffer);
                (filled, read) = (filled - read, 0);
            }
        }
        catch (SocketException)
        {
            // The bridge has ended.
        }
    }

    /// <summary>Takes a frame.</summary>
    /// <returns>Its length; 0 where it is not complete.</returns>
    private int Take(ReadOnlySpan<byte> bytes, ref int due, ref int size)
    {
        if (due == 0)
        {
            if (bytes.Length < 6)
            {
                return 0;
            }

            Check(bytes, (byte)'W');
            due = size = BinaryPrimitives.ReadInt32BigEndian(bytes[2..]);
            return 6;
        }

        if (bytes.Length < 10)
        {
            return 0;
        }

        var length = bytes[1] == 'C' ? BinaryPrimitives.ReadInt32BigEndian(bytes[2..]) - 4 : BinaryPrimitives.ReadInt32BigEndian(bytes[6..]);
        if (bytes.Length < 10 + length)
        {
            return 0;
        }

        if (bytes[1] == 'C')
        {
            due = 0;
            return 10 + length;
        }

        Check(bytes, (byte)'J');
        if (BinaryPrimitives.ReadInt32BigEndian(bytes[2..]) != size - due + 1)
        {
            throw new InvalidDataException("A sequence number is out of order.");
        }

        due--;
        _arrived?.Invoke(bytes.Slice(10, length));
        return 10 + length;
    }

    private static void Check(ReadOnlySpan<byte> frame, byte type)
    {
        if (frame[0] != '2' || frame[1] != type)
        {
            throw new InvalidDataException($"A frame begins with {Convert.ToHexString(frame[..2])}.");
        }
    }
}
