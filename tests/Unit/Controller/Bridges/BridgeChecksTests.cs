using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Tests.Unit.Api;

namespace KafkaLogstash.Tests.Unit.Controller.Bridges;

public sealed class BridgeChecksTests
{
    private const string External = """{ "external": { "hosts": ["logstash:5044"], "tls": {} } }""";

    [Theory]
    [InlineData("spec.input.codec", "\"plain\"", "")]
    [InlineData("spec.input.codec", "\"cef\"", "")]
    [InlineData("spec.input.codec", "\"avro\"", "not-with-bridge spec.input.codec")]
    [InlineData("spec.input.codec", "\"multiline { pattern => 'x' what => 'previous' }\"", "not-with-bridge spec.input.codec")]
    [InlineData("spec.input.codec", "\"plain { charset => 'ISO-8859-1' }\"", "not-with-bridge spec.input.codec")]
    [InlineData("spec.input.consumerThreads", "2", "no-effect spec.input.consumerThreads")]
    [InlineData("spec.input", """{ "topicsPattern": "orders-(?:eu|us)-\\d+" }""", "")]
    [InlineData("spec.input", """{ "topicsPattern": "orders-(?!old).*" }""", "not-with-bridge spec.input.topicsPattern:1:8")]
    [InlineData("spec.input.options", """{ "session_timeout_ms": 6000 }""", "not-with-bridge spec.input.options.session_timeout_ms")]
    [InlineData("spec.output", """{ "topicId": "orders-%{[region]}", "messageKey": "%{[order][id]}" }""", "")]
    [InlineData("spec.output", """{ "topicId": "orders-%{[region" }""", "invalid-pattern spec.output.topicId:1:8")]
    [InlineData("spec.output", """{ "topicId": "a", "messageKey": "%{[@metadata][kafka][key]}" }""", "not-with-bridge spec.output.messageKey:1:4")]
    [InlineData("spec.output", """{ "topicId": "a", "codec": "plain" }""", "not-with-bridge spec.output.codec")]
    [InlineData("spec.kafka.properties", """{ "client.rack": "eu-1a", "linger.ms": "5" }""", "no-effect spec.kafka.properties[linger.ms]")]
    [InlineData("spec.kafka.properties", """{ "buffer.memory": "5" }""", "unknown-property spec.kafka.properties[buffer.memory]")]
    [InlineData("spec.kafka.properties", """{ "fetch.min.bytes": "lots" }""", "invalid-property spec.kafka.properties[fetch.min.bytes]")]
    [InlineData("spec.kafka.properties", """{ "partition.assignment.strategy": "range" }""", "refused-property spec.kafka.properties[partition.assignment.strategy]")]
    [InlineData("spec.kafka.properties", """{ "delivery.report.only.error": "true" }""", "refused-property spec.kafka.properties[delivery.report.only.error]")]
    [InlineData("spec.kafka.properties", """{ "enable.gapless.guarantee": "true" }""", "refused-property spec.kafka.properties[enable.gapless.guarantee]")]
    [InlineData("spec.kafka.properties", """{ "queuing.strategy": "lifo" }""", "refused-property spec.kafka.properties[queuing.strategy]")]
    [InlineData("spec.kafka.properties", """{ "offset.store.method": "file" }""", "refused-property spec.kafka.properties[offset.store.method]")]
    [InlineData("spec.kafka.properties", """{ "enabled_events": "17" }""", "refused-property spec.kafka.properties.enabled_events")]
    [InlineData("spec.kafka.properties", """{ "log.queue": "true" }""", "refused-property spec.kafka.properties[log.queue]")]
    [InlineData("spec.kafka.properties", """{ "internal.termination.signal": "9" }""", "refused-property spec.kafka.properties[internal.termination.signal]")]
    [InlineData("spec.logstash.ports", """[{ "name": "beats", "port": 5044 }]""", "port-taken spec.logstash.ports[0].targetPort")]
    [InlineData("spec.logstash", External, "")]
    public void What_a_bridge_can_not_do_is_said_where_it_stands(string field, string value, string expected) => Assert.Equal(expected, Findings((field, value)));

    [Fact]
    public void Towards_an_external_Logstash_the_bridge_reads_records_itself() =>
        Assert.Equal("not-with-bridge spec.input.codec", Findings(("spec.logstash", External), ("spec.input.codec", "\"cef\"")));

    [Fact]
    public void A_sink_that_everybody_may_write_to_is_warned_of() => Assert.Equal(
        "plain-text spec.bridge.sink.tls", Findings(("spec.logstash", External), ("spec.input", null), ("spec.output", """{ "topicId": "orders" }""")));

    [Fact]
    public void Lumberjack_senders_need_a_certificate_that_they_can_know() => Assert.Equal(
        "needs-certificate spec.bridge.sink.lumberjackPort",
        Findings(("spec.output", """{ "topicId": "orders" }"""), ("spec.bridge.sink.lumberjackPort", "5045")));

    private static string Findings(params (string Path, string? Json)[] changes) => string.Join(", ", ConnectionChecks
        .Run(Manifest.Resource([("spec.transport", "\"Bridge\""), .. changes]), ConnectionPolicy.None)
        .Select(finding => $"{finding.Code} {finding.Field}{(finding.Line is { } line ? $":{line}:{finding.Column}" : "")}"));
}
