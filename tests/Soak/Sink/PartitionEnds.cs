using System.Diagnostics;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace KafkaLogstash.Soak.Sink;

/// <summary>
/// Looks at the ends of a topic's partitions, again and again. What was acknowledged before a look began must lie before the end that it saw: this is how it shows that an event was written when its
/// acknowledgement came, and not only later.
/// </summary>
internal sealed class PartitionEnds : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    private static readonly Timestamp Latest = new(-1, TimestampType.CreateTime);

    private readonly IConsumer<Ignore, Ignore> _client;
    private readonly string _topic;
    private readonly List<Look>[] _looks;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _looking;

    /// <summary>Begins to look.</summary>
    /// <param name="client">Asks the brokers.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="partitions">Its partitions.</param>
    public PartitionEnds(IConsumer<Ignore, Ignore> client, string topic, int partitions)
    {
        (_client, _topic) = (client, topic);
        _looks = [.. Enumerable.Range(0, partitions).Select(_ => new List<Look>())];

        // A broker that is down holds up the looks at its own partitions alone.
        _looking = Task.WhenAll(_looks.Select((looks, partition) => Task.Factory.StartNew(() => Run(partition, looks), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
    }

    /// <summary>The ends as they were seen last, after one more look each. It looks no more then.</summary>
    public async Task<IReadOnlyList<long>> LastAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        return [.. _looks.Select(looks => looks.Count == 0 ? 0 : looks[^1].End)];
    }

    /// <summary>The end that the first look saw that began after a time. Only when it looks no more.</summary>
    /// <returns>The end; null when there was no such look.</returns>
    public long? SeenAfter(int partition, long time)
    {
        var looks = CollectionsMarshal.AsSpan(_looks[partition]);
        var (low, high) = (0, looks.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = looks[middle].Began > time ? (low, middle) : (middle + 1, high);
        }

        return low < looks.Length ? looks[low].End : null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        _stop.Dispose();
    }

    private void Run(int partition, List<Look> looks)
    {
        bool isLast, seen;
        do
        {
            isLast = _stop.Token.WaitHandle.WaitOne(Interval);
            var began = Stopwatch.GetTimestamp();
            seen = TryLook(partition, out var end);
            if (seen)
            {
                looks.Add(new(began, end));
            }
        }
        while (!isLast || (!seen && Stopwatch.GetElapsedTime(looks.Count == 0 ? 0 : looks[^1].Began) < TimeSpan.FromSeconds(30)));
    }

    private bool TryLook(int partition, out long end)
    {
        try
        {
            end = _client.OffsetsForTimes([new(_topic, partition, Latest)], TimeSpan.FromSeconds(2))[0].Offset.Value;
            return end >= 0;
        }
        catch (KafkaException)
        {
            // Its broker is down; the next look is soon.
            end = -1;
            return false;
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Look(long Began, long End);
}
