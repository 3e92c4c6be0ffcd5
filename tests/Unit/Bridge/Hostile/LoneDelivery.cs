using System.Text;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridge.Lumberjack;
using KafkaLogstash.Bridge.Source;
using KafkaLogstash.Bridge.Source.Delivery;
using KafkaLogstash.Bridging;
using KafkaLogstash.Tests.Unit.Bridge.Source;
using Prometheus;

namespace KafkaLogstash.Tests.Unit.Bridge.Hostile;

/// <summary>A delivery without a Kafka before it, and with a clock that the test turns.</summary>
internal sealed class LoneDelivery : IDeliveryOwner, IAsyncDisposable
{
    private readonly WindowDelivery _delivery;

    private LoneDelivery(SourceSettings settings, LogLines log, TimeProvider time) => _delivery = new(
        settings,
        this,
        new LumberjackConnector(tls: null, settings.ConnectTimeout, time),
        new SystemHostResolver(),
        new SourceMetrics(Metrics.NewCustomRegistry()),
        time,
        log);

    public static LoneDelivery Start(SourceSettings settings, LogLines log, TimeProvider time)
    {
        var delivery = new LoneDelivery(settings, log, time);
        delivery._delivery.Start();
        return delivery;
    }

    /// <summary>Offsets of records that Logstash can't take.</summary>
    public List<long> Undeliverable { get; } = [];

    /// <summary>Hands an event over, as the thread that consumes does.</summary>
    public void Add(PartitionProgress progress, long offset, string text)
    {
        var lane = _delivery.LaneFor(progress);
        var window = _delivery.Open(lane);
        var before = window.Bytes;
        var bytes = Encoding.UTF8.GetBytes(text);
        bytes.CopyTo(window.Reserve(bytes.Length));
        window.Add(bytes.Length);
        progress.Add(window, offset);
        window.Note(offset);
        _delivery.Added(lane, window.Bytes - before);
    }

    /// <summary>Does what the thread that consumes does once in a while.</summary>
    /// <returns>What is wrong with Logstash; null when nothing is.</returns>
    public string? Turn()
    {
        _delivery.Process();
        _delivery.Flush();
        _delivery.Look();
        return _delivery.Trouble;
    }

    /// <summary>Does what it does again and again while there is always a further record.</summary>
    /// <returns>What is wrong with Logstash; null when nothing is.</returns>
    public string? TurnAmidRecords()
    {
        _delivery.Process();
        _delivery.SendOverdue();
        return _delivery.Trouble;
    }

    public void Advanced(PartitionProgress progress)
    {
    }

    void IDeliveryOwner.Undeliverable(DeliverySegment segment, long offset, ReadOnlyMemory<byte> text)
    {
        Undeliverable.Add(offset);
        segment.Delivered();
        segment.Progress.Advance();
    }

    public ValueTask DisposeAsync() => _delivery.DisposeAsync();
}
