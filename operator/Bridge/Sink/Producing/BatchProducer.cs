using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using KafkaLogstash.Bridge.Native;

namespace KafkaLogstash.Bridge.Sink.Producing;

/// <summary>
/// Writes batches of records by librdkafka. One thread of its own takes the reports. When it has failed for good (an idempotent producer that lost its place), it answers all batches with
/// that error and is to be made anew.
/// </summary>
internal sealed class BatchProducer : IAsyncDisposable
{
    private const int PollMilliseconds = 100;

    /// <summary>Handles of topics are kept up to this number; dates and other fields in names make ever new ones.</summary>
    private const int MostTopics = 1000;

    private static readonly TimeSpan FullQueuePause = TimeSpan.FromMilliseconds(5);

    private readonly nint _client;
    private readonly GCHandle _self;
    private readonly Action<ErrorCode, string> _failed;
    private readonly Action<LogMessage> _log;
    private readonly Thread _reports;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, TopicHandle> _topics = new(StringComparer.Ordinal);
    private readonly Lock _topicsGate = new();
    private readonly Lock _slotsGate = new();
    private readonly Stack<int> _freeSlots = [];
    private volatile RecordBatch?[] _slots = new RecordBatch?[64];
    private int _underWay;
    private volatile bool _ending;
    private volatile string? _fatal;

    /// <summary>Makes the client.</summary>
    /// <param name="properties">Its properties.</param>
    /// <param name="failed">Told of the client's errors, on any thread.</param>
    /// <param name="log">Takes its log lines, on any thread.</param>
    /// <exception cref="InvalidOperationException">librdkafka refuses the properties; the message says why.</exception>
    public BatchProducer(IReadOnlyDictionary<string, string> properties, Action<ErrorCode, string> failed, Action<LogMessage> log)
    {
        (_failed, _log) = (failed, log);
        _self = GCHandle.Alloc(this);
        try
        {
            _client = NewClient(properties, GCHandle.ToIntPtr(_self));
        }
        catch
        {
            _self.Free();
            throw;
        }

        for (var slot = _slots.Length - 1; slot >= 0; slot--)
        {
            _freeSlots.Push(slot);
        }

        _reports = new Thread(TakeReports) { IsBackground = true, Name = "kafka-reports" };
        _reports.Start();
    }

    /// <summary>Why it has failed for good; null while it has not.</summary>
    public string? Fatal => _fatal;

    /// <summary>Writes records of a batch, and waits until each of them is answered. What was not written is in <see cref="RecordBatch.Failed"/>.</summary>
    /// <param name="batch">The batch; sealed, and entered by <see cref="TryEnter"/>.</param>
    /// <param name="runs">Which ones.</param>
    public async ValueTask WriteAsync(RecordBatch batch, IReadOnlyList<TopicRun> runs)
    {
        batch.Expect(runs);
        for (var i = 0; i < runs.Count; i++)
        {
            var run = runs[i];
            for (var taken = Hand(batch, run); taken < run.Count; taken += Hand(batch, new(run.Topic, run.First + taken, run.Count - taken)))
            {
                // Reports make room.
                await Task.Delay(FullQueuePause);
            }
        }

        batch.Answered();
        await batch.WaitAsync();
    }

    /// <summary>Gives a batch a place in the table by which reports find it.</summary>
    /// <returns>Whether there still is one: not when the producer ends.</returns>
    public bool TryEnter(RecordBatch batch)
    {
        lock (_slotsGate)
        {
            if (_ending)
            {
                return false;
            }

            if (_freeSlots.Count == 0)
            {
                var more = new RecordBatch?[_slots.Length * 2];
                _slots.CopyTo(more, 0);
                for (var slot = more.Length - 1; slot >= _slots.Length; slot--)
                {
                    _freeSlots.Push(slot);
                }

                _slots = more;
            }

            batch.Enter(_freeSlots.Pop());
            _slots[batch.Slot] = batch;
            _underWay++;
            return true;
        }
    }

    /// <summary>Takes a batch's place back. All of its records must have been answered.</summary>
    public void Leave(RecordBatch batch)
    {
        lock (_slotsGate)
        {
            _slots[batch.Slot] = null;
            _freeSlots.Push(batch.Slot);
            _underWay--;
        }
    }

    /// <summary>Asks the brokers for a sign of life.</summary>
    /// <param name="timeout">How long to wait for it.</param>
    public async Task<ErrorCode> LookAsync(TimeSpan timeout) => await Task.Run(() =>
    {
        lock (_slotsGate)
        {
            if (_ending)
            {
                return ErrorCode.Local_Destroy;
            }

            _underWay++;
        }

        try
        {
            return SignOfLife.Ask(_client, timeout);
        }
        finally
        {
            lock (_slotsGate)
            {
                _underWay--;
            }
        }
    });

    /// <summary>Gives up what is still under way, so that it is answered, and ends the client.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_slotsGate)
        {
            _ending = true;
        }

        await _ended.Task;
    }

    private static unsafe nint NewClient(IReadOnlyDictionary<string, string> properties, nint self)
    {
        var error = new byte[512];
        var configuration = Librdkafka.NewConfiguration();
        foreach (var (name, value) in properties)
        {
            if (Librdkafka.Set(configuration, name, value, error, (nuint)error.Length) != 0)
            {
                Librdkafka.DestroyConfiguration(configuration);

                // librdkafka's own text repeats the value, which may be a secret.
                throw new InvalidOperationException($"librdkafka refuses the property {name}, or its value.");
            }
        }

        Librdkafka.SetOpaque(configuration, self);
        Librdkafka.SetDeliveryCallback(configuration, &Delivered);
        Librdkafka.SetErrorCallback(configuration, &Failed);
        Librdkafka.SetLogCallback(configuration, &Logged);
        var client = Librdkafka.NewClient(Librdkafka.Producer, configuration, error, (nuint)error.Length);
        if (client == nint.Zero)
        {
            Librdkafka.DestroyConfiguration(configuration);
            throw new InvalidOperationException($"librdkafka can't make a producer: {Encoding.UTF8.GetString(error.AsSpan(0, Math.Max(0, error.IndexOf((byte)0))))}");
        }

        return client;
    }

    /// <summary>Hands records over.</summary>
    /// <returns>How many: fewer than there are when librdkafka's queue is full.</returns>
    private unsafe int Hand(RecordBatch batch, TopicRun run)
    {
        var messages = batch.Messages(run.First, run.Count);
        int good;
        try
        {
            // The array is pinned by its allocation.
            good = Librdkafka.ProduceBatch(
                Topic(run.Topic), Librdkafka.AnyPartition, 0, (NativeMessage*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(messages)), messages.Length);
        }
        catch (ObjectDisposedException)
        {
            // Its handle made room for other topics just now.
            return Hand(batch, run);
        }

        for (var i = 0; good < messages.Length && i < messages.Length; i++)
        {
            var error = (ErrorCode)messages[i].Error;
            if (error == ErrorCode.Local_QueueFull)
            {
                return i;
            }

            if (error != ErrorCode.NoError)
            {
                NoteFatal(error);
                batch.Fail(new(run.First + i, error, IsLocal: true));
                batch.Answered();
            }
        }

        return run.Count;
    }

    private TopicHandle Topic(string name)
    {
        if (_topics.TryGetValue(name, out var known))
        {
            return known;
        }

        // One handle for a topic, or none: a second one that nobody knows of would be given back by the collector, when its client may be no more.
        lock (_topicsGate)
        {
            if (_topics.TryGetValue(name, out known))
            {
                return known;
            }

            if (_topics.Count >= MostTopics)
            {
                foreach (var topic in _topics.Keys)
                {
                    if (_topics.TryRemove(topic, out var handle))
                    {
                        handle.Dispose();
                    }
                }
            }

            return _topics[name] = new TopicHandle(Librdkafka.NewTopic(_client, name, nint.Zero));
        }
    }

    private void TakeReports()
    {
        bool ended;
        do
        {
            _ = Librdkafka.Poll(_client, PollMilliseconds);
            lock (_slotsGate)
            {
                ended = _ending && _underWay == 0;
            }

            if (_ending)
            {
                Librdkafka.Purge(_client, Librdkafka.PurgeAll);
            }
        }
        while (!ended);

        foreach (var topic in _topics.Values)
        {
            topic.Dispose();
        }

        Librdkafka.DestroyClient(_client);
        _self.Free();
        _ended.SetResult();
    }

    private void NoteFatal(ErrorCode error)
    {
        if (error is ErrorCode.Local_Fatal && _fatal is null)
        {
            var text = new byte[512];
            var code = Librdkafka.FatalError(_client, text, (nuint)text.Length);
            _fatal = $"{Encoding.UTF8.GetString(text.AsSpan(0, Math.Max(0, text.IndexOf((byte)0))))} ({code})";
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void Delivered(nint client, NativeMessage* message, nint self)
    {
        var producer = (BatchProducer)GCHandle.FromIntPtr(self).Target!;
        var (slot, index) = RecordBatch.Read(message->Tag);
        var batch = producer._slots[slot]!;
        if (message->Error != 0)
        {
            producer.NoteFatal((ErrorCode)message->Error);
            batch.Fail(new(index, (ErrorCode)message->Error, IsLocal: false));
        }

        batch.Answered();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void Failed(nint client, int error, byte* reason, nint self)
    {
        var producer = (BatchProducer)GCHandle.FromIntPtr(self).Target!;
        producer.NoteFatal((ErrorCode)error);
        producer._failed((ErrorCode)error, Marshal.PtrToStringUTF8((nint)reason) ?? "");
    }

    /// <summary>May be called by any of librdkafka's threads, and while the client is being made.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void Logged(nint client, int level, byte* facility, byte* line)
    {
        if (client != nint.Zero && Librdkafka.Opaque(client) is var self && self != nint.Zero)
        {
            ((BatchProducer)GCHandle.FromIntPtr(self).Target!)._log(new(
                "producer", (SyslogLevel)level, Marshal.PtrToStringUTF8((nint)facility) ?? "", Marshal.PtrToStringUTF8((nint)line) ?? ""));
        }
    }
}
