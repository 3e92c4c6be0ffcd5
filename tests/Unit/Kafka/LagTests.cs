using Confluent.Kafka;
using CsCheck;
using KafkaLogstash.Kafka.Probing;
using AutoOffsetReset = KafkaLogstash.Api.AutoOffsetReset;

namespace KafkaLogstash.Tests.Unit.Kafka;

/// <summary>How far a group is behind.</summary>
public sealed class LagTests
{
    [Theory]
    [InlineData(7L, 0, 10, AutoOffsetReset.Latest, 3L)]
    [InlineData(10L, 0, 10, AutoOffsetReset.Latest, 0L)]
    [InlineData(2L, 5, 10, AutoOffsetReset.Latest, 5L)] // retention went past it
    [InlineData(20L, 0, 10, AutoOffsetReset.Earliest, 10L)] // the topic was created anew
    [InlineData(20L, 0, 10, AutoOffsetReset.Latest, null)]
    [InlineData(null, 4, 10, AutoOffsetReset.Earliest, 6L)]
    [InlineData(null, 4, 10, AutoOffsetReset.Latest, null)]
    [InlineData(null, 4, 10, AutoOffsetReset.None, null)]
    [InlineData(null, 10, 10, AutoOffsetReset.Latest, 0L)]
    [InlineData(3L, 10, 10, AutoOffsetReset.None, 0L)]
    public void The_lag_of_a_partition_is_what_the_group_will_still_read(long? committed, long beginning, long end, AutoOffsetReset reset, long? lag) =>
        Assert.Equal(lag, ConsumerLag.InPartition(committed, beginning, end, reset));

    [Fact]
    public void A_lag_is_never_negative_nor_more_than_there_is() => Gen.Select(
        Gen.Long[0, 1000].Nullable(), Gen.Long[0, 1000], Gen.Long[0, 1000], Gen.Enum<AutoOffsetReset>()).Seeded().Sample((committed, beginning, end, reset) =>
            ConsumerLag.InPartition(committed, beginning, end, reset) is not { } lag || (lag >= 0 && lag <= Math.Max(0, end - beginning)));

    [Fact]
    public void A_partition_that_a_begun_group_has_committed_nothing_for_holds_nothing_before_it()
    {
        var lags = Lags(AutoOffsetReset.Latest, committed: [6, null]);

        Assert.Equal(4, lags.Total);
        Assert.Null(lags.Unknown);
    }

    [Fact]
    public void A_group_that_has_not_begun_has_no_lag_that_could_be_told()
    {
        var lags = Lags(AutoOffsetReset.Latest, committed: [null, null]);

        Assert.Null(lags.Total);
        Assert.Null(lags.ByTopic["orders"]);
        Assert.Equal("The group has committed nothing for 'orders' yet: it begins at the end.", lags.Unknown);
    }

    [Fact]
    public void Without_a_reset_a_group_that_has_not_begun_can_not_begin() =>
        Assert.Contains("autoOffsetReset None", Lags(AutoOffsetReset.None, committed: [null, null]).Unknown, StringComparison.Ordinal);

    [Fact]
    public void What_can_not_be_read_makes_the_whole_unknown()
    {
        var first = new TopicPartition("orders", 0);
        var second = new TopicPartition("payments", 0);
        var known = new Dictionary<TopicPartition, PartitionOffset> { [first] = Offset(10), [second] = new(null, ErrorCode.LeaderNotAvailable) };

        var lags = TopicLags.Of(
            ["orders", "payments"],
            new Dictionary<string, List<TopicPartition>> { ["orders"] = [first], ["payments"] = [second] },
            new GroupOffsets(ErrorCode.NoError, new Dictionary<TopicPartition, PartitionOffset> { [first] = Offset(3), [second] = Offset(3) }),
            new Dictionary<TopicPartition, PartitionOffset> { [first] = Offset(0), [second] = Offset(0) },
            known,
            AutoOffsetReset.Latest);

        Assert.Equal(7, lags.ByTopic["orders"]);
        Assert.Null(lags.ByTopic["payments"]);
        Assert.Null(lags.Total);
        Assert.Equal("The offsets of partition 0 of 'payments' can't be read: a partition has no leader just now.", lags.Unknown);
    }

    private static TopicLags Lags(AutoOffsetReset reset, long?[] committed)
    {
        var partitions = committed.Select((_, partition) => new TopicPartition("orders", partition)).ToList();
        return TopicLags.Of(
            ["orders"],
            new Dictionary<string, List<TopicPartition>> { ["orders"] = partitions },
            new GroupOffsets(ErrorCode.NoError, partitions.ToDictionary(partition => partition, partition => Offset(committed[partition.Partition]))),
            partitions.ToDictionary(partition => partition, _ => Offset(0)),
            partitions.ToDictionary(partition => partition, _ => Offset(10)),
            reset);
    }

    private static PartitionOffset Offset(long? offset) => new(offset, ErrorCode.NoError);
}
