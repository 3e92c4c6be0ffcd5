using Confluent.Kafka;
using KafkaLogstash.Bridge.Sink;
using KafkaLogstash.Bridge.Source;
using KafkaLogstash.Tests.Unit.Bridge.Source;
using Microsoft.Extensions.Time.Testing;

namespace KafkaLogstash.Tests.Unit.Bridge.Hosting;

/// <summary>The same trouble is the same text, however often librdkafka meets it: what reads a bridge's state takes another text for news.</summary>
public sealed class ClientErrorTextTests
{
    private const string Login = "sasl_ssl://kafka-0:9093/bootstrap: SASL authentication error: Authentication failed";

    private static readonly string[] Attempts =
        [$"{Login} (after 305ms in state AUTH_REQ)", $"{Login} (after 5ms in state AUTH_REQ, 4 identical error(s) suppressed)", Login];

    [Fact]
    public void A_source_says_the_same_at_every_attempt_and_logs_it_once()
    {
        using var lines = new LogLines();
        var status = new SourceStatus();
        var trouble = new KafkaTrouble(SourceRun.Settings("logstash:5044"), status, new FakeTimeProvider(), lines.CreateLogger("source"));

        foreach (var attempt in Attempts)
        {
            trouble.Failed(new Error(ErrorCode.Local_Authentication, attempt));
            Assert.Equal($"Kafka: The login fails. {Login}. Are the credentials right?", status.State.Message);
        }

        Assert.Single(lines.All);
    }

    [Fact]
    public void A_sink_says_the_same_at_every_attempt()
    {
        var status = new SinkStatus(new FakeTimeProvider());
        status.Listens(trouble: null);

        foreach (var attempt in Attempts)
        {
            status.Failed(ErrorCode.Local_Authentication, attempt);
            Assert.Equal($"Kafka: The login fails. {Login}. Are the credentials right?", status.State.Message);
        }
    }

    [Theory]
    [InlineData("3/3 brokers are down")]
    [InlineData("A topic (orders) is missing")]
    [InlineData("Connect failed (after some time)")]
    public void What_is_no_state_of_a_connection_stays(string text)
    {
        var status = new SinkStatus(new FakeTimeProvider());
        status.Listens(trouble: null);

        status.Failed(ErrorCode.Local_AllBrokersDown, text);

        Assert.Equal($"Kafka: No broker answers. {text}", status.State.Message);
    }
}
