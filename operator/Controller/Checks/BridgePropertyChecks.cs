using System.Collections.Frozen;
using System.Text.Json.Nodes;
using KafkaLogstash.Api;
using KafkaLogstash.Api.Yaml;
using KafkaLogstash.Kafka.Catalogue;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Catalogue;

namespace KafkaLogstash.Controller.Checks;

/// <summary>Checks what is set of Kafka's clients against the bridge's, which are librdkafka's.</summary>
internal static class BridgePropertyChecks
{
    /// <summary>The code of findings about what a bridge has no use for.</summary>
    public const string NotWithBridge = "not-with-bridge";

    /// <summary>Properties that the bridge depends on and sets itself. Those of security, the group and acknowledgements are refused with every transport.</summary>
    private static readonly FrozenDictionary<string, string> SetByBridge = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["partition.assignment.strategy"] = "the bridge's consumers share partitions by cooperative-sticky",
        ["enable.partition.eof"] = "the bridge has no use for it",
        ["auto.commit.enable"] = "the bridge commits offsets once Logstash has acknowledged",
        ["enable.idempotence"] = "the bridge's producer is idempotent with spec.output.acks all",
        ["message.timeout.ms"] = "the sink waits half a minute for Kafka; who sends comes again",
        ["delivery.timeout.ms"] = "the sink waits half a minute for Kafka; who sends comes again",
        ["queue.buffering.max.messages"] = "the sink bounds what waits for Kafka by bytes",
        ["queue.buffering.max.kbytes"] = "the sink bounds what waits for Kafka by bytes",
        ["transactional.id"] = "the bridge's producer takes part in no transactions",
        ["transaction.timeout.ms"] = "the bridge's producer takes part in no transactions",
        ["delivery.report.only.error"] = "the bridge acknowledges what Kafka reports to be written",
        ["enable.gapless.guarantee"] = "one event that Kafka does not take would end the producer, and with it what others have sent",
        ["queuing.strategy"] = "the bridge writes events in their order",
        ["offset.store.method"] = "the bridge's offsets are kept by Kafka",
        ["offset.store.path"] = "the bridge's offsets are kept by Kafka",
        ["enabled_events"] = "the bridge takes what its client tells by callbacks",
        ["log.queue"] = "the bridge takes what its client logs by a callback",
        ["internal.termination.signal"] = "the bridge's process has signals of its own",
        ["builtin.features"] = "it only tells what the client can do",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What does the work of an option of Logstash's kafka plugins, where it is no property of librdkafka's with the same name.</summary>
    private static readonly FrozenDictionary<string, string> Instead = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["max_poll_records"] = "use spec.bridge.source.windowSize",
        ["enable_auto_commit"] = "the bridge commits offsets once Logstash has acknowledged",
        ["partition_assignment_strategy"] = "the bridge's consumers share partitions by cooperative-sticky",
        ["consumer_threads"] = "use spec.bridge.replicas",
        ["poll_timeout_ms"] = "the bridge has no use for it",
        ["isolation_level"] = "write it into spec.kafka.properties as isolation.level",
        ["auto_create_topics"] = "write it into spec.kafka.properties as allow.auto.create.topics",
        ["max_request_size"] = "write it into spec.kafka.properties as message.max.bytes",
        ["buffer_memory"] = "the sink bounds what waits for Kafka by itself",
        ["message_headers"] = "the bridge writes no headers: put the values into the event",
        ["add_field"] = "write a mutate filter",
        ["tags"] = "write a mutate filter with add_tag",
        ["type"] = "write a mutate filter with add_field",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Checks.</summary>
    public static IEnumerable<ConnectionFinding> Run(ConnectionSpec spec) =>
        spec.Kafka.Properties.Select(property => Check(spec, property.Key, property.Value)).OfType<ConnectionFinding>()
            .Concat(Options(spec.Input?.Options, "spec.input.options", "input"))
            .Concat(Options(spec.Output?.Options, "spec.output.options", "output"));

    private static ConnectionFinding? Check(ConnectionSpec spec, string name, string value)
    {
        var field = FieldPaths.Child("spec.kafka.properties", name);
        if (SetByBridge.TryGetValue(name, out var reason))
        {
            return new ConnectionFinding(Severity.Error, "refused-property", field, $"can't be set here: {reason}.");
        }

        if (!LibrdkafkaCatalogue.Properties.TryGetValue(name, out var property))
        {
            var hint = NearestName.Find(name, LibrdkafkaCatalogue.Properties.Keys) is { } near ? $" Did you mean {near}?" : "";
            return new ConnectionFinding(
                Severity.Error, "unknown-property", field, $"the bridge's Kafka client, librdkafka, has no such property; names of Java's client are not all its own.{hint} Leave it out.");
        }

        if (property.Problem(value) is { } problem)
        {
            return new ConnectionFinding(Severity.Error, "invalid-property", field, $"{problem}.");
        }

        return property.Owner switch
        {
            PropertyOwner.Consumer when spec.Input is null => NoEffect("consumer", "input"),
            PropertyOwner.Producer when spec is { Output: null, Bridge.Source.DeadLetterTopic: "" } => NoEffect("producer", "output"),
            _ => null,
        };

        ConnectionFinding NoEffect(string client, string direction) =>
            new(Severity.Warning, "no-effect", field, $"only a {client} has this property, and this connection has no {direction}: it has no effect.");
    }

    private static IEnumerable<ConnectionFinding> Options(JsonObject? options, string field, string plugin) => (options ?? []).Select(option =>
    {
        var property = option.Key.Replace('_', '.');
        var instead = Instead.TryGetValue(option.Key, out var known) ? known
            : SetByBridge.TryGetValue(property, out var reason) ? reason
            : LibrdkafkaCatalogue.Properties.ContainsKey(property) ? $"write it into spec.kafka.properties as {property}"
            : "remove it";
        return new ConnectionFinding(
            Severity.Error, NotWithBridge, FieldPaths.Child(field, option.Key), $"with transport: Bridge there is no kafka {plugin} in Logstash that could have this option: {instead}.");
    });
}
