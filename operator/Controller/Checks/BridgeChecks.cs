using System.Text.RegularExpressions;
using KafkaLogstash.Api;
using KafkaLogstash.Api.Yaml;
using KafkaLogstash.Bridging;
using KafkaLogstash.Controller.Rendering;
using KafkaLogstash.Controller.Rendering.Bridges;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Patterns;

namespace KafkaLogstash.Controller.Checks;

/// <summary>What can be said about a connection with the transport Bridge without asking anybody.</summary>
internal static partial class BridgeChecks
{
    private const string NotWithBridge = BridgePropertyChecks.NotWithBridge;

    /// <summary>Codecs of records that are not text. Lumberjack carries JSON, and JSON carries text.</summary>
    private static readonly string[] BinaryCodecs = ["avro", "cloudfront", "collectd", "compress_spooler", "fluent", "gzip_lines", "msgpack", "netflow", "protobuf", "sflow"];

    /// <summary>Checks.</summary>
    public static IEnumerable<ConnectionFinding> Run(KafkaLogstashConnection connection)
    {
        var spec = connection.Spec;
        return BridgePropertyChecks.Run(spec)
            .Concat(spec.Input is { } input ? Input(spec, input) : [])
            .Concat(spec.Output is { } output ? Output(spec, output).Concat(Sink(spec)) : [])
            .Concat(Ports(spec));
    }

    private static IEnumerable<ConnectionFinding> Input(ConnectionSpec spec, InputSpec input)
    {
        if (input.ConsumerThreads != new InputSpec().ConsumerThreads)
        {
            yield return Warning("no-effect", "spec.input.consumerThreads", "it has no effect with transport: Bridge, where each bridge pod is one consumer: set spec.bridge.replicas.");
        }

        if (input.TopicsPattern is { } pattern && SubscriptionPattern.Problem(pattern) is { } problem)
        {
            yield return At(Error(NotWithBridge, "spec.input.topicsPattern", problem.Message), problem.Position);
        }

        var name = CodecName(input.Codec);
        if (spec.Logstash.External is not null)
        {
            if (input.Codec.Trim() is not ("json" or "plain"))
            {
                yield return Error(
                    NotWithBridge,
                    "spec.input.codec",
                    "towards a Logstash that is not the operator's the bridge reads records itself, as json or as plain; write plain, and the codec into that Logstash's beats input.");
            }
        }
        else if (BinaryCodecs.Contains(name, StringComparer.Ordinal))
        {
            yield return Error(
                NotWithBridge, "spec.input.codec", $"{name} is for records that are not text, and the bridge hands records to Logstash as text. Use transport: Native for this connection.");
        }
        else if (name == "multiline")
        {
            yield return Error(NotWithBridge, "spec.input.codec", "the beats input, which takes what the bridge sends, refuses the codec multiline. Use transport: Native, or join lines before they are written to Kafka.");
        }
        else if (Charset().Match(input.Codec) is { Success: true } charset && !charset.Groups["name"].Value.Equals("UTF-8", StringComparison.OrdinalIgnoreCase))
        {
            yield return Error(
                NotWithBridge, "spec.input.codec", $"the bridge reads records as UTF-8, so that nothing is left for charset {charset.Groups["name"].Value}. Use transport: Native for this connection.");
        }
    }

    private static IEnumerable<ConnectionFinding> Output(ConnectionSpec spec, OutputSpec output)
    {
        if (!EventPattern.TryParseTopic(output.TopicId, out var topic, out var topicError))
        {
            yield return At(Error("invalid-pattern", "spec.output.topicId", topicError.Message), topicError.Position);
        }

        EventPattern? key = null;
        if (!string.IsNullOrEmpty(output.MessageKey) && !EventPattern.TryParse(output.MessageKey, out key, out var keyError))
        {
            yield return At(Error("invalid-pattern", "spec.output.messageKey", keyError.Message), keyError.Position);
        }

        foreach (var (field, pattern) in new[] { ("spec.output.topicId", topic), ("spec.output.messageKey", key) })
        {
            if (pattern?.References.FirstOrDefault(reference => reference.StartsWith("[@metadata]", StringComparison.Ordinal)) is { } reference)
            {
                yield return At(
                    Error(NotWithBridge, field, $"{reference} never reaches the bridge: Logstash sends events without @metadata. Copy the value into a field with a mutate filter and name that."),
                    pattern.Text.IndexOf("@metadata", StringComparison.Ordinal) + 1);
            }

            if (pattern?.Text.Contains("${", StringComparison.Ordinal) == true)
            {
                yield return At(
                    Error(NotWithBridge, field, "the bridge knows nothing of Logstash's environment variables. Put the value into a field with a mutate filter and name that."),
                    pattern.Text.IndexOf("${", StringComparison.Ordinal) + 1);
            }
        }

        foreach (var (index, allowed) in spec.Bridge.Sink.AllowedTopics.Index())
        {
            if (topic is { IsConstant: false } && spec.Logstash.External is null && !topic.CanName(allowed))
            {
                yield return Warning("no-effect", FieldPaths.Item("spec.bridge.sink.allowedTopics", index), $"spec.output.topicId can't name '{allowed}', so only senders that name it themselves can write to it.");
            }
        }

        if (output.Codec.Trim() != "json")
        {
            yield return Error(NotWithBridge, "spec.output.codec", "Logstash sends events to the bridge as JSON, and the bridge writes them as they come: write json, or use transport: Native.");
        }

        if (spec.Logstash.External is not null && !string.IsNullOrWhiteSpace(output.When))
        {
            yield return Warning("no-effect", "spec.output.when", "it has no effect on a Logstash that is not the operator's: write the condition there.");
        }
    }

    private static IEnumerable<ConnectionFinding> Sink(ConnectionSpec spec)
    {
        var sink = spec.Bridge.Sink;
        if (spec.Logstash.External is null)
        {
            if (sink is { LumberjackPort: not null, Tls: null })
            {
                yield return Error(
                    "needs-certificate",
                    "spec.bridge.sink.lumberjackPort",
                    "needs spec.bridge.sink.tls: the certificates that the operator makes are for its own Logstash, and others could show none.");
            }

            yield break;
        }

        if (sink.Tls is null)
        {
            yield return Warning(
                "plain-text",
                "spec.bridge.sink.tls",
                sink.Authentication is null
                    ? "without it events cross the network in plain text, and everybody who reaches the sink can write to Kafka."
                    : "without it events and passwords cross the network in plain text.");
        }
        else if (sink is { Authentication: null, Tls.TrustedClientCertificates.Count: 0 })
        {
            yield return Warning(
                "open-sink", "spec.bridge.sink", "everybody who reaches the sink can write to Kafka: set authentication or tls.trustedClientCertificates.");
        }
    }

    private static IEnumerable<ConnectionFinding> Ports(ConnectionSpec spec)
    {
        if (spec.Input is null)
        {
            yield break;
        }

        foreach (var (index, port) in spec.Logstash.Ports.Index())
        {
            var field = FieldPaths.Item("spec.logstash.ports", index);
            if (port.EffectiveTargetPort() == BridgeDefaults.BeatsPort && port.Protocol == "TCP")
            {
                yield return Error("port-taken", $"{field}.targetPort", $"port {BridgeDefaults.BeatsPort} of Logstash pods belongs to the beats input for the bridge: choose another targetPort.");
            }

            if (port.Name == LogstashDeployment.BeatsPort)
            {
                yield return Error("port-taken", $"{field}.name", $"the name {LogstashDeployment.BeatsPort} belongs to the beats input for the bridge: choose another.");
            }
        }
    }

    private static string CodecName(string codec) => codec.Split(['{', ' ', '\n', '\t'], 2)[0];

    private static ConnectionFinding At(ConnectionFinding finding, int position) => finding with { Line = 1, Column = position, Length = 1 };

    private static ConnectionFinding Warning(string code, string field, string message) => new(Severity.Warning, code, field, message);

    private static ConnectionFinding Error(string code, string field, string message) => new(Severity.Error, code, field, message);

    [GeneratedRegex("""charset\s*=>\s*["'](?<name>[^"']*)["']""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Charset();
}
