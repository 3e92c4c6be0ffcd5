using k8s.Models;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Tests.Unit.Api;

namespace KafkaLogstash.Tests.Unit.Controller;

public sealed class PodEnvironmentTests
{
    private const string Filter = """mutate { add_field => { "a" => "${APP_USER}" } }""";

    [Theory]
    [InlineData("spec.logstash.env", """[{"name": "OTHER", "value": "x"}]""", true)]
    [InlineData("spec.logstash.env", """[{"name": "APP_USER", "value": "x"}]""", false)]
    [InlineData("spec.logstash.envFrom", """[{"prefix": "APP_", "configMapRef": {"name": "known"}}]""", false)]
    [InlineData("spec.logstash.envFrom", """[{"configMapRef": {"name": "known"}}]""", true)]
    [InlineData("spec.logstash.podTemplate", """{"spec": {"containers": [{"name": "logstash", "env": [{"name": "APP_USER", "value": "x"}]}]}}""", false)]
    [InlineData("spec.logstash.podTemplate", """{"spec": {"containers": [{"name": "sidecar", "image": "s", "env": [{"name": "APP_USER", "value": "x"}]}]}}""", true)]
    [InlineData("spec.logstash.podTemplate", """{"spec": {"containers": [{"name": "logstash", "envFrom": [{"prefix": "APP_", "configMapRef": {"name": "known"}}]}]}}""", false)]
    public void A_variable_that_nothing_defines_is_warned_of(string field, string value, bool warned)
    {
        var known = new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "known" }, Data = new Dictionary<string, string> { ["USER"] = "x" } };
        var connection = Manifest.Resource(("spec.pipeline.filter", $"\"{Filter.Replace("\"", "\\\"", StringComparison.Ordinal)}\""), (field, value));

        var findings = OfflineRenderer.Render(connection, [], [known], ConnectionPolicy.None).Findings;

        Assert.Equal(warned, findings.Any(finding => finding.Message.Contains("APP_USER", StringComparison.Ordinal)));
        Assert.DoesNotContain(findings, finding => finding.Severity == KafkaLogstash.Logstash.Severity.Error);
    }

    [Fact]
    public void Where_an_object_is_not_known_nothing_is_said_of_variables()
    {
        var connection = Manifest.Resource(
            ("spec.pipeline.filter", $"\"{Filter.Replace("\"", "\\\"", StringComparison.Ordinal)}\""),
            ("spec.logstash.envFrom", """[{"secretRef": {"name": "elsewhere"}}]"""));

        Assert.Empty(ConnectionChecks.Run(connection, ConnectionPolicy.None));
    }
}
