using KafkaLogstash.Api;

namespace KafkaLogstash.Tests.Unit.Api;

public sealed class ConnectionValidatorTests
{
    [Theory]
    [InlineData("spec.kafka.bootstrapServers", "[]", "spec.kafka.bootstrapServers", "required")]
    [InlineData("spec.kafka.bootstrapServers", """["PLAINTEXT://kafka:9092"]""", "spec.kafka.bootstrapServers[0]", "malformed")]
    [InlineData("spec.kafka.bootstrapServers", """["kafka"]""", "spec.kafka.bootstrapServers[0]", "malformed")]
    [InlineData("spec.kafka.bootstrapServers", """["kafka:9092", "kafka:99999"]""", "spec.kafka.bootstrapServers[1]", "malformed")]
    [InlineData("spec.kafka.bootstrapServers", """["kafka:0"]""", "spec.kafka.bootstrapServers[0]", "malformed")]
    [InlineData("spec.kafka.bootstrapServers", """["[fd00::1::2]:9092"]""", "spec.kafka.bootstrapServers[0]", "malformed")]
    [InlineData("spec.kafka.bootstrapServers", """["kafka:9092", "kafka:9092"]""", "spec.kafka.bootstrapServers[1]", "duplicate")]
    [InlineData("spec.kafka.bootstrapServers", """["kafka:9092\n"]""", "spec.kafka.bootstrapServers[0]", "malformed")]
    [InlineData("spec.kafka.tls", """{ "trustedCertificates": [{ "secretName": "Kafka", "key": "ca.crt" }] }""", "spec.kafka.tls.trustedCertificates[0].secretName", "malformed")]
    [InlineData("spec.kafka.tls", """{ "trustedCertificates": [{ "secretName": "kafka" }] }""", "spec.kafka.tls.trustedCertificates[0].key", "required")]
    [InlineData("spec.kafka.properties", """{ "sasl.jaas.config": "x" }""", "spec.kafka.properties[sasl.jaas.config]", "refused-property")]
    [InlineData("spec.kafka.properties", """{ "ssl.truststore.location": "x" }""", "spec.kafka.properties[ssl.truststore.location]", "refused-property")]
    [InlineData("spec.kafka.properties", """{ "group.id": "x" }""", "spec.kafka.properties[group.id]", "refused-property")]
    [InlineData("spec.input.topics", """["orders", "orders"]""", "spec.input.topics[1]", "duplicate")]
    [InlineData("spec.input.topics", """["orders/eu"]""", "spec.input.topics[0]", "malformed")]
    [InlineData("spec.input", """{ "topicsPattern": "*" }""", "spec.input.topicsPattern", "malformed")]
    [InlineData("spec.input", """{ "topicsPattern": "orders-(eu" }""", "spec.input.topicsPattern", "malformed")]
    [InlineData("spec.input", """{ "topicsPattern": "orders[" }""", "spec.input.topicsPattern", "malformed")]
    [InlineData("spec.input.groupId", "\"with\\nbreak\"", "spec.input.groupId", "malformed")]
    [InlineData("spec.input.consumerThreads", "0", "spec.input.consumerThreads", "out-of-range")]
    [InlineData("spec.input.codec", "\"JSON\"", "spec.input.codec", "malformed")]
    [InlineData("spec.output", "{}", "spec.output.topicId", "required")]
    [InlineData("spec.pipeline.batchDelay", "\"50\"", "spec.pipeline.batchDelay", "malformed")]
    [InlineData("spec.pipeline.batchDelay", "\"2h\"", "spec.pipeline.batchDelay", "out-of-range")]
    [InlineData("spec.pipeline.queue", """{ "type": "persisted", "maxBytes": "10Mi" }""", "spec.pipeline.queue.maxBytes", "out-of-range")]
    [InlineData("spec.pipeline.queue", """{ "type": "persisted", "maxBytes": "1 GB" }""", "spec.pipeline.queue.maxBytes", "malformed")]
    [InlineData("spec.pipeline.deadLetterQueue", """{ "enabled": true, "maxBytes": "1" }""", "spec.pipeline.deadLetterQueue.maxBytes", "out-of-range")]
    [InlineData("spec.logstash.version", "\"9.5-x\"", "spec.logstash.version", "malformed")]
    [InlineData("spec.logstash.version", "\"latest\"", "spec.logstash.version", "malformed")]
    [InlineData("spec.logstash.version", "\"7.17.0\"", "spec.logstash.version", "unsupported-version")]
    [InlineData("spec.logstash.image", "\"https://registry/logstash\"", "spec.logstash.image", "malformed")]
    [InlineData("spec.logstash.image", "\"logstash:9.5.2 \"", "spec.logstash.image", "malformed")]
    [InlineData("spec.logstash.heapPercent", "95", "spec.logstash.heapPercent", "out-of-range")]
    [InlineData("spec.logstash.env", """[{ "name": "A-B", "value": "x" }]""", "spec.logstash.env[0].name", "malformed")]
    [InlineData("spec.logstash.env", """[{ "name": "A" }, { "name": "A" }]""", "spec.logstash.env[1]", "duplicate")]
    [InlineData("spec.logstash.env", """[{ "name": "A", "value": "x", "valueFrom": { "secretKeyRef": { "name": "s", "key": "k" } } }]""", "spec.logstash.env[0]", "exclusive")]
    [InlineData("spec.logstash.envFrom", "[{}]", "spec.logstash.envFrom[0]", "exclusive")]
    [InlineData("spec.logstash.ports", """[{ "name": "much-too-long-name", "port": 80 }]""", "spec.logstash.ports[0].name", "too-long")]
    [InlineData("spec.logstash.ports", """[{ "name": "http", "port": 80, "protocol": "tcp" }]""", "spec.logstash.ports[0].protocol", "unsupported-value")]
    [InlineData("spec.autoscaling", """{ "scaleDownStabilization": "48h" }""", "spec.autoscaling.scaleDownStabilization", "out-of-range")]
    [InlineData("spec.autoscaling", """{ "lagPerReplica": 0 }""", "spec.autoscaling.lagPerReplica", "out-of-range")]
    [InlineData("spec.bridge.source.compressionLevel", "10", "spec.bridge.source.compressionLevel", "out-of-range")]
    public void A_mistake_is_named_by_field_and_kind(string path, string json, string field, string code)
    {
        var error = Assert.Single(ConnectionValidator.Validate(Manifest.Resource((path, json))));

        Assert.Equal((field, code), (error.Path, error.Code));
    }

    [Theory]
    [InlineData("spec.kafka.bootstrapServers", """["kafka-0.kafka:9092", "10.0.0.1:9092", "[fd00::1]:9092", "my_broker:9092"]""")]
    [InlineData("spec.input", """{ "topicsPattern": "(?i)orders-(eu|us)\\.[a-z]++\\Q(*\\E" }""")]
    [InlineData("spec.input.codec", "\"plain { charset => \\\"UTF-8\\\" }\"")]
    [InlineData("spec.pipeline.batchDelay", "\"1.5s\"")]
    [InlineData("spec.logstash.version", "\"9.6.0-SNAPSHOT\"")]
    [InlineData("spec.logstash.image", "\"registry.example.com:5000/elastic/logstash-oss:9.5.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"")]
    [InlineData("spec.logstash.image", "\"\"")]
    [InlineData("spec.logstash.ports", """[{ "name": "syslog", "port": 514 }, { "name": "syslog-udp", "port": 514, "protocol": "UDP" }]""")]
    [InlineData("spec.kafka.properties", """{ "client.rack": "eu-1a", "fetch.min.bytes": 1024 }""")]
    [InlineData("spec.logstash.podTemplate", """{ "spec": { "nodeSelector": { "disk": "ssd" } } }""")]
    [InlineData("spec.logstash.resources", """{ "limits": { "memory": "2Gi", "cpu": "1500m" } }""")]
    public void What_is_right_is_let_pass(string path, string json) => Assert.Empty(ConnectionValidator.Validate(Manifest.Resource((path, json))));

    [Fact]
    public void Values_that_could_be_secrets_are_never_repeated()
    {
        const string Secret = "hunter2";
        var errors = ConnectionValidator.Validate(Manifest.Resource(
            ("spec.kafka.properties", $$"""{ "sasl.jaas.config": "{{Secret}}" }"""),
            ("spec.kafka.authentication", $$"""{ "type": "OAuthBearer", "oauth": { "tokenEndpointUrl": "https://u:{{Secret}}@login", "clientId": "c", "clientSecretFrom": { "secretName": "{{Secret}}!", "key": "k" } } }"""),
            ("spec.logstash.env", $$"""[{ "name": "A", "value": "{{Secret}}", "valueFrom": { } }]""")));

        Assert.NotEmpty(errors);
        Assert.All(errors, error => Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void The_consumer_group_follows_from_namespace_and_name()
    {
        Assert.Equal("shop-orders", Manifest.Resource().GroupId());
        Assert.Equal("mine", Manifest.Resource(("spec.input.groupId", "\"mine\"")).GroupId());
    }

    [Fact]
    public void The_image_follows_from_the_version()
    {
        Assert.Equal("docker.elastic.co/logstash/logstash:9.5.2", Manifest.Resource().Spec.Logstash.EffectiveImage());
        Assert.Equal("own:1", Manifest.Resource(("spec.logstash.image", "\"own:1\"")).Spec.Logstash.EffectiveImage());
    }

    [Fact]
    public void A_port_is_the_same_in_pod_and_Service_unless_it_says_otherwise()
    {
        var ports = Manifest.Resource(("spec.logstash.ports", """[{ "name": "a", "port": 514, "targetPort": 5514 }, { "name": "b", "port": 8080 }]""")).Spec.Logstash.Ports;

        Assert.Equal([5514, 8080], ports.Select(port => port.EffectiveTargetPort()));
    }
}
