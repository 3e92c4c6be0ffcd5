using Confluent.Kafka;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Tests.Unit.Bridge.Source;
using Microsoft.Extensions.Time.Testing;

namespace KafkaLogstash.Tests.Unit.Bridge.Hosting;

/// <summary>What reaches the log of what librdkafka says.</summary>
public sealed class KafkaLogTests
{
    private static readonly Dictionary<string, string> Properties = new(StringComparer.Ordinal) { ["sasl.password"] = "over-the-rainbow" };

    [Fact]
    public void What_it_says_at_every_attempt_to_connect_is_written_once_in_a_while_and_counted()
    {
        var time = new FakeTimeProvider();
        using var lines = new LogLines();
        var log = new KafkaLog(Properties, time, lines.CreateLogger("librdkafka"));

        for (var i = 0; i < 100; i++)
        {
            log.Pass(Failed("kafka-0:9092", i % 2 == 0 ? $"(after {i}ms in state CONNECT)" : $"(after {i}ms in state CONNECT, {i} identical error(s) suppressed)"));
            time.Advance(TimeSpan.FromMilliseconds(50));
        }

        log.Pass(Failed("kafka-1:9092", "(after 1ms in state CONNECT)"));
        time.Advance(TimeSpan.FromSeconds(30));
        log.Pass(Failed("kafka-0:9092", "(after 2ms in state CONNECT)"));

        Assert.Equal(
            [
                "librdkafka: FAIL: kafka-0:9092: Connection refused (after 0ms in state CONNECT)",
                "librdkafka: FAIL: kafka-1:9092: Connection refused (after 1ms in state CONNECT)",
                "librdkafka: FAIL: kafka-0:9092: Connection refused (after 2ms in state CONNECT) (said 99 more times since)",
            ],
            lines.All);
    }

    [Fact]
    public void Credentials_do_not_reach_it()
    {
        using var lines = new LogLines();
        new KafkaLog(Properties, TimeProvider.System, lines.CreateLogger("librdkafka")).Pass(Failed("kafka-0:9092", "over-the-rainbow"));
        Assert.DoesNotContain("rainbow", Assert.Single(lines.All), StringComparison.Ordinal);
    }

    private static LogMessage Failed(string broker, string how) => new("bridge-0", SyslogLevel.Error, "FAIL", $"{broker}: Connection refused {how}");
}
