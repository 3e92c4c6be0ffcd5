using CsCheck;
using KafkaLogstash.Kafka.Probing;

namespace KafkaLogstash.Tests.Unit.Kafka;

/// <summary>Patterns of topics as Java reads them.</summary>
public sealed class TopicPatternTests
{
    private static readonly string[] Topics = ["orders", "Orders", "orders-eu", "orders-us", "orders.eu", "aab", "logs_2026", "__consumer_offsets", "__internal"];

    [Theory]
    [InlineData("orders", "orders")]
    [InlineData("orders-.*", "orders-eu orders-us")]
    [InlineData("orders|aab", "aab orders")]
    [InlineData(@"\Qorders.eu\E", "orders.eu")]
    [InlineData(@"\Qorders.\Eeu", "orders.eu")]
    [InlineData("orders[-.]eu", "orders-eu orders.eu")]
    [InlineData(@"\p{Lower}+", "aab orders")]
    [InlineData(@"\p{Upper}\p{javaLowerCase}+", "Orders")]
    [InlineData(@"[\p{Alpha}&&[^A-Z]]+", "aab orders")]
    [InlineData("[a-z&&[^o]].*", "aab logs_2026")]
    [InlineData("[a[l]].*", "aab logs_2026")]
    [InlineData(@"[^\P{Alpha}O]+", "aab orders")]
    [InlineData(@"logs_\d{4}", "logs_2026")]
    [InlineData(@"logs_\d{2,}+", "logs_2026")]
    [InlineData("a++b", "aab")]
    [InlineData("a*+ab", "")]
    [InlineData("(?:a)?+ab", "aab")]
    [InlineData("(a)\\1b", "aab")]
    [InlineData("(?<x>a)\\k<x>b", "aab")]
    [InlineData("(?i)ORDERS", "Orders orders")]
    [InlineData("(?iu:ORDERS)", "Orders orders")]
    [InlineData("(?i)[^a-n].*", "Orders orders orders-eu orders-us orders.eu __internal")]
    [InlineData("(?x) ord ers # all of them", "orders")]
    [InlineData(@"\x6frders|\u0061ab|\0154ogs_2026", "aab logs_2026 orders")]
    [InlineData(@"orders(?!-us)\W\w+", "orders-eu orders.eu")]
    [InlineData(@"^orders$", "orders")]
    [InlineData(@"__.*", "__internal")]
    [InlineData(@"[]a]ab", "aab")]
    [InlineData(@"or(?>d)ers", "orders")]
    [InlineData(@"\w+?rs", "Orders orders")]
    public void A_pattern_matches_the_topics_that_Java_says(string pattern, string expected) =>
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), new TopicPattern(pattern).Matching(Topics));

    [Theory]
    [InlineData(@"\p{IsGreek}")]
    [InlineData(@"\X")]
    [InlineData(@"\b{g}orders")]
    [InlineData("orders(")]
    [InlineData("orders)")]
    [InlineData("[a-z")]
    [InlineData("*")]
    [InlineData("a{2")]
    [InlineData("[z-a]")]
    [InlineData(@"orders\")]
    [InlineData(@"\x{110000}")]
    [InlineData("(?q)a")]
    [InlineData("(?")]
    [InlineData("a**")]
    public void What_only_Java_can_tell_or_nobody_is_left_open(string pattern) => Assert.Null(new TopicPattern(pattern).Matching(Topics));

    [Fact]
    public void A_pattern_that_takes_for_ever_is_left_open() =>
        Assert.Null(new TopicPattern("(a+)+b").Matching([new string('a', 40)]));

    [Fact]
    public void No_pattern_ends_in_an_exception() => Gen.Char[@"ab.*+?{}[]()|\^$&-0123dpQEk<>:=!ixu"].Array[0, 12].Select(characters => new string(characters)).Seeded().Sample(
        pattern => new TopicPattern(pattern).Matching(Topics)?.Except(Topics).Any() != true,
        iter: 20_000);
}
