using Confluent.Kafka;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Probing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace KafkaLogstash.Tests.Unit.Kafka;

/// <summary>What reaches the operator's log of what librdkafka says.</summary>
public sealed class ClientLogTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly LogLines _lines = new();
    private readonly ClientLog _log;

    public ClientLogTests() =>
        _log = new ClientLog(["kafka-0:9093"], new KafkaSecrets { Username = "orders", Password = "hunter2!" }, TimeSpan.FromMinutes(10), _time, _lines);

    [Theory]
    [InlineData(SyslogLevel.Emergency, LogLevel.Error)]
    [InlineData(SyslogLevel.Critical, LogLevel.Error)]
    [InlineData(SyslogLevel.Error, LogLevel.Warning)]
    [InlineData(SyslogLevel.Warning, LogLevel.Warning)]
    [InlineData(SyslogLevel.Notice, LogLevel.Debug)]
    [InlineData(SyslogLevel.Debug, LogLevel.Debug)]
    public void A_line_comes_at_a_level_that_suits_an_operator(SyslogLevel level, LogLevel expected)
    {
        Write("something", level);

        Assert.Equal((expected, "Kafka at kafka-0:9093: FAIL: something"), Assert.Single(_lines.Lines));
    }

    [Fact]
    public void A_line_that_differs_in_durations_alone_comes_again_after_a_while_with_a_count()
    {
        for (var i = 0; i < 5; i++)
        {
            Write($"kafka-0:9093/1: Connect failed (after {i}ms in state CONNECT, {i} identical error(s) suppressed)");
        }

        Assert.Single(_lines.Lines);

        _time.Advance(TimeSpan.FromMinutes(10));
        Write("kafka-0:9093/1: Connect failed (after 7ms in state CONNECT, 3 identical error(s) suppressed)");
        Assert.EndsWith("(said 4 more times since)", _lines.Lines.Last().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_is_taken_out()
    {
        Write("the broker says: hunter2! is wrong for orders");

        Assert.EndsWith("[redacted] is wrong for orders", Assert.Single(_lines.Lines).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_different_lines_take_bounded_memory_and_are_all_logged()
    {
        for (var i = 0; i < 1000; i++)
        {
            Write($"line {i}");
        }

        Assert.Equal(1000, _lines.Lines.Count);
    }

    [Theory]
    [InlineData("sasl_ssl://kafka-0.kafka:9093/bootstrap: SASL authentication error: Authentication failed (after 5ms in state AUTH_REQ)", "kafka-0.kafka:9093", "AUTH_REQ", 5)]
    [InlineData("[thrd:ssl://[fd00::1]:9093/2]: ssl://[fd00::1]:9093/2: Disconnected (after 17ms in state UP, 1 identical error(s) suppressed)", "[fd00::1]:9093", "UP", 17)]
    [InlineData("GroupCoordinator: no broker", null, "", 0)]
    public void The_broker_and_the_state_are_read_out_of_a_text(string text, string? broker, string state, int milliseconds)
    {
        var trouble = ClientTrouble.Parse(null, text);

        Assert.Equal((broker, state, milliseconds), (trouble.Broker, trouble.State, trouble.Milliseconds));
    }

    [Fact]
    public void The_last_trouble_of_each_broker_is_kept_until_all_is_well()
    {
        _log.Error(new Error(ErrorCode.Local_Transport, "a:1/bootstrap: Connect failed: Connection refused"));
        _log.Error(new Error(ErrorCode.Local_Resolve, "b:1/bootstrap: Failed to resolve 'b:1'"));
        _log.Error(new Error(ErrorCode.Local_Ssl, "ssl://a:1/bootstrap: SSL handshake failed"));
        Write("[thrd:a:1/bootstrap]: a:1/bootstrap: SSL handshake failed");

        Assert.Equal([("a:1", ErrorCode.Local_Ssl), ("b:1", ErrorCode.Local_Resolve)], _log.Troubles.Select(trouble => (trouble.Broker, trouble.Code!.Value)).Order());

        _log.ForgetTroubles();
        Assert.Empty(_log.Troubles);
    }

    private void Write(string text, SyslogLevel level = SyslogLevel.Error) => _log.Write(new LogMessage("client", level, "FAIL", text));
}
