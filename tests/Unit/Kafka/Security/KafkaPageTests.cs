using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Controller.Rendering;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Catalogue;
using KafkaLogstash.Tests.Unit.Api;
using KafkaLogstash.Tests.Unit.Operator;

namespace KafkaLogstash.Tests.Unit.Kafka.Security;

/// <summary>The tables of <c>docs/kafka.md</c> are written by these tests (UPDATE_GOLDEN=1), so that they say what the code does.</summary>
public sealed class KafkaPageTests
{
    private const string Page = "docs/kafka.md";

    /// <summary>Options of the plugins that do not become properties of Kafka's client, or do and are refused as properties.</summary>
    private static readonly string[] NotProperties =
    [
        "add_field", "enable_auto_commit", "enable_metric", "group_instance_id", "message_headers", "poll_timeout_ms", "sasl_login_connect_timeout_ms", "sasl_login_read_timeout_ms", "sasl_login_retry_backoff_max_ms",
        "sasl_login_retry_backoff_ms", "sasl_oauthbearer_scope_claim_name", "tags", "type",
    ];

    [Fact]
    public void The_table_of_the_modes_is_what_the_mapping_does()
    {
        var table = new StringBuilder("| in `spec.kafka` | options of Logstash's kafka plugins | properties of librdkafka, the operator's own client |\n| --- | --- | --- |\n");
        foreach (var mode in SecurityMode.Documented)
        {
            var java = LogstashKafkaOptions.For(mode.Kafka, mode.Resolved, PodPaths.Kafka);
            var options = java.Options.Where(option => option.Key != "bootstrap_servers").Select(option => $"{option.Key} => \"{option.Value}\"");
            if (java.JaasLine is { } line)
            {
                options = options.Append($"sasl_jaas_config => \"${{{LogstashKafkaOptions.JaasVariable}}}\"").Append($"({line.Split(' ')[0].Split('.')[^1]})");
            }

            var properties = LibrdkafkaOptions.For(mode.Kafka, mode.Resolved).Where(property => property.Key != "bootstrap.servers")
                .Select(property => $"{property.Key}={(IsLongOrSecret(property.Key) ? "…" : property.Value)}");
            table.Append($"| {string.Join("<br>", [mode.Name, .. Fields(mode).Select(field => $"`{field}`")])} | {Cell(options)} | {Cell(properties)} |\n");
        }

        Holds("modes", table.ToString().Replace("http://127.0.0.1:9/token", "https://idp.example.com/token", StringComparison.Ordinal));
    }

    [Fact]
    public void The_table_of_the_properties_is_what_the_checks_accept()
    {
        var table = new StringBuilder("| property | kafka input | kafka output |\n| --- | --- | --- |\n");
        var version = LogstashVersion.Parse("9.5.2");
        var plugins = new[] { KafkaPluginKind.Input, KafkaPluginKind.Output }.Select(kind => KafkaPluginCatalogue.For(version, kind)).ToList();
        foreach (var option in plugins.SelectMany(plugin => plugin.Options.Keys.Where(name => ClientProperties.IsFree(plugin, name))).Distinct(StringComparer.Ordinal)
            .Where(option => !NotProperties.Contains(option) && !option.StartsWith("schema_registry_", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var property = Property(option);
            Assert.Equal(option, ClientProperties.OptionName(property));
            table.Append($"| `{property}` | {Verdict(property, plugins[0], "output")} | {Verdict(property, plugins[1], "input")} |\n");
        }

        Holds("properties", table.ToString());
    }

    [Theory]
    [InlineData("bootstrap.servers")]
    [InlineData("security.protocol")]
    [InlineData("ssl.truststore.location")]
    [InlineData("ssl.endpoint.identification.algorithm")]
    [InlineData("sasl.jaas.config")]
    [InlineData("sasl.login.connect.timeout.ms")]
    [InlineData("group.id")]
    [InlineData("group.instance.id")]
    [InlineData("auto.offset.reset")]
    [InlineData("enable.auto.commit")]
    [InlineData("acks")]
    [InlineData("compression.type")]
    [InlineData("interceptor.classes")]
    [InlineData("config.providers")]
    public void A_property_that_has_a_field_of_its_own_is_refused(string property) => Assert.Equal("refused-property", Finding(property));

    [Theory]
    [InlineData("queued.min.messages")]
    [InlineData("socket.keepalive.enable")]
    [InlineData("enable.idempotence")]
    [InlineData("max.in.flight.requests.per.connection")]
    [InlineData("delivery.timeout.ms")]
    [InlineData("max.block.ms")]
    [InlineData("transactional.id")]
    public void A_property_that_no_plugin_hands_on_is_refused(string property) => Assert.Equal("unknown-property", Finding(property));

    private static string Finding(string property) => ConnectionChecks.Run(
        Manifest.Resource(("spec.kafka.properties", new JsonObject { [property] = "1" }.ToJsonString()), ("spec.output", """{"topicId": "out"}""")),
        ConnectionPolicy.None)[0].Code;

    private static string Property(string option) => option switch
    {
        "auto_create_topics" => "allow.auto.create.topics",
        "key_deserializer_class" => "key.deserializer",
        "value_deserializer_class" => "value.deserializer",
        "partitioner" => "partitioner.class",
        _ => option.Replace('_', '.'),
    };

    /// <summary>What the checks say of the property on a connection that has only this plugin.</summary>
    private static string Verdict(string property, KafkaPluginCatalogue plugin, string other)
    {
        var description = plugin.Options.GetValueOrDefault(ClientProperties.OptionName(property));
        var value = description switch
        {
            { Name: "partitioner" or "partition_assignment_strategy" } => "round_robin",
            { Type: OptionType.Boolean } => "true",
            { Type: OptionType.Choice, Default: { } choice } => choice,
            { Type: OptionType.Text } when property.EndsWith("serializer", StringComparison.Ordinal) => $"org.apache.kafka.common.serialization.{description.Default}",
            _ => "1",
        };
        var connection = Manifest.Resource(
            ("spec.kafka.properties", new JsonObject { [property] = value }.ToJsonString()),
            ("spec.output", """{"topicId": "out"}"""),
            ($"spec.{other}", null));
        return ConnectionChecks.Run(connection, ConnectionPolicy.None) switch
        {
            [] => description?.Since is { } since && since > new Version(11, 5, 0) ? $"from plugin {since} on" : "yes",
            [{ Severity: Severity.Warning, Code: "no-effect" }] => "–",
            [{ Severity: Severity.Warning }] => "yes, with a warning",
            [var finding, ..] => throw new InvalidOperationException($"{property}: {finding.Message}"),
        };
    }

    private static IEnumerable<string> Fields(SecurityMode mode)
    {
        if (mode.Tls is { } tls)
        {
            if (tls.TrustedCertificates.Count == 0)
            {
                yield return "tls: {}";
            }
            else
            {
                yield return "tls.trustedCertificates";
            }

            if (tls.ClientCertificate is not null)
            {
                yield return "tls.clientCertificate";
            }

            if (!tls.VerifyHostname)
            {
                yield return "tls.verifyHostname: false";
            }
        }

        if (mode.Authentication is { } login)
        {
            yield return $"authentication.type: {JsonSerializer.SerializeToElement(login.Type)}";
        }
    }

    private static string Cell(IEnumerable<string> lines) => string.Join("<br>", lines.Select(line => $"`{line}`"));

    private static bool IsLongOrSecret(string property) => property.EndsWith(".pem", StringComparison.Ordinal) || property is "sasl.password" or "sasl.oauthbearer.client.secret";

    private static void Holds(string region, string table)
    {
        var (begin, end) = ($"<!-- {region}: written by a test -->\n", $"<!-- end of {region} -->");
        var text = File.ReadAllText(Path.Join(Checkout.Root, Page));
        var start = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var stop = text.IndexOf(end, StringComparison.Ordinal);
        Assert.InRange(stop, start, text.Length);

        GoldenFile.Matches(string.Concat(text.AsSpan(0, start), table, text.AsSpan(stop)), Page);
    }
}
