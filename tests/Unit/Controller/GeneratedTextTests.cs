using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Logstash;
using KafkaLogstash.Tests.Unit.Api;

namespace KafkaLogstash.Tests.Unit.Controller;

public sealed class GeneratedTextTests
{
    private static readonly ConnectionPolicy Policy = new() { DeniedPlugins = new HashSet<string> { "codec/avro" } };

    [Theory]
    [InlineData("spec.input.codec", "\"avro { }\"", "denied-plugin spec.input.codec")]
    [InlineData("spec.input.codec", "\"jsn\"", "unknown-plugin spec.input.codec")]
    [InlineData("spec.output", """{"topicId": "a", "when": "[@metadata][kafka][topic] == 'x'"}""", "kafka-metadata-missing spec.output.when")]
    [InlineData("spec.output", """{"topicId": "%{[@metadata][kafka][topic]}-out"}""", "kafka-metadata-missing spec.output.topicId")]
    [InlineData("spec.output", """{"topicId": "a", "messageKey": "%{[@metadata][kafka][key]}"}""", "kafka-metadata-missing spec.output.messageKey")]
    [InlineData("spec.output", """{"topicId": "a", "options": {"message_headers": {"h": "${NOPE}"}}}""", "undefined-variable spec.output.options.message_headers")]
    [InlineData("spec.input.options", """{"client_rack": "${NOPE}"}""", "undefined-variable spec.input.options.client_rack")]
    [InlineData("spec.logstash.config", """{"log.level": "${NOPE}"}""", "undefined-variable spec.logstash.config[log.level]")]
    [InlineData("spec.pipeline.inputs", "\"beats { port => 5044 }\"", "port-not-exposed spec.pipeline.inputs")]
    [InlineData("spec.pipeline.outputs", "\"file { path => '/var/log/x' }\"", "unusable-plugin spec.pipeline.outputs")]
    [InlineData("spec.input.options", """{"group_instance_id": "${HOSTNAME}"}""", "")]
    public void What_fields_put_into_the_pipeline_is_checked_where_it_stands(string field, string? value, string expected)
    {
        var connection = Manifest.Resource((field, value));
        Assert.Equal(expected, string.Join(", ", ConnectionChecks.Run(connection, Policy).Select(finding => $"{finding.Code} {finding.Field}")));
    }

    [Fact]
    public void Ports_and_volumes_of_the_pod_make_room_for_plugins()
    {
        var connection = Manifest.Resource(
            ("spec.pipeline.inputs", "\"syslog { port => 5514 } file { path => '/logs/*.log' }\""),
            ("spec.logstash.ports", """[{"name": "syslog", "port": 514, "targetPort": 5514}, {"name": "syslog-udp", "port": 514, "targetPort": 5514, "protocol": "UDP"}]"""),
            ("spec.logstash.podTemplate", """{"spec": {"containers": [{"name": "logstash", "volumeMounts": [{"name": "logs", "mountPath": "/logs"}]}]}}"""));
        Assert.Empty(ConnectionChecks.Run(connection, Policy));
    }

    [Fact]
    public void A_pattern_of_topics_conflicts_with_a_schema_registry()
    {
        var connection = Manifest.Resource(("spec.input", """{"topicsPattern": "a.*", "options": {"schema_registry_url": "http://r"}}"""));
        Assert.Equal(("conflicting-options", Severity.Error), ConnectionChecks.Run(connection, Policy).Select(finding => (finding.Code, finding.Severity)).Single());
    }
}
