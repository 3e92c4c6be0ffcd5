using System.Reflection;
using KafkaLogstash.Api;
using KafkaLogstash.Api.Schema;

namespace KafkaLogstash.Tests.Unit.Api;

/// <summary>Each rule over several fields, as the API server checks it and as the offline check does: both must blame the same field in the same words.</summary>
public sealed class RuleTests
{
    private const string Secret = """{ "secretName": "s", "key": "k" }""";
    private const string External = """{ "hosts": ["logstash:5044"] }""";
    private const string Scram = """{ "type": "ScramSha512", "username": "u", "passwordFrom": { "secretName": "s", "key": "k" } }""";
    private const string OAuth = """{ "tokenEndpointUrl": "https://login", "clientId": "c", "clientSecretFrom": { "secretName": "s", "key": "k" } }""";

    private static readonly (string Message, string Field, (string Path, string? Json)[] Changes)[] Cases =
    [
        (RuleMessages.NameTooLong, "metadata.name", [("metadata.name", "\"a123456789012345678901234567890123456789012345\"")]),
        (RuleMessages.NameNotForServices, "metadata.name", [("metadata.name", "\"or.ders\"")]),
        (RuleMessages.NoDirection, "spec", [("spec.input", null)]),
        (RuleMessages.ExternalNeedsBridge, "spec.transport", [("spec.logstash.external", External)]),
        (RuleMessages.ExternalHasNoPipeline, "spec.pipeline", [("spec.transport", "\"Bridge\""), ("spec.logstash.external", External), ("spec.pipeline.filter", "\"drop { }\"")]),
        (RuleMessages.ExternalExcludesPods, "spec.logstash.external", [("spec.transport", "\"Bridge\""), ("spec.logstash", $$"""{ "external": {{External}}, "config": {} }""")]),
        (RuleMessages.ExternalExcludesPods, "spec.logstash.external", [("spec.transport", "\"Bridge\""), ("spec.logstash", $$"""{ "external": {{External}}, "env": [{ "name": "A" }] }""")]),
        (RuleMessages.ExternalHasNoReplicas, "spec.logstash.replicas", [("spec.transport", "\"Bridge\""), ("spec.logstash", $$"""{ "external": {{External}}, "replicas": 2 }""")]),
        (RuleMessages.ScalingNeedsInput, "spec.autoscaling", [("spec.input", null), ("spec.output", """{ "topicId": "t" }"""), ("spec.autoscaling", "{}")]),
        (RuleMessages.GroupDeletionNeedsProbe, "spec.deletionPolicy.consumerGroup", [("spec.kafka.probe", "\"Disabled\""), ("spec.deletionPolicy", """{ "consumerGroup": "Delete" }""")]),
        (RuleMessages.OneOfTopicsAndPattern, "spec.input.topics", [("spec.input.topicsPattern", "\"orders-.*\"")]),
        (RuleMessages.OneOfTopicsAndPattern, "spec.input.topics", [("spec.input.topics", "[]")]),
        (RuleMessages.TopicIsDots, "spec.input.topics", [("spec.input.topics", """["orders", ".."]""")]),
        (RuleMessages.OAuthMissing, "spec.kafka.authentication.oauth", [("spec.kafka.authentication", """{ "type": "OAuthBearer" }""")]),
        (RuleMessages.OAuthNotForPasswords, "spec.kafka.authentication.oauth", [("spec.kafka.authentication", Scram), ("spec.kafka.authentication.oauth", OAuth)]),
        (RuleMessages.OneOfUsernames, "spec.kafka.authentication.username", [("spec.kafka.authentication", Scram), ("spec.kafka.authentication.username", null)]),
        (RuleMessages.OneOfUsernames, "spec.kafka.authentication.username", [("spec.kafka.authentication", Scram), ("spec.kafka.authentication.usernameFrom", Secret)]),
        (RuleMessages.PasswordMissing, "spec.kafka.authentication.passwordFrom", [("spec.kafka.authentication", Scram), ("spec.kafka.authentication.passwordFrom", null)]),
        (RuleMessages.PasswordNotForOAuth, "spec.kafka.authentication", [("spec.kafka.authentication", $$"""{ "type": "OAuthBearer", "oauth": {{OAuth}}, "username": "u" }""")]),
        (RuleMessages.SameKeyTwice, "spec.kafka.tls.clientCertificate.privateKeyKey", [("spec.kafka.tls", """{ "clientCertificate": { "secretName": "s", "certificateKey": "tls.key" } }""")]),
        (RuleMessages.SameKeyTwice, "spec.bridge.sink.tls.privateKeyKey", [("spec.bridge.sink.tls", """{ "secretName": "s", "certificateKey": "tls.key" }""")]),
        (RuleMessages.StorageClassNeedsPersisted, "spec.pipeline.queue.storageClassName", [("spec.pipeline.queue.storageClassName", "\"fast\"")]),
        (RuleMessages.PortTwice, "spec.logstash.ports", [("spec.logstash.ports", """[{ "name": "a", "port": 80 }, { "name": "b", "port": 80 }]""")]),
        (RuleMessages.PortIsTaken, "spec.logstash.ports[0].targetPort", [("spec.logstash.ports", """[{ "name": "a", "port": 9600 }]""")]),
        (RuleMessages.PortIsTaken, "spec.logstash.ports[0].targetPort", [("spec.logstash.ports", """[{ "name": "a", "port": 80, "targetPort": 9600 }]""")]),
        (RuleMessages.ReplicasOutOfOrder, "spec.autoscaling.minReplicas", [("spec.autoscaling", """{ "minReplicas": 3, "maxReplicas": 2 }""")]),
        (RuleMessages.PortRangeOutOfOrder, "spec.networkPolicy.kafkaPorts[0].endPort", [("spec.networkPolicy", """{ "kafkaPorts": [{ "port": 9094, "endPort": 9093 }] }""")]),
        (RuleMessages.BridgePortIsTaken, "spec.bridge.sink.port", [("spec.bridge.sink.port", "8080")]),
        (RuleMessages.BridgePortIsTaken, "spec.bridge.sink.port", [("spec.bridge.sink.lumberjackPort", "8080")]),
        (RuleMessages.SinkPortTwice, "spec.bridge.sink.lumberjackPort", [("spec.bridge.sink.lumberjackPort", "8443")]),
        (RuleMessages.LumberjackHasNoLogin, "spec.bridge.sink.lumberjackPort", [("spec.bridge.sink", """{ "lumberjackPort": 5044, "authentication": { "basicSecretName": "s" } }""")]),
        (RuleMessages.LumberjackHasNoLogin, "spec.bridge.sink.lumberjackPort", [("spec.bridge.sink", """{ "lumberjackPort": 5044, "authentication": { "basicSecretName": "s" }, "tls": { "secretName": "t" } }""")]),
        (RuleMessages.OneSinkAuthentication, "spec.bridge.sink.authentication.basicSecretName", [("spec.bridge.sink.authentication", "{}")]),
    ];

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Cases.Length)];

    [Theory]
    [MemberData(nameof(Indices))]
    public void A_rule_that_does_not_hold_is_reported_alike_by_API_server_and_offline_check(int index)
    {
        var (message, field, changes) = Cases[index];
        var manifest = Manifest.With(changes);
        var schema = CrdTests.Schema();
        schema.Default(manifest);

        var served = Assert.Single(schema.Validate(manifest, old: null));
        var offline = Assert.Single(ConnectionValidator.Validate(Manifest.Resource(changes)));

        Assert.Contains(message, served.Detail, StringComparison.Ordinal);
        Assert.Equal((field, message), (offline.Path, offline.Message));

        // A rule about the object's name can only blame the object: the schema of metadata is the API server's.
        if (!field.StartsWith("metadata", StringComparison.Ordinal))
        {
            Assert.Equal(field, served.Field);
        }
    }

    [Fact]
    public void There_is_a_case_for_every_rule() =>
        Assert.Empty(typeof(RuleMessages).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => Cases.All(entry => entry.Message != (string)field.GetValue(null)!))
            .Select(field => field.Name));

    [Fact]
    public void A_connection_that_keeps_all_rules_is_accepted_by_both()
    {
        var manifest = Manifest.With();
        var schema = CrdTests.Schema();
        schema.Default(manifest);

        Assert.Empty(schema.Validate(manifest, old: null));
        Assert.Empty(ConnectionValidator.Validate(Manifest.Resource()));
    }
}
