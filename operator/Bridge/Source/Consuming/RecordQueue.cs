using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using KafkaLogstash.Bridge.Native;

namespace KafkaLogstash.Bridge.Source.Consuming;

/// <summary>
/// Takes what a consumer has read ahead by the batch, without a copy and without an object a record. Confluent.Kafka's consumer stays in charge of the group: its callbacks come
/// while a batch is taken as they do while it is polled. Belongs to the thread that consumes.
/// </summary>
internal sealed unsafe class RecordQueue : IDisposable
{
    private const int BatchSize = 128;

    private readonly nint _client;
    private readonly nint _queue;
    private readonly bool _withHeaders;
    private readonly Dictionary<nint, string> _topics = [];
    private readonly HashSet<TopicPartition> _droppedMeanwhile = [];
    private NativeMessage*[] _batch = new NativeMessage*[BatchSize];
    private bool _isFilling;
    private int _next;
    private int _count;

    /// <summary>The queue of a consumer, which has to outlive it.</summary>
    /// <param name="consumer">The consumer's handle.</param>
    /// <param name="withHeaders">Whether records' headers are wanted.</param>
    public RecordQueue(Handle consumer, bool withHeaders)
    {
        _client = ((SafeHandle)HandleOf(consumer)).DangerousGetHandle();
        _queue = Librdkafka.ConsumerQueue(_client);
        _withHeaders = withHeaders;
    }

    /// <summary>Whether a record is there; takes another batch of those that are read ahead where all were released.</summary>
    public bool HasRecord
    {
        get
        {
            if (_next == _count)
            {
                (_next, _count) = (0, 0);
                Fill(TimeSpan.Zero, BatchSize);
            }

            return _next < _count;
        }
    }

    /// <summary>Waits for one more record, and lets the group give and take partitions meanwhile. What was taken before stays.</summary>
    public void Wait(TimeSpan atMost) => Fill(atMost, most: 1);

    /// <summary>The oldest record that was not released. Only while <see cref="HasRecord"/>.</summary>
    public QueuedRecord Current => new(this, _batch[_next]);

    /// <summary>Gives its memory back.</summary>
    public void Release() => Librdkafka.DestroyMessage(_batch[_next++]);

    /// <summary>
    /// Drops what was taken of partitions that are given up: they are another's, or begin again where they were committed. Where the group takes them while a batch is being
    /// taken, what is in the batch of them is dropped, too.
    /// </summary>
    public void Drop(IReadOnlyCollection<TopicPartition> partitions)
    {
        if (_isFilling)
        {
            _droppedMeanwhile.UnionWith(partitions);
        }
        else
        {
            Remove(partitions);
        }

        // A name belongs to a pointer only as long as a partition of the topic is assigned.
        _topics.Clear();
    }

    /// <summary>Partitions were given.</summary>
    /// <exception cref="InvalidOperationException">One of them was taken back while the same batch was taken, so that its records can't be told apart any more.</exception>
    public void Added(IReadOnlyCollection<TopicPartition> partitions)
    {
        _topics.Clear();
        if (_droppedMeanwhile.Overlaps(partitions))
        {
            throw new InvalidOperationException("Partitions came back while they were being given up.");
        }
    }

    /// <summary>Drops all that was taken.</summary>
    public void Clear()
    {
        while (_next < _count)
        {
            Librdkafka.DestroyMessage(_batch[_next++]);
        }
    }

    /// <summary>Asks any broker for a sign of life.</summary>
    /// <param name="timeout">How long to wait for it.</param>
    public ErrorCode AskBroker(TimeSpan timeout) => SignOfLife.Ask(_client, timeout);

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        Librdkafka.DestroyQueue(_queue);
    }

    private void Fill(TimeSpan atMost, int most)
    {
        if (_batch.Length - _count < most)
        {
            var longer = new NativeMessage*[_batch.Length * 2];
            Array.Copy(_batch, longer, _count);
            _batch = longer;
        }

        // librdkafka returns when the batch is full or the time is over, however many records there are.
        _isFilling = true;
        fixed (NativeMessage** batch = _batch)
        {
            _count += (int)Librdkafka.ConsumeBatch(_queue, (int)atMost.TotalMilliseconds, batch + _count, (nuint)most);
        }

        _isFilling = false;
        if (_droppedMeanwhile.Count > 0)
        {
            Remove(_droppedMeanwhile);
            _droppedMeanwhile.Clear();
        }
    }

    private void Remove(IReadOnlyCollection<TopicPartition> partitions)
    {
        var kept = _next;
        for (var i = _next; i < _count; i++)
        {
            var message = _batch[i];
            if (message->Topic != 0 && partitions.Contains(new(TopicOf(message->Topic), message->Partition)))
            {
                Librdkafka.DestroyMessage(message);
            }
            else
            {
                _batch[kept++] = message;
            }
        }

        _count = kept;
    }

    private string TopicOf(nint topic)
    {
        if (!_topics.TryGetValue(topic, out var name))
        {
            _topics[topic] = name = Text(Librdkafka.TopicName(topic));
        }

        return name;
    }

    private Headers? HeadersOf(NativeMessage* message)
    {
        if (!_withHeaders || Librdkafka.Headers(message, out var list) != ErrorCode.NoError)
        {
            return null;
        }

        var headers = new Headers();
        for (nuint i = 0; Librdkafka.Header(list, i, out var name, out var value, out var length) == ErrorCode.NoError; i++)
        {
            headers.Add(Text(name), value is null ? null : new ReadOnlySpan<byte>(value, checked((int)length)).ToArray());
        }

        return headers;
    }

    private Error? ErrorOf(NativeMessage* message)
    {
        if (message->Error == (int)ErrorCode.NoError)
        {
            return null;
        }

        if (message->Error != (int)ErrorCode.Local_Fatal)
        {
            return new((ErrorCode)message->Error, Text(Librdkafka.ErrorText(message)), isFatal: false);
        }

        var text = new byte[512];
        var code = Librdkafka.FatalError(_client, text, (nuint)text.Length);
        fixed (byte* reason = text)
        {
            return new(code, Text(reason), isFatal: true);
        }
    }

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    /// <summary>Confluent.Kafka keeps librdkafka's pointer to itself.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_LibrdkafkaHandle")]
    [return: UnsafeAccessorType("Confluent.Kafka.Impl.SafeKafkaHandle, Confluent.Kafka")]
    private static extern object HandleOf(Handle handle);

    /// <summary>A record in librdkafka's memory. Good until it is released.</summary>
    public readonly ref struct QueuedRecord
    {
        private readonly RecordQueue _owner;
        private readonly NativeMessage* _message;

        internal QueuedRecord(RecordQueue owner, NativeMessage* message)
        {
            _owner = owner;
            _message = message;
        }

        /// <summary>What came instead of a record; null where it is one.</summary>
        public Error? Error => _owner.ErrorOf(_message);

        /// <summary>Where it comes from; of an error null where it is of none, and with <see cref="Partition.Any"/> where it is a topic's.</summary>
        /// <remarks>Not by what is remembered of pointers: that of a topic without partitions lives as long as its error.</remarks>
        public TopicPartition? TopicPartition => _message->Topic == 0 ? null : new(Text(Librdkafka.TopicName(_message->Topic)), Partition);

        /// <summary>Its topic.</summary>
        public string Topic => _owner.TopicOf(_message->Topic);

        /// <summary>Its partition.</summary>
        public int Partition => _message->Partition;

        /// <summary>Its offset.</summary>
        public long Offset => _message->Offset;

        /// <summary>Whether it has no key.</summary>
        public bool KeyIsNull => _message->Key == 0;

        /// <summary>Its key.</summary>
        public ReadOnlySpan<byte> Key => new((void*)_message->Key, checked((int)_message->KeyLength));

        /// <summary>Whether it has no value: a tombstone.</summary>
        public bool ValueIsNull => _message->Payload == 0;

        /// <summary>Its value.</summary>
        public ReadOnlySpan<byte> Value => new((void*)_message->Payload, checked((int)_message->Length));

        /// <summary>Its timestamp, in milliseconds since 1970; negative where it has none.</summary>
        public long UnixMilliseconds => Librdkafka.Timestamp(_message, out var type) is var time && type == (int)TimestampType.NotAvailable ? -1 : time;

        /// <summary>Its headers; null where they are not wanted, or there are none.</summary>
        public Headers? Headers => _owner.HeadersOf(_message);
    }
}
