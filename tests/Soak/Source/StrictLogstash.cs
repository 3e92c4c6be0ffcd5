using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using KafkaLogstash.Soak.Running;

namespace KafkaLogstash.Soak.Source;

/// <summary>How a Logstash treats its senders.</summary>
internal enum Manners
{
    /// <summary>As it should.</summary>
    Good,

    /// <summary>Acknowledges late, and says nothing meanwhile.</summary>
    Slow,

    /// <summary>Acknowledges late, and says meanwhile that it is alive.</summary>
    Busy,

    /// <summary>Acknowledges windows in parts, and now and then dies between two of them.</summary>
    Partial,

    /// <summary>Resets connections within a window.</summary>
    Reset,

    /// <summary>Takes everything, and says nothing.</summary>
    Silent,

    /// <summary>Acknowledges a window and resets the connection at once.</summary>
    AcknowledgeAndDie,

    /// <summary>Resets its connections and refuses new ones.</summary>
    Down,
}

/// <summary>
/// A Lumberjack v2 server that holds senders to the protocol, written from its description alone: whoever breaks it is told on and cut off.
/// </summary>
internal sealed class StrictLogstash : IAsyncDisposable
{
    private const int LongestEvent = 1 << 20;

    private readonly AcknowledgementLedger _ledger;
    private readonly Findings _findings;
    private readonly int _mostEvents;
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<Socket, Task> _connections = new();
    private readonly Lock _gate = new();
    private Socket? _listener;
    private volatile Manners _manners;
    private long _cut;

    /// <summary>A server that listens.</summary>
    /// <param name="mostEvents">The most events that a window may have.</param>
    /// <param name="ledger">Is told what is acknowledged.</param>
    /// <param name="findings">Is told what breaks the protocol.</param>
    public StrictLogstash(int mostEvents, AcknowledgementLedger ledger, Findings findings)
    {
        (_mostEvents, _ledger, _findings) = (mostEvents, ledger, findings);
        Address = new(IPAddress.Loopback, 0);
        Listen();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address { get; private set; }

    /// <summary>How many connections it has cut.</summary>
    public long Cut => Interlocked.Read(ref _cut);

    /// <summary>Lets it behave in another way from now on.</summary>
    public void Behave(Manners manners)
    {
        lock (_gate)
        {
            _manners = manners;
            if (manners == Manners.Down)
            {
                _listener?.Dispose();
                _listener = null;
                foreach (var connection in _connections.Keys)
                {
                    Reset(connection);
                }
            }
            else if (_listener is null && !_ending.IsCancellationRequested)
            {
                Listen();
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        Behave(Manners.Down);
        await Task.WhenAll(_connections.Values);
        _ending.Dispose();
    }

    private void Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(Address);
        listener.Listen();
        Address = (IPEndPoint)listener.LocalEndPoint!;
        _listener = listener;
        _ = AcceptAsync(listener);
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var connection = await listener.AcceptAsync();
                connection.NoDelay = true;
                var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _connections[connection] = ServeAsync(connection, begin.Task);
                begin.SetResult();
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // It is down.
        }
    }

    private async Task ServeAsync(Socket connection, Task begin)
    {
        await begin;
        try
        {
            await using var stream = new BufferedStream(new NetworkStream(connection), 64 * 1024);
            while (await ReadWindowAsync(stream) is { } records)
            {
                if (records.Count == 0)
                {
                    await AcknowledgeAsync(connection, 0);
                    continue;
                }

                if (!await AnswerAsync(connection, records))
                {
                    Reset(connection);
                    break;
                }
            }
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The sender went, or is cut off.
            Reset(connection);
        }
        catch (Exception failure) when (failure is JsonException or InvalidDataException or KeyNotFoundException or InvalidOperationException)
        {
            _findings.Add("protocol broken", failure.Message);
            Reset(connection);
        }
        finally
        {
            connection.Dispose();
            _connections.TryRemove(connection, out _);
        }
    }

    private async Task<List<RecordId>?> ReadWindowAsync(Stream stream)
    {
        var header = new byte[6];
        if (await stream.ReadAtLeastAsync(header, 1, throwOnEndOfStream: false, _ending.Token) is var read && read == 0)
        {
            return null;
        }

        await stream.ReadExactlyAsync(header.AsMemory(read), _ending.Token);
        var count = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(2));
        Demand(header[0] == '2' && header[1] == 'W', $"a window begins with 3257, not with {Convert.ToHexString(header.AsSpan(0, 2))}");
        Demand(count <= _mostEvents, $"a window of {count} events, where {_mostEvents} are allowed");
        var records = new List<RecordId>((int)count);
        var resetAt = _manners == Manners.Reset ? count / 2 : uint.MaxValue;
        while (records.Count < count)
        {
            var start = new byte[2];
            await stream.ReadExactlyAsync(start, _ending.Token);
            Demand(start[0] == '2' && start[1] is (byte)'J' or (byte)'C', $"a frame begins with {Convert.ToHexString(start)}");
            if (start[1] == 'C')
            {
                var length = await ReadNumberAsync(stream);
                Demand(length > 0 && length <= LongestEvent * 4, $"a compressed frame of {length} bytes");
                var compressed = new byte[length];
                await stream.ReadExactlyAsync(compressed, _ending.Token);
                await using var inflated = new MemoryStream();
                await using (var zlib = new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress))
                {
                    await zlib.CopyToAsync(inflated, _ending.Token);
                }

                inflated.Position = 0;
                while (inflated.Position < inflated.Length)
                {
                    await inflated.ReadExactlyAsync(start, _ending.Token);
                    Demand(start is [(byte)'2', (byte)'J'], $"a frame within a compressed frame begins with {Convert.ToHexString(start)}");
                    records.Add(await ReadEventAsync(inflated, records.Count));
                }

                Demand(records.Count <= count, $"{records.Count} events in a window of {count}");
            }
            else
            {
                records.Add(await ReadEventAsync(stream, records.Count));
            }

            if (records.Count >= resetAt)
            {
                throw new OperationCanceledException("Within a window.");
            }
        }

        return records;
    }

    private async Task<RecordId> ReadEventAsync(Stream stream, int before)
    {
        var sequence = await ReadNumberAsync(stream);
        Demand(sequence == before + 1, $"sequence number {sequence} after {before} events of a window");
        var length = await ReadNumberAsync(stream);
        Demand(length is > 0 and <= LongestEvent, $"an event of {length} bytes");
        var json = new byte[length];
        await stream.ReadExactlyAsync(json, _ending.Token);
        return EventReader.Read(json);
    }

    private async Task<long> ReadNumberAsync(Stream stream)
    {
        var bytes = new byte[4];
        await stream.ReadExactlyAsync(bytes, _ending.Token);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    /// <summary>Answers a window.</summary>
    /// <returns>Whether the connection is to go on.</returns>
    private async Task<bool> AnswerAsync(Socket connection, List<RecordId> records)
    {
        switch (_manners)
        {
            case Manners.Slow:
                await Task.Delay(300, _ending.Token);
                break;
            case Manners.Busy:
                for (var i = 0; i < 4; i++)
                {
                    await AcknowledgeAsync(connection, 0);
                    await Task.Delay(100, _ending.Token);
                }

                break;
            case Manners.Partial:
                var part = records.Count / 2;
                _ledger.Acknowledge(records.Take(part));
                await AcknowledgeAsync(connection, part);
                if (records[0].Sequence % 7 == 0)
                {
                    return false;
                }

                _ledger.Acknowledge(records.Skip(part));
                await AcknowledgeAsync(connection, records.Count);
                return true;
            case Manners.Silent:
                while (_manners == Manners.Silent)
                {
                    await Task.Delay(50, _ending.Token);
                }

                return false;
            case Manners.Reset or Manners.Down:
                return false;
            case Manners.AcknowledgeAndDie:
                _ledger.Acknowledge(records);
                await AcknowledgeAsync(connection, records.Count);
                return false;
            case Manners.Good:
                break;
            default:
                throw new InvalidOperationException($"{_manners} are no manners.");
        }

        _ledger.Acknowledge(records);
        await AcknowledgeAsync(connection, records.Count);
        return true;
    }

    private async Task AcknowledgeAsync(Socket connection, int sequence)
    {
        byte[] frame = [(byte)'2', (byte)'A', 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(2), sequence);
        await connection.SendAsync(frame, _ending.Token);
    }

    private void Reset(Socket connection)
    {
        Interlocked.Increment(ref _cut);
        try
        {
            connection.LingerState = new(enable: true, seconds: 0);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }

        connection.Dispose();
    }

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException(otherwise);
        }
    }
}
