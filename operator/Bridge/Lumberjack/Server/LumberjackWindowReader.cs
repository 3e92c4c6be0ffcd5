using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using KafkaLogstash.Bridge.Sink;
using KafkaLogstash.Bridge.Sink.Events;
using KafkaLogstash.Bridge.Sink.Producing;

namespace KafkaLogstash.Bridge.Lumberjack.Server;

/// <summary>
/// Reads the windows of one connection. Bytes are gathered as they come, a claimed length takes no memory; compressed frames are inflated into the batch, where their events stay. A window is there
/// when its last event is: as in the beats input, nothing of an incomplete one is taken.
/// </summary>
/// <param name="input">What the peer sends.</param>
/// <param name="peer">Waits for the peer.</param>
/// <param name="events">Makes records of events.</param>
/// <param name="buffers">Where buffers come from.</param>
/// <param name="mostBytes">The most bytes of a window, after decompression.</param>
internal sealed class LumberjackWindowReader(PipeReader input, IPeerPatience peer, EventReader events, PinnedBuffers buffers, long mostBytes) : IDisposable
{
    /// <summary>Version and type.</summary>
    private const int HeadLength = 2;

    private const int NumberLength = sizeof(uint);

    /// <summary>The lumberjack output sends one pair an event, logstash-forwarder one for each field.</summary>
    private const int MostPairs = 1024;

    /// <summary>Inflated at once.</summary>
    private const int Step = 64 * 1024;

    /// <summary>What frames may take beside their events' bytes: headers, names of pairs, and compression that makes little of much.</summary>
    private readonly long _mostReceived = (2 * mostBytes) + (32L * EventReader.MostEvents);

    private readonly EventBuffer _raw = new(buffers);
    private byte _version;
    private int _parsed;
    private long _received;

    /// <summary>Reads a window.</summary>
    /// <param name="batch">Gets the events.</param>
    /// <param name="share">Counts the bytes; waits where there is no room for more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The window; null when the peer has ended the connection between two.</returns>
    /// <exception cref="LumberjackProtocolException">The peer sends no windows.</exception>
    public async ValueTask<ReceivedWindow?> ReadAsync(RecordBatch batch, PendingBytes.Share share, CancellationToken cancellationToken)
    {
        if (!await HasAsync(Frames.ShortLength, share, isWindowOpen: false, cancellationToken))
        {
            return null;
        }

        (_version, var type) = Head(Rest);
        if (type != Frames.Window)
        {
            throw new LumberjackProtocolException("protocol", $"a frame of type 0x{type:X2} came where a window begins");
        }

        var count = Number(Rest[HeadLength..]);
        _parsed += Frames.ShortLength;
        if (count > EventReader.MostEvents)
        {
            throw new LumberjackProtocolException("too-large", $"a window of {count} events was announced; {EventReader.MostEvents} are the most (bulk_max_size of Beats)");
        }

        var window = new Window((int)count);
        _received = 0;
        while (batch.Count < window.Count)
        {
            await ReadFrameAsync(batch, share, window, cancellationToken);
        }

        return new ReceivedWindow(_version, window.Sequence, window.Count);
    }

    /// <inheritdoc/>
    public void Dispose() => _raw.Dispose();

    private ReadOnlySpan<byte> Rest => _raw.Written[_parsed..];

    private static (byte Version, byte Type) Head(ReadOnlySpan<byte> frame)
    {
        if (frame[0] is not (Frames.Version1 or Frames.Version2))
        {
            throw new LumberjackProtocolException("protocol", $"a frame of version 0x{frame[0]:X2} came; there are 1 (0x31) and 2 (0x32). Does the peer speak TLS to a port without, or HTTP?");
        }

        return (frame[0], frame[1]);
    }

    private static uint Number(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32BigEndian(bytes);

    private async ValueTask ReadFrameAsync(RecordBatch batch, PendingBytes.Share share, Window window, CancellationToken cancellationToken)
    {
        await NeedAsync(HeadLength, share, cancellationToken);
        if (_received > _mostReceived)
        {
            throw new LumberjackProtocolException("too-large", $"frames of {_mostReceived} bytes came for one window, and not all of its events: let the peer send fewer at once (bulk_max_size of Beats)");
        }

        switch (Head(Rest).Type)
        {
            case Frames.Json:
                await NeedAsync(Frames.JsonHeaderLength, share, cancellationToken);
                var length = Length(Number(Rest[Frames.ShortLength..]), batch);
                await NeedAsync(Frames.JsonHeaderLength + length, share, cancellationToken);
                window.Saw(Number(Rest[HeadLength..]));
                AddCopy(batch, Rest.Slice(Frames.JsonHeaderLength, length));
                _parsed += Frames.JsonHeaderLength + length;
                break;
            case Frames.Data:
                int taken;
                while ((taken = TryData(Rest, batch, share, window)) == 0)
                {
                    Length((uint)Rest.Length, batch);
                    await NeedAsync(Rest.Length + 1, share, cancellationToken);
                }

                _parsed += taken;
                break;
            case Frames.Compressed:
                await NeedAsync(Frames.ShortLength, share, cancellationToken);
                var compressed = Length(Number(Rest[HeadLength..]), batch);
                await NeedAsync(Frames.ShortLength + compressed, share, cancellationToken);
                _parsed += Frames.ShortLength;
                var start = batch.Events.Length;
                await InflateAsync(compressed, batch, share, cancellationToken);
                _parsed += compressed;
                if (batch.Events.Length == start)
                {
                    throw new LumberjackProtocolException("protocol", "a compressed frame without events came");
                }

                AddInflated(batch, share, start, window);
                break;
            case Frames.Window:
                throw new LumberjackProtocolException("protocol", $"a window began before the one before it was complete: {batch.Count} of {window.Count} events had come");
            case var unknown:
                throw new LumberjackProtocolException("protocol", $"a frame of type 0x{unknown:X2} came; there are W, J, D and C");
        }
    }

    private int Length(uint length, RecordBatch batch)
    {
        if (length == 0)
        {
            throw new LumberjackProtocolException("protocol", "a frame without content came");
        }

        return length + (long)batch.Events.Length <= mostBytes ? (int)length : throw TooLarge();
    }

    private LumberjackProtocolException TooLarge() =>
        new("too-large", $"a window of more than {mostBytes} bytes came: let the peer send fewer events at once (bulk_max_size of Beats)");

    private void AddCopy(RecordBatch batch, ReadOnlySpan<byte> json)
    {
        var start = batch.Events.Length;
        batch.Events.Write(json);
        events.Add(batch, start, json.Length);
    }

    /// <summary>Takes the frames that were inflated; events in JSON stay where they are.</summary>
    private void AddInflated(RecordBatch batch, PendingBytes.Share share, int start, Window window)
    {
        if (batch.Events.Length - start >= HeadLength && Head(batch.Events.Written[start..]).Type == Frames.Data)
        {
            AddInflatedData(batch, share, start, window);
            return;
        }

        for (var end = batch.Events.Length; start < end;)
        {
            var frames = batch.Events.Written[start..end];
            var type = frames.Length < HeadLength ? Frames.Json : Head(frames).Type;
            if (type != Frames.Json)
            {
                throw new LumberjackProtocolException("protocol", $"a frame of type 0x{type:X2} came within a compressed one, where J frames are");
            }

            if (frames.Length < Frames.JsonHeaderLength || Number(frames[Frames.ShortLength..]) is var length && (length == 0 || length > frames.Length - Frames.JsonHeaderLength))
            {
                throw Cut();
            }

            ThrowIfFull(batch, window);
            window.Saw(Number(frames[HeadLength..]));
            events.Add(batch, start + Frames.JsonHeaderLength, (int)length);
            start += Frames.JsonHeaderLength + (int)length;
        }
    }

    /// <summary>Takes frames of version 1 that were inflated. Their events are written where they were; what they are made of moves aside.</summary>
    private void AddInflatedData(RecordBatch batch, PendingBytes.Share share, int start, Window window)
    {
        using var aside = new EventBuffer(buffers);
        aside.Write(batch.Events.Written[start..]);
        batch.Events.Truncate(start);
        for (var position = 0; position < aside.Length;)
        {
            var frames = aside.Written[position..];
            if (frames.Length < HeadLength || Head(frames).Type != Frames.Data)
            {
                throw Cut();
            }

            ThrowIfFull(batch, window);
            position += TryData(frames, batch, share, window) is > 0 and var taken ? taken : throw Cut();
        }
    }

    private static LumberjackProtocolException Cut() => new("protocol", "a compressed frame ends in the middle of an event");

    private static void ThrowIfFull(RecordBatch batch, Window window)
    {
        if (batch.Count == window.Count)
        {
            throw new LumberjackProtocolException("protocol", $"more events came than the {window.Count} that their window announced");
        }
    }

    /// <summary>Takes an event of version 1. The lumberjack output sends it encoded, as <c>line</c>; logstash-forwarder sent text with further pairs beside it.</summary>
    /// <returns>How many bytes it had; 0 when not all of them are there.</returns>
    private int TryData(ReadOnlySpan<byte> frame, RecordBatch batch, PendingBytes.Share share, Window window)
    {
        if (frame.Length < Frames.JsonHeaderLength)
        {
            return 0;
        }

        var pairs = Number(frame[Frames.ShortLength..]);
        if (pairs is 0 or > MostPairs)
        {
            throw new LumberjackProtocolException("protocol", $"an event of {pairs} pairs came; there are 1 to {MostPairs}");
        }

        var position = Frames.JsonHeaderLength;
        ReadOnlySpan<byte> line = default;
        for (var pair = 0u; pair < pairs; pair++)
        {
            if (!TryText(frame, ref position, batch, out var name) || !TryText(frame, ref position, batch, out var value))
            {
                return 0;
            }

            line = name.SequenceEqual("line"u8) ? value : line;
        }

        window.Saw(Number(frame[HeadLength..]));
        if (pairs != 1 || !TryAddLine(batch, line))
        {
            AddPairs(batch, share, frame, pairs);
        }

        return position;
    }

    /// <summary>Takes a line that is an event. Text may begin like one.</summary>
    private bool TryAddLine(RecordBatch batch, ReadOnlySpan<byte> line)
    {
        if (line.TrimStart(" \t\r\n"u8) is not [(byte)'{', ..])
        {
            return false;
        }

        var start = batch.Events.Length;
        batch.Events.Write(line);
        if (events.TryAdd(batch, start, line.Length))
        {
            return true;
        }

        batch.Events.Truncate(start);
        return false;
    }

    private bool TryText(ReadOnlySpan<byte> frame, scoped ref int position, RecordBatch batch, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (frame.Length - position < NumberLength)
        {
            return false;
        }

        var claimed = Number(frame[position..]);
        var length = claimed == 0 ? 0 : Length(claimed, batch);
        if (frame.Length - position - NumberLength < length)
        {
            return false;
        }

        text = frame.Slice(position + NumberLength, length);
        position += NumberLength + length;
        return true;
    }

    private void AddPairs(RecordBatch batch, PendingBytes.Share share, ReadOnlySpan<byte> frame, uint pairs)
    {
        var start = batch.Events.Length;
        var position = Frames.JsonHeaderLength;
        for (var pair = 0u; pair < pairs; pair++)
        {
            TryText(frame, ref position, batch, out var name);
            TryText(frame, ref position, batch, out var value);
            batch.Events.Write(pair == 0 ? "{"u8 : ","u8);
            WriteText(batch, share, name.SequenceEqual("line"u8) ? "message"u8 : name);
            batch.Events.Write(":"u8);
            WriteText(batch, share, value);
        }

        batch.Events.Write("}"u8);
        events.Add(batch, start, batch.Events.Length - start);
    }

    /// <summary>Writes a text as JSON has it, which may be six times as long. What is no UTF-8 is replaced, as Logstash does.</summary>
    private void WriteText(RecordBatch batch, PendingBytes.Share share, ReadOnlySpan<byte> text)
    {
        batch.Events.Write("\""u8);
        while (!text.IsEmpty)
        {
            JavaScriptEncoder.UnsafeRelaxedJsonEscaping.EncodeUtf8(text, batch.Events.GetSpan(Step), out var consumed, out var written);
            text = text[consumed..];
            batch.Events.Advance(written);
            share.Add(written);
            if (batch.Events.Length > mostBytes)
            {
                throw TooLarge();
            }
        }

        batch.Events.Write("\""u8);
    }

    private async ValueTask InflateAsync(int compressed, RecordBatch batch, PendingBytes.Share share, CancellationToken cancellationToken)
    {
        using var inflating = new ZLibStream(new MemoryStream(_raw.Bytes, _parsed, compressed, writable: false), CompressionMode.Decompress);
        try
        {
            while (inflating.Read(batch.Events.GetSpan(Step)) is > 0 and var read)
            {
                if (batch.Events.Length + (long)read > mostBytes)
                {
                    throw new LumberjackProtocolException("too-large", $"a compressed frame inflates to more than {mostBytes} bytes: let the peer send fewer events at once (bulk_max_size of Beats)");
                }

                await peer.HeldUpAsync(share.AddAsync(read, cancellationToken), _version);
                batch.Events.Advance(read);
            }
        }
        catch (InvalidDataException)
        {
            throw new LumberjackProtocolException("protocol", "a compressed frame is no zlib stream, or a broken one");
        }
    }

    private async ValueTask NeedAsync(int length, PendingBytes.Share share, CancellationToken cancellationToken)
    {
        if (!await HasAsync(length, share, isWindowOpen: true, cancellationToken))
        {
            throw new LumberjackProtocolException("cut", "the peer ended the connection in the middle of a window");
        }
    }

    /// <summary>Waits until there are so many bytes that were not parsed.</summary>
    /// <returns>Whether there are; not when the peer has ended the connection before the first of them.</returns>
    private async ValueTask<bool> HasAsync(int length, PendingBytes.Share share, bool isWindowOpen, CancellationToken cancellationToken)
    {
        while (_raw.Length - _parsed < length)
        {
            if (_parsed > 0)
            {
                _raw.RemoveFirst(_parsed);
                _parsed = 0;
            }

            if (!input.TryRead(out var result))
            {
                if (_raw.Length == 0)
                {
                    // Whoever says nothing keeps nothing.
                    _raw.Dispose();
                }

                result = await peer.ReadAsync(input, isWindowOpen || _raw.Length > 0, cancellationToken);
            }

            foreach (var part in result.Buffer)
            {
                _raw.Write(part.Span);
            }

            // Before the buffer is given back: its segments are used again then, and say something else.
            var more = result.Buffer.Length;
            input.AdvanceTo(result.Buffer.End);
            _received += more;
            if (more > 0)
            {
                // A window that is held up from its first byte on has told its version with that.
                _version = isWindowOpen ? _version : _raw.Written[0];
                await peer.HeldUpAsync(share.AddAsync(more, cancellationToken), _version);
            }
            else if (result.IsCompleted)
            {
                return _raw.Length == 0 && !isWindowOpen ? false
                    : throw new LumberjackProtocolException("cut", "the peer ended the connection in the middle of a window");
            }
        }

        return true;
    }

    /// <summary>A window that is being read.</summary>
    private sealed class Window(int count)
    {
        private bool _hasSequence;

        public int Count { get; } = count;

        public uint Sequence { get; private set; }

        /// <summary>Numbers begin at 1 in each window, or count on over the connection and come to 1 again after the last.</summary>
        public void Saw(uint sequence)
        {
            if (!_hasSequence || (int)(sequence - Sequence) > 0)
            {
                (Sequence, _hasSequence) = (sequence, true);
            }
        }
    }
}

/// <summary>How long a peer is waited for.</summary>
internal interface IPeerPatience
{
    /// <summary>Reads what the peer sends.</summary>
    /// <param name="input">Where from.</param>
    /// <param name="isWindowOpen">Whether it has begun a window.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LumberjackProtocolException">It was silent for too long.</exception>
    ValueTask<ReadResult> ReadAsync(PipeReader input, bool isWindowOpen, CancellationToken cancellationToken);

    /// <summary>Waits for the bridge's own bounds; the peer is told that the bridge is alive.</summary>
    /// <param name="waiting">What is waited for.</param>
    /// <param name="version">The version byte of the window that is held up; what came in its place where a peer speaks something else.</param>
    ValueTask HeldUpAsync(ValueTask waiting, byte version);
}
