using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using Confluent.Kafka;
using KafkaLogstash.Bridge.Native;

namespace KafkaLogstash.Bridge.Sink.Producing;

/// <summary>Why an event can never become a record, whatever Kafka's state.</summary>
internal enum RefusalReason
{
    /// <summary>It is no JSON object. Of a request that is the whole request's error; a window's other events are written.</summary>
    Malformed,

    /// <summary>The pattern gives no topic for it.</summary>
    NoTopic,

    /// <summary>Its topic may not be written to.</summary>
    TopicNotAllowed,

    /// <summary>It is longer than client or broker take.</summary>
    TooLarge,

    /// <summary>The broker takes no such record: for example one without a key in a compacted topic.</summary>
    Invalid,
}

/// <summary>An event that can never become a record.</summary>
/// <param name="Index">Which one of its batch, from 0.</param>
/// <param name="Reason">Why.</param>
/// <param name="Message">The same for people.</param>
/// <param name="Topic">Its topic; null where it has none.</param>
internal sealed record RefusedEvent(int Index, RefusalReason Reason, string Message, string? Topic);

/// <summary>A record that Kafka did not take.</summary>
/// <param name="Index">Which one of its batch, from 0.</param>
/// <param name="Error">Why.</param>
/// <param name="IsLocal">Whether it never left the client.</param>
internal readonly record struct FailedRecord(int Index, ErrorCode Error, bool IsLocal);

/// <summary>Records of one batch that follow each other and have the same topic.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="First">The first one's index.</param>
/// <param name="Count">How many.</param>
internal readonly record struct TopicRun(string Topic, int First, int Count);

/// <summary>
/// The events of one request or window, as records for librdkafka. One counter for all of them tells when the last was answered; there is neither task nor object for a record. A batch
/// and its arrays are used again and again: what is allocated for a batch at speed is its buffer, when the pool is short, and nothing for a record.
/// </summary>
/// <param name="buffers">Where its buffers come from.</param>
internal sealed class RecordBatch(PinnedBuffers buffers) : IValueTaskSource, IDisposable
{
    private const int ShortestTable = 256;

    /// <summary>Longer tables are not kept.</summary>
    private const int LongestKeptTable = 8192;

    private const int LongestKeptScratch = 64 * 1024;

    private List<FailedRecord> _failed = [];
    private readonly Lock _failedGate = new();
    private List<TopicRun> _runs = [];
    private ManualResetValueTaskSourceCore<bool> _answered = new() { RunContinuationsAsynchronously = true };
    private NativeMessage[] _messages = Allocate(ShortestTable);
    private int _unanswered;

    /// <summary>What was received; values of records are parts of it.</summary>
    public EventBuffer Events { get; } = new(buffers);

    /// <summary>The records' keys, one after the other.</summary>
    public EventBuffer Keys { get; } = new(buffers);

    /// <summary>Where the batch is in its producer's table.</summary>
    public int Slot { get; private set; }

    /// <summary>The events that can't be written.</summary>
    public List<RefusedEvent> Refused { get; private set; } = [];

    /// <summary>The records by topic.</summary>
    public IReadOnlyList<TopicRun> Runs => _runs;

    /// <summary>How many events there are, with those that can't be written.</summary>
    public int Count { get; private set; }

    /// <summary>Where evaluating patterns puts its results.</summary>
    public ArrayBufferWriter<byte> Scratch { get; private set; } = new();

    /// <summary>Adds an event that becomes a record.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="start">Where it begins in <see cref="Events"/>.</param>
    /// <param name="length">Its length.</param>
    /// <param name="keyStart">Where its key begins in <see cref="Keys"/>, which end with it; negative for no key.</param>
    public void Add(string topic, int start, int length, int keyStart)
    {
        if (_runs.Count > 0 && CollectionsMarshal.AsSpan(_runs)[^1] is var last && ReferenceEquals(last.Topic, topic) && last.First + last.Count == Count)
        {
            _runs[^1] = last with { Count = last.Count + 1 };
        }
        else
        {
            _runs.Add(new(topic, Count, 1));
        }

        // Buffers may still grow and be replaced: offsets become pointers when all is there.
        Next() = new() { Payload = start, Length = (nuint)length, Key = keyStart, KeyLength = (nuint)(keyStart < 0 ? 0 : Keys.Length - keyStart) };
    }

    /// <summary>Adds an event that can't be written.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="message">The same for people.</param>
    /// <param name="topic">Its topic; null where it has none.</param>
    /// <param name="start">Where it begins in <see cref="Events"/>.</param>
    /// <param name="length">Its length.</param>
    public void Refuse(RefusalReason reason, string message, string? topic, int start, int length)
    {
        Refused.Add(new(Count, reason, message, topic));
        Next() = new() { Payload = start, Length = (nuint)length, Key = -1 };
    }

    /// <summary>Makes offsets pointers. After it nothing can be added.</summary>
    public unsafe void Seal()
    {
        var events = Address(Events.Bytes);
        var keys = Address(Keys.Bytes);
        foreach (ref var message in _messages.AsSpan(0, Count))
        {
            message.Payload += events;
            message.Key = message.Key < 0 ? 0 : message.Key + keys;
        }

        static nint Address(byte[] pinned) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
    }

    /// <summary>Says in each record where its batch is in the producer's table.</summary>
    public void Enter(int slot)
    {
        Slot = slot;
        for (var i = 0; i < Count; i++)
        {
            _messages[i].Tag = (nint)(((long)slot << 32) | (uint)i);
        }
    }

    /// <summary>The records, from one of them on.</summary>
    public Span<NativeMessage> Messages(int first, int count) => _messages.AsSpan(first, count);

    /// <summary>An event's bytes. The batch must be sealed.</summary>
    public unsafe ReadOnlySpan<byte> Value(int index) => new((void*)_messages[index].Payload, (int)_messages[index].Length);

    /// <summary>A record's key, copied; null if it has none. The batch must be sealed.</summary>
    public unsafe byte[]? Key(int index) =>
        _messages[index].Key == 0 ? null : new ReadOnlySpan<byte>((void*)_messages[index].Key, (int)_messages[index].KeyLength).ToArray();

    /// <summary>The topic of a record.</summary>
    public string Topic(int index)
    {
        var (low, high) = (0, _runs.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _runs[middle].First <= index ? (middle, high) : (low, middle - 1);
        }

        return _runs[low].Topic;
    }

    /// <summary>Some records were tried: of them only those are left to be written that were not taken.</summary>
    /// <param name="tried">Those that were tried, of <see cref="Runs"/>.</param>
    /// <param name="left">Those that are left, in their order.</param>
    public void Retain(IReadOnlyList<TopicRun> tried, IReadOnlyList<FailedRecord> left)
    {
        List<TopicRun> others = ReferenceEquals(tried, _runs) ? [] : [.. _runs.Except(tried)];
        var runs = new List<TopicRun>();
        foreach (var record in left)
        {
            var topic = Topic(record.Index);
            if (runs is [.., var last] && last.Topic == topic && last.First + last.Count == record.Index)
            {
                runs[^1] = last with { Count = last.Count + 1 };
            }
            else
            {
                runs.Add(new(topic, record.Index, 1));
            }
        }

        _runs.Clear();
        _runs.AddRange(others.Concat(runs).OrderBy(run => run.First));
    }

    /// <summary>Begins to wait for answers. One more than there are records is awaited: <see cref="Answered"/> for that one when all were handed over.</summary>
    /// <param name="runs">The records.</param>
    public void Expect(IReadOnlyList<TopicRun> runs)
    {
        var records = 0;
        foreach (var run in runs)
        {
            records += run.Count;
        }

        _failed.Clear();
        _answered.Reset();
        Volatile.Write(ref _unanswered, records + 1);
    }

    /// <summary>So many records were answered.</summary>
    public void Answered(int records = 1)
    {
        if (Interlocked.Add(ref _unanswered, -records) == 0)
        {
            _answered.SetResult(true);
        }
    }

    /// <summary>A record was not taken. <see cref="Answered"/> is to follow.</summary>
    public void Fail(FailedRecord record)
    {
        lock (_failedGate)
        {
            _failed.Add(record);
        }
    }

    /// <summary>Waits for all answers.</summary>
    /// <returns>Completes when the last has come; may be awaited once for each <see cref="Expect"/>.</returns>
    public ValueTask WaitAsync() => new(this, _answered.Version);

    /// <summary>The records that were not taken, in their order. Only while none is awaited.</summary>
    public FailedRecord[] Failed()
    {
        lock (_failedGate)
        {
            return _failed.Count == 0 ? [] : [.. _failed.OrderBy(record => record.Index)];
        }
    }

    /// <summary>Forgets its events, and gives up what has grown long.</summary>
    public void Dispose()
    {
        Events.Dispose();
        Keys.Dispose();
        (Refused, _runs, _failed) = (Emptied(Refused), Emptied(_runs), Emptied(_failed));
        Count = 0;
        _messages = _messages.Length > LongestKeptTable ? Allocate(ShortestTable) : _messages;
        Scratch = Scratch.Capacity > LongestKeptScratch ? new() : Scratch;
    }

    /// <inheritdoc/>
    void IValueTaskSource.GetResult(short token) => _answered.GetResult(token);

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _answered.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answered.OnCompleted(continuation, state, token, flags);

    /// <summary>Reads what a record's report carries.</summary>
    public static (int Slot, int Index) Read(nint tag) => ((int)(tag >> 32), (int)(tag & uint.MaxValue));

    private static List<T> Emptied<T>(List<T> list)
    {
        list.Clear();
        return list.Capacity > LongestKeptTable ? [] : list;
    }

    private static NativeMessage[] Allocate(int length) => GC.AllocateUninitializedArray<NativeMessage>(length, pinned: true);

    private ref NativeMessage Next()
    {
        if (Count == _messages.Length)
        {
            var more = Allocate(Count * 2);
            _messages.CopyTo(more, 0);
            _messages = more;
        }

        return ref _messages[Count++];
    }
}
