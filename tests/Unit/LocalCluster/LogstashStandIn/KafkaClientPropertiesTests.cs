using KafkaLogstash.LocalCluster.LogstashStandIn;
using KafkaLogstash.LocalCluster.LogstashStandIn.Plugins;
using KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Kafka;
using KafkaLogstash.LocalCluster.LogstashStandIn.Settings;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Tests.Unit.LocalCluster.LogstashStandIn;

public sealed class KafkaClientPropertiesTests
{
    [Theory]
    [InlineData("""org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="p";""", "u", "p")]
    [InlineData("""x.Scram required username="a b" password="a\044\042\134\012b";""", "a b", "a$\"\\\nb")]
    [InlineData("""x.Scram required username="u" password="\"\\n";""", "u", "\"\\n")]
    [InlineData("""  x.Scram  required  username = u  password='it"s' ; """, "u", "it\"s")]
    public void A_JAAS_line_is_read_as_Java_reads_it(string text, string user, string password)
    {
        var line = JaasLine.Parse(text);

        Assert.Equal((user, password), (line.Options["username"], line.Options["password"]));
    }

    [Theory]
    [InlineData("""x.Scram required password="secret" """)]
    [InlineData("""x.Scram required password="secret;""")]
    [InlineData("""x.Scram required secret;""")]
    [InlineData("""secret""")]
    public void A_wrong_JAAS_line_is_refused_without_repeating_it(string text)
        => Assert.DoesNotContain("secret", Assert.Throws<PipelineException>(() => JaasLine.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void SCRAM_over_TLS_with_PEM_files_is_mapped()
    {
        var file = typeof(KafkaClientPropertiesTests).Assembly.Location;
        var properties = ClientProperties.OfInput(Settings($$"""
            kafka { bootstrap_servers => "k:9093" security_protocol => "SASL_SSL" sasl_mechanism => "SCRAM-SHA-512" sasl_jaas_config => "${JAAS}"
              ssl_truststore_type => "PEM" ssl_truststore_location => "{{file}}" ssl_keystore_type => "PEM" ssl_keystore_location => "{{file}}"
              ssl_endpoint_identification_algorithm => "" max_poll_interval_ms => 1000 }
            """));

        Assert.Equal("SCRAM-SHA-512", properties["sasl.mechanism"]);
        Assert.Equal(("u", "p$"), (properties["sasl.username"], properties["sasl.password"]));
        Assert.Equal((file, file, file), (properties["ssl.ca.location"], properties["ssl.certificate.location"], properties["ssl.key.location"]));
        Assert.Equal(("none", "1000"), (properties["ssl.endpoint.identification.algorithm"], properties["max.poll.interval.ms"]));
    }

    [Fact]
    public void Client_credentials_are_mapped()
    {
        var properties = ClientProperties.OfOutput(Settings("""
            kafka { security_protocol => "SASL_PLAINTEXT" sasl_mechanism => "OAUTHBEARER" sasl_oauthbearer_token_endpoint_url => "https://idp/token"
              sasl_jaas_config => 'x.OAuthBearerLoginModule required clientId="id" clientSecret="s" scope="kafka";' }
            """));

        Assert.Equal(
            ("oidc", "https://idp/token", "id", "s", "kafka"),
            (properties["sasl.oauthbearer.method"], properties["sasl.oauthbearer.token.endpoint.url"], properties["sasl.oauthbearer.client.id"],
                properties["sasl.oauthbearer.client.secret"], properties["sasl.oauthbearer.scope"]));
    }

    [Theory]
    [InlineData("kafka { acks => \"all\" }", "all", "true")]
    [InlineData("kafka { }", "1", "false")]
    public void The_producer_is_idempotent_only_when_all_replicas_acknowledge(string plugin, string acks, string idempotent)
    {
        var properties = ClientProperties.OfOutput(Settings(plugin));

        Assert.Equal((acks, idempotent), (properties["acks"], properties["enable.idempotence"]));
    }

    [Theory]
    [InlineData("kafka { jaas_path => \"/x\" }", "jaas_path")]
    [InlineData("kafka { security_protocol => \"SASL_SSL\" }", "sasl_jaas_config")]
    [InlineData("kafka { security_protocol => \"tls\" }", "security_protocol must be one of")]
    [InlineData("kafka { ssl_truststore_location => \"/no/such/file\" }", "/no/such/file")]
    public void What_librdkafka_cannot_do_is_refused(string plugin, string reason)
        => Assert.Contains(reason, Assert.Throws<PipelineException>(() => ClientProperties.OfInput(Settings(plugin))).Message, StringComparison.Ordinal);

    private static PluginSettings Settings(string plugin)
    {
        var parsed = LogstashConfig.ParseBody(SectionKind.Input, plugin);
        Assert.Empty(parsed.Errors);
        return new PluginSettings(
            (PluginSyntax)parsed.Document.Sections[0].Items[0],
            PipelineSettings.Of(new Dictionary<string, string>(StringComparer.Ordinal), ""),
            new Surroundings(new Dictionary<string, string>(StringComparer.Ordinal) { ["JAAS"] = @"x.Scram required username=""u"" password=""p\044"";" }));
    }
}
