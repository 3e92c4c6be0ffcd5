using KafkaLogstash.Bridge.Source.Delivery;
using KafkaLogstash.Tests.Unit.Bridge.Hostile;
using KafkaLogstash.Tests.Unit.LocalCluster.LogstashStandIn;
using Microsoft.Extensions.Time.Testing;

namespace KafkaLogstash.Tests.Unit.Bridge.Source;

/// <summary>The delivery alone, with a clock that the test turns.</summary>
public sealed class DeliveryTests
{
    [Fact]
    public async Task A_window_that_never_gets_full_is_sent_though_there_are_always_more_records_for_others()
    {
        var time = new FakeTimeProvider();
        await using var logstash = ScriptedLogstash.Start(hostility: null);
        using var log = new LogLines();
        await using var delivery = LoneDelivery.Start(
            SourceRun.Settings(logstash.Address) with { AcknowledgementTimeout = TimeSpan.FromDays(1), ConnectTimeout = TimeSpan.FromDays(1) }, log, time);
        await Eventually.Async(() => delivery.TurnAmidRecords() is null, "it is connected");
        var progress = new PartitionProgress(new("orders", 0));

        delivery.Add(progress, 0, "{}");
        await Eventually.Async(
            () =>
            {
                delivery.TurnAmidRecords();
                time.Advance(TimeSpan.FromMilliseconds(5));
                return progress.Position == 1;
            },
            "it is delivered");
    }
}
