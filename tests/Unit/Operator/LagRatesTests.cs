using KafkaLogstash.Operator.Verbs.Overview;
using KafkaLogstash.Runtime;

namespace KafkaLogstash.Tests.Unit.Operator;

public sealed class LagRatesTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly NamespacedName Orders = new("shop", "orders");

    private readonly LagRates _rates = new();

    [Fact]
    public void One_reading_is_no_rate_until_it_has_held_for_a_second()
    {
        Note(0, 100);

        Assert.Null(Rate(0.5));
        Assert.Equal(0, Rate(1));
        Assert.Null(_rates.RateOf(new NamespacedName("shop", "other"), Start));
    }

    [Fact]
    public void Growth_counts_over_the_time_there_was()
    {
        Note(0, 100);
        Note(10, 300);

        Assert.Equal(20, Rate(10));
        Assert.Equal(10, Rate(20));
    }

    [Fact]
    public void Only_the_last_half_minute_counts()
    {
        Note(0, 1000);
        Note(20, 400);
        Note(60, 100);

        Assert.Equal(-10, Rate(60));
        Assert.Equal(-10, Rate(89));
        Assert.Equal(0, Rate(90));
    }

    [Fact]
    public void Many_readings_give_what_their_ends_give()
    {
        for (var second = 0; second <= 1000; second++)
        {
            Note(second, second * 7);
        }

        Assert.Equal(7, Rate(1000));
    }

    [Fact]
    public void A_lag_that_is_no_longer_known_has_no_rate()
    {
        Note(0, 100);
        Note(10, 200);
        _rates.Note(Orders, null, Start.AddSeconds(11));

        Assert.Null(Rate(12));
    }

    private void Note(double second, long lag) => _rates.Note(Orders, lag, Start.AddSeconds(second));

    private double? Rate(double second) => _rates.RateOf(Orders, Start.AddSeconds(second));
}
