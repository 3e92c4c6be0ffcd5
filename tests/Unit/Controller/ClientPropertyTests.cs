using System.Text.RegularExpressions;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Logstash;
using KafkaLogstash.Tests.Unit.Api;

namespace KafkaLogstash.Tests.Unit.Controller;

public sealed class ClientPropertyTests
{
    private const string Output = """{"topicId": "out"}""";

    [Fact]
    public void Each_plugin_gets_the_properties_that_it_has()
    {
        var text = Render(
            ("spec.kafka.properties", """{"fetch.min.bytes": 1024, "linger.ms": 20, "request.timeout.ms": 9000}"""),
            ("spec.output", Output));

        var (input, output) = (Plugin(text, "input"), Plugin(text, "output"));
        Assert.Contains("fetch_min_bytes => \"1024\"", input, StringComparison.Ordinal);
        Assert.Contains("request_timeout_ms => \"9000\"", input, StringComparison.Ordinal);
        Assert.DoesNotContain("linger_ms", input, StringComparison.Ordinal);
        Assert.Contains("linger_ms => \"20\"", output, StringComparison.Ordinal);
        Assert.Contains("request_timeout_ms => \"9000\"", output, StringComparison.Ordinal);
        Assert.DoesNotContain("fetch_min_bytes", output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_option_given_by_name_wins_over_the_property()
    {
        var text = Render(("spec.kafka.properties", """{"session.timeout.ms": 9000}"""), ("spec.input.options", """{"session_timeout_ms": 12000}"""));

        Assert.Contains("session_timeout_ms => 12000", text, StringComparison.Ordinal);
        Assert.DoesNotContain("9000", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"queued.min.messages": 10}""", Severity.Error, "unknown-property", "have no option that hands this property")]
    [InlineData("""{"fetch.min.byte": 10}""", Severity.Error, "unknown-property", "Did you mean fetch.min.bytes?")]
    [InlineData("""{"linger.ms": 10}""", Severity.Warning, "no-effect", "only Logstash's kafka output has this property")]
    [InlineData("""{"fetch.min.bytes": "many"}""", Severity.Error, "wrong-type", "`fetch_min_bytes`")]
    [InlineData("""{"topics.pattern": "x"}""", Severity.Error, "typed-field", "spec.input.topicsPattern")]
    [InlineData("""{"partition.assignment.strategy": "roundrobin"}""", Severity.Error, "wrong-type", "round_robin")]
    [InlineData("""{"group.protocol": "consumer", "session.timeout.ms": 20000}""", Severity.Error, "conflicting-options", "`session_timeout_ms`")]
    public void A_property_that_can_not_reach_the_client_is_named(string properties, Severity severity, string code, string message)
    {
        var finding = Assert.Single(ConnectionChecks.Run(Manifest.Resource(("spec.kafka.properties", properties)), ConnectionPolicy.None));

        Assert.Equal((severity, code), (finding.Severity, finding.Code));
        Assert.StartsWith("spec.kafka.properties[", finding.Field, StringComparison.Ordinal);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"group.protocol": "consumer"}""", """{"session_timeout_ms": 20000}""", "spec.input.options.session_timeout_ms")]
    [InlineData("""{"session.timeout.ms": 20000}""", """{"group_protocol": "consumer"}""", "spec.kafka.properties[session.timeout.ms]")]
    public void Properties_and_options_are_weighed_together(string properties, string options, string field)
    {
        var finding = Assert.Single(ConnectionChecks.Run(Manifest.Resource(("spec.kafka.properties", properties), ("spec.input.options", options)), ConnectionPolicy.None));

        Assert.Equal(("conflicting-options", field), (finding.Code, finding.Field));
    }

    [Fact]
    public void Topic_and_key_may_come_from_the_pods_environment()
    {
        var text = Render(
            ("spec.output", """{"topicId": "orders-${REGION}", "messageKey": "${REGION:eu}"}"""), ("spec.logstash.env", """[{"name": "REGION", "value": "eu"}]"""));

        Assert.Contains("topic_id => \"orders-${REGION}\"", text, StringComparison.Ordinal);
        Assert.Contains("message_key => \"${REGION:eu}\"", text, StringComparison.Ordinal);
    }

    private static string Render(params (string Path, string? Json)[] changes)
    {
        var rendering = OfflineRenderer.Render(Manifest.Resource(changes), [], [], ConnectionPolicy.None);
        Assert.Empty(rendering.Findings);
        return Regex.Replace(rendering.PipelineText!, " +=>", " =>", RegexOptions.None, TimeSpan.FromSeconds(1));
    }

    private static string Plugin(string text, string section)
    {
        var start = text.IndexOf($"{section} {{", StringComparison.Ordinal);
        return text[start..text.IndexOf("\n}", start, StringComparison.Ordinal)];
    }
}
