using System.Text.Json;
using KafkaLogstash.Logstash.Writing;

namespace KafkaLogstash.Logstash.Catalogue;

/// <summary>Rules over several options, which the plugins and the Kafka client check only when the pipeline starts, or later.</summary>
internal static class KafkaOptionRules
{
    private const string Serialization = "org.apache.kafka.common.serialization.";

    private const string StringDeserializer = Serialization + "StringDeserializer";

    public static IEnumerable<Finding> ForInput(IReadOnlyDictionary<string, JsonElement> options, IReadOnlyCollection<string> setByFields, string path)
    {
        if (Text(options, "group_protocol") == "consumer")
        {
            foreach (var (name, fallback) in new[] { ("partition_assignment_strategy", ""), ("heartbeat_interval_ms", "3000"), ("session_timeout_ms", "10000") })
            {
                if (options.ContainsKey(name) && Text(options, name) != fallback)
                {
                    yield return Conflict(path, name, "can't be set together with `group_protocol: consumer`, where the broker decides; leave it out");
                }
            }
        }

        if (options.ContainsKey("schema_registry_url") && Text(options, "value_deserializer_class") is { } deserializer && deserializer != StringDeserializer)
        {
            yield return Conflict(path, "value_deserializer_class", "can't be set together with `schema_registry_url`, which brings its own; leave one of them out");
        }

        if (options.ContainsKey("schema_registry_url") && setByFields.Contains("topics_pattern"))
        {
            yield return Conflict(path, "schema_registry_url", "needs the names of topics; set spec.input.topics instead of topicsPattern");
        }

        if (options.ContainsKey("schema_registry_key") && !options.ContainsKey("schema_registry_secret"))
        {
            yield return Conflict(path, "schema_registry_key", "needs `schema_registry_secret` beside it");
        }

        if (options.ContainsKey("schema_registry_ssl_truststore_location") && !options.ContainsKey("schema_registry_ssl_truststore_password"))
        {
            yield return Conflict(path, "schema_registry_ssl_truststore_location", "needs `schema_registry_ssl_truststore_password` beside it");
        }

        // The plugin looks at this one only when its threads start, after the pipeline has taken the place of the one before.
        if (Text(options, "partition_assignment_strategy") is { } strategy
            && strategy is not ("range" or "round_robin" or "sticky" or "cooperative_sticky")
            && !strategy.Contains('.', StringComparison.Ordinal)
            && !Quoting.HasPlaceholder(strategy))
        {
            yield return new Finding(
                Severity.Error, "wrong-type", "`partition_assignment_strategy` must be range, round_robin, sticky, cooperative_sticky or the name of a class with its package; leave it out for Kafka's own choice.")
            {
                Path = $"{path}.partition_assignment_strategy",
            };
        }

        if (Text(options, "group_instance_id") is { } member && !Quoting.HasPlaceholder(member))
        {
            yield return new Finding(Severity.Warning, "shared-member", "`group_instance_id` must differ from pod to pod: Kafka fences off the second one with the same id. Write \"${HOSTNAME}\", or leave it out.")
            {
                Path = $"{path}.group_instance_id",
            };
        }

        if (Text(options, "client_dns_lookup") == "default")
        {
            yield return OldLookup(path);
        }
    }

    public static IEnumerable<Finding> ForOutput(IReadOnlyDictionary<string, JsonElement> options, string path, LogstashRelease release)
    {
        if (Text(options, "retries") is { } retries && long.TryParse(retries, out var count))
        {
            yield return count < 0
                ? new Finding(Severity.Error, "wrong-type", "`retries` can't be negative; leave it out to retry for ever.") { Path = $"{path}.retries" }
                : new Finding(Severity.Warning, "loses-events", $"With `retries` the output drops events after {count} attempts; leave it out to retry for ever.") { Path = $"{path}.retries" };
        }

        if (Text(options, "partitioner") is { } partitioner && partitioner != "round_robin" && !partitioner.Contains('.', StringComparison.Ordinal))
        {
            var old = partitioner is "default" or "uniform_sticky";
            var gone = release.KafkaPlugin.Major >= 12;
            if (!old || gone)
            {
                yield return new Finding(Severity.Error, "wrong-type", "`partitioner` must be `round_robin` or the name of a class; leave it out for Kafka's own choice.") { Path = $"{path}.partitioner" };
            }
            else
            {
                yield return new Finding(Severity.Warning, "deprecated-value", $"`partitioner: {partitioner}` no longer exists from Logstash 9.5 on; leave it out.") { Path = $"{path}.partitioner" };
            }
        }

        if (Text(options, "value_serializer") is { } serializer
            && serializer is not (Serialization + "StringSerializer" or Serialization + "ByteArraySerializer")
            && !Quoting.HasPlaceholder(serializer))
        {
            yield return new Finding(
                Severity.Error, "wrong-type", $"`value_serializer` must be {Serialization}StringSerializer or {Serialization}ByteArraySerializer, in full; leave it out for the first.")
            {
                Path = $"{path}.value_serializer",
            };
        }

        if (Text(options, "client_dns_lookup") == "default")
        {
            yield return OldLookup(path);
        }
    }

    private static Finding Conflict(string path, string name, string what) => new(Severity.Error, "conflicting-options", $"`{name}` {what}.") { Path = $"{path}.{name}" };

    private static Finding OldLookup(string path) =>
        new(Severity.Warning, "deprecated-value", "`client_dns_lookup: default` is taken for `use_all_dns_ips`; write that, or leave it out.") { Path = $"{path}.client_dns_lookup" };

    private static string? Text(IReadOnlyDictionary<string, JsonElement> options, string name) =>
        options.TryGetValue(name, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number ? value.ToString() : null;
}
