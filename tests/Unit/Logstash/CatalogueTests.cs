using System.Text.Json;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Catalogue;

namespace KafkaLogstash.Tests.Unit.Logstash;

public sealed class CatalogueTests
{
    [Theory]
    [InlineData("8.15.0", "11.5.0", "3.4.1", true)]
    [InlineData("8.16.6", "11.5.2", "3.4.1", true)]
    [InlineData("8.18.8", "11.6.0", "3.8.1", true)]
    [InlineData("8.19.0", "11.6.3", "3.9.1", true)]
    [InlineData("8.19.12", "11.8.1", "3.9.1", true)]
    [InlineData("8.19.20", "11.8.10", "3.9.2", true)]
    [InlineData("8.19.30", "11.8.10", "3.9.2", false)]
    [InlineData("9.0.8", "11.6.0", "3.8.1", true)]
    [InlineData("9.3.3", "11.8.7", "3.9.2", true)]
    [InlineData("9.4.5", "11.8.10", "3.9.2", true)]
    [InlineData("9.5.2", "12.1.5", "4.2.0", true)]
    [InlineData("9.5.9", "12.1.5", "4.2.0", false)]
    [InlineData("9.6.0", "12.1.5", "4.2.0", false)]
    [InlineData("10.0.0", "12.1.5", "4.2.0", false)]
    public void A_release_is_known_or_taken_for_the_nearest_lower_one(string version, string plugin, string client, bool known)
    {
        var release = LogstashRelease.Find(LogstashVersion.Parse(version))!;
        Assert.Equal((plugin, client, known), (release.KafkaPlugin.ToString(), release.KafkaClient.ToString(), release.Assumption is null));
    }

    [Fact]
    public void Releases_before_the_oldest_supported_one_are_unknown()
    {
        Assert.Null(LogstashRelease.Find(new LogstashVersion(8, 14, 3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => KafkaPluginCatalogue.For(new LogstashVersion(7, 17, 0), KafkaPluginKind.Input));
    }

    [Theory]
    [InlineData("8.19.14", true)]
    [InlineData("9.2.8", true)]
    [InlineData("9.3.3", true)]
    [InlineData("8.19.13", false)]
    [InlineData("8.19.15", false)]
    [InlineData("9.3.4", false)]
    [InlineData("9.5.2", false)]
    public void Releases_whose_output_can_not_log_in_are_known(string version, bool broken) =>
        Assert.Equal(broken, LogstashRelease.Find(LogstashVersion.Parse(version))!.OutputSaslIsBroken);

    [Fact]
    public void Only_new_clients_want_the_token_url_allowed()
    {
        Assert.True(LogstashRelease.Find(LogstashVersion.Parse("9.5.0"))!.NeedsOAuthUrlAllowed);
        Assert.False(LogstashRelease.Find(LogstashVersion.Parse("9.4.5"))!.NeedsOAuthUrlAllowed);
    }

    [Theory]
    [InlineData("9.5.2-SNAPSHOT", "9.5.2")]
    [InlineData("8.19.0+build.1", "8.19.0")]
    [InlineData("9.5", null)]
    [InlineData("v9.5.2", null)]
    [InlineData("9.5.x", null)]
    [InlineData("9.5.-1", null)]
    [InlineData("9.5.99999999999", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Versions_are_three_numbers(string? text, string? expected) =>
        Assert.Equal(expected, LogstashVersion.TryParse(text, out var version) ? version.ToString() : null);

    [Fact]
    public void Versions_compare_by_number()
    {
        Assert.True(new LogstashVersion(8, 19, 10) > new LogstashVersion(8, 19, 9));
        Assert.True(new LogstashVersion(8, 19, 10) < new LogstashVersion(9, 0, 0));
        Assert.True(new LogstashVersion(9, 0, 0) >= new LogstashVersion(9, 0, 0) && new LogstashVersion(9, 0, 0) <= new LogstashVersion(9, 0, 0));
    }

    [Theory]
    [InlineData("input", "9.5.2", """{"fetch_max_bytes": 1000, "check_crcs": "true", "client_id": "${HOSTNAME}", "group_protocol": "consumer", "tags": "a"}""", "")]
    [InlineData("input", "9.5.2", """{"fetch_max_byte": 1}""", "unknown-option: fetch_max_bytes")]
    [InlineData("input", "9.5.2", """{"fetch.max.bytes": 1}""", "unknown-option: fetch_max_bytes")]
    [InlineData("input", "9.5.2", """{"batch_size": 1}""", "unknown-option: output")]
    [InlineData("input", "9.5.2", """{"ecs_compatibility": "v8"}""", "unknown-option: ")]
    [InlineData("input", "9.5.2", """{"topics": ["a"]}""", "typed-field: spec.input.topics")]
    [InlineData("output", "9.5.2", """{"bootstrap_servers": "a"}""", "typed-field: spec.kafka.bootstrapServers")]
    [InlineData("output", "9.5.2", """{"sasl_jaas_config": "x"}""", "security-option: spec.kafka.authentication")]
    [InlineData("input", "9.5.2", """{"ssl_truststore_location": "/x"}""", "security-option: spec.kafka.tls.trustedCertificates")]
    [InlineData("input", "9.5.2", """{"id": "x"}""", "owned-option: ")]
    [InlineData("input", "9.4.0", """{"group_protocol": "consumer"}""", "not-in-version: Logstash 9.5.0 or newer")]
    [InlineData("output", "8.15.0", """{"reconnect_backoff_max_ms": 1}""", "not-in-version: Logstash 8.19.10 or newer")]
    [InlineData("input", "9.5.2", """{"add_field": {"a": ["b", "c"], "d": 1}}""", "")]
    [InlineData("input", "9.5.2", """{"add_field": {"a": {"b": "c"}}}""", "wrong-type: lists")]
    [InlineData("input", "9.5.2", """{"group_instance_id": "me"}""", "shared-member: HOSTNAME")]
    [InlineData("input", "9.5.2", """{"group_instance_id": "${HOSTNAME}"}""", "")]
    [InlineData("input", "9.5.2", """{"codec": {"json": {"charset": "UTF-8"}}}""", "typed-field: spec.input.codec")]
    [InlineData("input", "9.5.2", """{"fetch_max_bytes": "1000", "enable_metric": false, "type": "t", "client_rack": null}""", "wrong-type: client_rack")]
    [InlineData("input", "9.5.2", """{"check_crcs": 1}""", "wrong-type: true or false")]
    [InlineData("output", "9.5.2", """{"tags": ["a"]}""", "removed-option: spec.output.when")]
    [InlineData("output", "9.5.2", """{"schema_registry_url": "http://r"}""", "unknown-option: kafka input")]
    [InlineData("input", "8.15.0", """{"reconnect_backoff_max_ms": 1}""", "not-in-version: 11.7.0")]
    [InlineData("input", "9.5.2", """{"ssl": true}""", "removed-option: spec.kafka.tls")]
    [InlineData("output", "9.5.2", """{"timeout_ms": 1}""", "removed-option: request_timeout_ms")]
    [InlineData("output", "9.5.2", """{"linger_ms": "05"}""", "wrong-type: whole number")]
    [InlineData("output", "9.5.2", """{"linger_ms": 1.5}""", "wrong-type: whole number")]
    [InlineData("output", "9.5.2", """{"linger_ms": "5ms"}""", "wrong-type: whole number")]
    [InlineData("input", "9.5.2", """{"check_crcs": "yes"}""", "wrong-type: true or false")]
    [InlineData("input", "9.5.2", """{"isolation_level": "READ_COMMITTED"}""", "wrong-type: read_committed")]
    [InlineData("input", "9.5.2", """{"client_id": 5}""", "wrong-type: quotes")]
    [InlineData("input", "9.5.2", """{"client_id": ["a", "b"]}""", "wrong-type: single")]
    [InlineData("input", "9.5.2", """{"tags": [1]}""", "wrong-type: list")]
    [InlineData("output", "9.5.2", """{"message_headers": ["a"]}""", "wrong-type: keys")]
    [InlineData("input", "9.5.2", """{"schema_registry_url": "http://r", "schema_registry_key": "k", "schema_registry_secret": "s3cret"}""", "secret-in-plain-text: placeholder")]
    [InlineData("input", "9.5.2", """{"schema_registry_url": "http://r", "schema_registry_key": "k"}""", "conflicting-options: schema_registry_secret")]
    [InlineData("input", "9.5.2", """{"schema_registry_url": "http://r", "value_deserializer_class": "x.Y"}""", "conflicting-options: schema_registry_url")]
    [InlineData("input", "9.5.2", """{"group_protocol": "consumer", "session_timeout_ms": 20000}""", "conflicting-options: group_protocol")]
    [InlineData("input", "9.5.2", """{"group_protocol": "consumer", "session_timeout_ms": 10000}""", "")]
    [InlineData("output", "9.5.2", """{"metadata_fetch_timeout_ms": 1}""", "no-effect: never uses")]
    [InlineData("output", "9.5.2", """{"retries": 3}""", "loses-events: drops")]
    [InlineData("output", "9.5.2", """{"retries": -1}""", "wrong-type: negative")]
    [InlineData("output", "9.5.2", """{"partitioner": "default"}""", "wrong-type: round_robin")]
    [InlineData("output", "9.4.0", """{"partitioner": "default"}""", "deprecated-value: 9.5")]
    [InlineData("output", "9.5.2", """{"partitioner": "com.acme.Mine"}""", "")]
    [InlineData("output", "9.5.2", """{"value_serializer": "com.acme.Mine"}""", "wrong-type: StringSerializer")]
    [InlineData("output", "9.5.2", """{"value_serializer": "StringSerializer"}""", "wrong-type: org.apache.kafka.common.serialization.StringSerializer")]
    [InlineData("output", "9.5.2", """{"value_serializer": "org.apache.kafka.common.serialization.ByteArraySerializer"}""", "")]
    [InlineData("input", "9.5.2", """{"partition_assignment_strategy": "roundrobin"}""", "wrong-type: round_robin")]
    [InlineData("input", "8.15.0", """{"partition_assignment_strategy": "CooperativeStickyAssignor"}""", "wrong-type: cooperative_sticky")]
    [InlineData("input", "9.5.2", """{"partition_assignment_strategy": "cooperative_sticky"}""", "")]
    [InlineData("input", "9.5.2", """{"partition_assignment_strategy": "com.acme.Assignor"}""", "")]
    [InlineData("input", "9.5.2", """{"partition_assignment_strategy": "${STRATEGY}"}""", "")]
    [InlineData("input", "9.5.2", """{"client_dns_lookup": "default"}""", "deprecated-value: use_all_dns_ips")]
    public void Options_are_checked_against_the_bundled_plugin(string kind, string version, string json, string expected)
    {
        var options = JsonDocument.Parse(json).RootElement.EnumerateObject().Select(option => KeyValuePair.Create(option.Name, option.Value));
        var catalogue = KafkaPluginCatalogue.For(LogstashVersion.Parse(version), kind == "input" ? KafkaPluginKind.Input : KafkaPluginKind.Output);
        var findings = catalogue.Check(options, $"spec.{kind}.options");
        if (expected.Length == 0)
        {
            Assert.Empty(findings);
            return;
        }

        var finding = Assert.Single(findings);
        var parts = expected.Split(": ");
        Assert.Equal(parts[0], finding.Code);
        Assert.Contains(parts[1], finding.Message, StringComparison.Ordinal);
        Assert.StartsWith($"spec.{kind}.options.", finding.Path, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_are_weighed_against_what_fields_set()
    {
        var options = JsonDocument.Parse("""{"schema_registry_url": "http://r"}""").RootElement.EnumerateObject().Select(option => KeyValuePair.Create(option.Name, option.Value)).ToList();
        var catalogue = KafkaPluginCatalogue.For(LogstashVersion.Parse("9.5.2"), KafkaPluginKind.Input);
        Assert.Empty(catalogue.Check(options, "spec.input.options", "topics"));
        Assert.Equal("conflicting-options", Assert.Single(catalogue.Check(options, "spec.input.options", "topics_pattern")).Code);
    }

    [Fact]
    public void The_newest_plugin_has_all_its_options()
    {
        // 73 and 48 declared by the plugin, and the ones that every input and output has.
        Assert.Equal(73 + 5, KafkaPluginCatalogue.For(LogstashVersion.Parse("9.5.2"), KafkaPluginKind.Input).Options.Count);
        Assert.Equal(48 + 4, KafkaPluginCatalogue.For(LogstashVersion.Parse("9.5.2"), KafkaPluginKind.Output).Options.Count);
    }

    [Fact]
    public void Bundled_plugins_depend_on_the_version()
    {
        var newest = PluginNames.For(LogstashVersion.Parse("9.5.2"));
        Assert.Superset(new HashSet<string> { "kafka", "beats", "http", "stdin" }, newest.Inputs.ToHashSet());
        Assert.DoesNotContain("pipe", newest.Outputs);
        Assert.Contains("pipe", PluginNames.For(LogstashVersion.Parse("9.4.5")).Outputs);
        Assert.Contains("json", newest.Codecs);
        Assert.Contains("grok", newest.Filters);
    }
}
