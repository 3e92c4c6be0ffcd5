using KafkaLogstash.Api;
using KafkaLogstash.Bridging;
using KafkaLogstash.Controller.Observation;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Writing;

namespace KafkaLogstash.Controller.Rendering.Bridges;

/// <summary>A beats input and an http output, with the bridge at their other ends.</summary>
/// <param name="connection">The connection.</param>
internal sealed class BridgePipelineEnds(KafkaLogstashConnection connection) : IPipelineEnds
{
    /// <summary>
    /// What is no fault of the events: the output comes again until it is mended. By itself it knows only 429 and most of 5xx, and drops events for the rest.
    /// 400 and 413 are not among them: there the sink has written what can be written.
    /// </summary>
    private static readonly int[] RetryableCodes = [401, 403, 404, 408, 421, 429, 500, 502, 503, 504];

    private static readonly (string Member, string Place)[] MisreadMembers = [("line", "line"), ("message", "message"), ("input", "[@metadata][input]")];

    private const string Misread = "[@metadata][kafka_logstash]";

    /// <summary>How long a connection may be without an event, seconds; the input's own minute would part it from the bridge in every pause.</summary>
    private const int InactivityTimeout = 600;

    /// <summary>Longer than the sink waits for Kafka, seconds: who gives up earlier sends twice.</summary>
    private const int RequestTimeout = 60;

    private readonly BridgePlan _plan = new(connection);

    /// <inheritdoc />
    public void Input(ItemsBuilder items, string? digest) => items.Plugin("beats", plugin =>
    {
        plugin.Attribute("id", Id("kafka-bridge-input", digest))
            .Attribute("port", ConfigValue.Number(BridgeDefaults.BeatsPort))
            .Attribute("ssl_enabled", ConfigValue.Boolean(true))
            .Attribute("ssl_certificate", File(BridgePaths.BeatsCertificateFile))
            .Attribute("ssl_key", File(BridgePaths.BeatsKeyFile))
            .Attribute("ssl_certificate_authorities", ConfigValue.Array([File(BridgePaths.BeatsTrustFile)]))
            .Attribute("ssl_client_authentication", ConfigValue.Text("required"))
            .Attribute("client_inactivity_timeout", ConfigValue.Number(InactivityTimeout))

            // Events are to be those of the kafka input: no tags, nothing about the sender.
            .Attribute("enrich", ConfigValue.Text("none"));
        if (_plan.BeatsCodec is { } codec)
        {
            PipelineText.Codec(plugin, codec);
        }
    });

    /// <inheritdoc />
    public void Filter(ItemsBuilder items)
    {
        if (connection.Spec.Input is null || _plan.BeatsCodec is not null || LogstashConfig.ParseCondition(Misread).Node is not { } condition)
        {
            return;
        }

        items.Comment("What the beats input would have misread goes back to its place.").If(condition, branch => branch.Plugin("mutate", plugin => plugin.Attribute(
            "rename",
            ConfigValue.Hash(MisreadMembers.Select(misread => KeyValuePair.Create($"{Misread}[{misread.Member}]", ConfigValue.Text(misread.Place)))))));
    }

    /// <inheritdoc />
    public void Output(ItemsBuilder items, string? digest) => items.Plugin("http", plugin =>
    {
        plugin.Attribute("id", Id("kafka-bridge-output", digest))
            .Attribute("url", ConfigValue.Text(_plan.SinkUrl + BridgeDefaults.EventsPath))
            .Attribute("http_method", ConfigValue.Text("post"))
            .Attribute("format", ConfigValue.Text("json_batch"))
            .Attribute("retryable_codes", ConfigValue.Array(RetryableCodes.Select(code => ConfigValue.Number(code))))
            .Attribute("request_timeout", ConfigValue.Number(RequestTimeout))
            .Attribute("socket_timeout", ConfigValue.Number(RequestTimeout))
            .Attribute("ssl_certificate_authorities", ConfigValue.Array([File(BridgePaths.OutputTrustFile)]));
        if (_plan.SinkAsksForCertificates)
        {
            plugin.Attribute("ssl_certificate", File(BridgePaths.OutputCertificateFile)).Attribute("ssl_key", File(BridgePaths.OutputKeyFile));
        }

        if (connection.Spec.Bridge.Sink.Authentication is { } login)
        {
            _ = login.BearerTokenFrom is null
                ? plugin.Attribute("user", ConfigValue.Placeholder(BridgePaths.UsernameVariable)).Attribute("password", ConfigValue.Placeholder(BridgePaths.PasswordVariable))
                : plugin.Attribute("headers", ConfigValue.Hash([new("Authorization", ConfigValue.Placeholder(BridgePaths.AuthorizationVariable))]));
        }
    });

    private static ConfigValue Id(string name, string? digest) => ConfigValue.Text(digest is null ? name : PipelineDigest.PluginId(name, digest));

    private static ConfigValue File(string name) => ConfigValue.Text($"{BridgePaths.InLogstash}/{name}");
}
