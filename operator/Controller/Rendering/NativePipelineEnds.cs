using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Observation;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Catalogue;
using KafkaLogstash.Logstash.Writing;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>Logstash's own kafka input and output.</summary>
/// <param name="connection">The connection.</param>
/// <param name="kafka">Where Kafka is, and how to log in.</param>
internal sealed class NativePipelineEnds(KafkaLogstashConnection connection, LogstashKafkaOptions kafka) : IPipelineEnds
{
    /// <inheritdoc />
    public void Input(ItemsBuilder items, string? digest)
    {
        if (connection.Spec.Input is { } input)
        {
            items.Plugin("kafka", plugin => KafkaInput(plugin, input, digest));
        }
    }

    /// <inheritdoc />
    public void Filter(ItemsBuilder items)
    {
        // The kafka input's events are as they should be.
    }

    /// <inheritdoc />
    public void Output(ItemsBuilder items, string? digest)
    {
        if (connection.Spec.Output is { } output)
        {
            items.Plugin("kafka", plugin => KafkaOutput(plugin, output, digest));
        }
    }

    private void KafkaInput(PluginBuilder plugin, InputSpec input, string? digest)
    {
        Identity(plugin, "kafka-input", input.Options, digest);
        Security(plugin);
        if (input.TopicsPattern is { } pattern)
        {
            plugin.Attribute("topics_pattern", ConfigValue.Text(pattern));
        }
        else
        {
            plugin.Attribute("topics", ConfigValue.Array((input.Topics ?? []).Select(topic => ConfigValue.Text(topic))));
        }

        plugin.Attribute("group_id", ConfigValue.Text(connection.GroupId()))
            .Attribute("consumer_threads", ConfigValue.Number(input.ConsumerThreads))
            .Attribute("auto_offset_reset", ConfigValue.Text(WireName.Of(input.AutoOffsetReset).ToLowerInvariant()));
        if (input.Options?.ContainsKey("enable_auto_commit") != true)
        {
            // Offsets are committed once Logstash's queue has the events, not by the clock: with a persisted queue that is at least once.
            plugin.Attribute("enable_auto_commit", ConfigValue.Boolean(false));
        }

        plugin.Attribute("decorate_events", ConfigValue.Text(WireName.Of(input.DecorateEvents)));
        PipelineText.Codec(plugin, input.Codec);
        Options(plugin, input.Options, KafkaPluginKind.Input);
    }

    private void KafkaOutput(PluginBuilder plugin, OutputSpec output, string? digest)
    {
        Identity(plugin, "kafka-output", output.Options, digest);
        Security(plugin);
        plugin.Attribute("topic_id", ConfigValue.Text(output.TopicId, allowPlaceholders: true));
        if (!string.IsNullOrEmpty(output.MessageKey))
        {
            plugin.Attribute("message_key", ConfigValue.Text(output.MessageKey, allowPlaceholders: true));
        }

        plugin.Attribute("acks", ConfigValue.Text(WireName.Of(output.Acks)))
            .Attribute("compression_type", ConfigValue.Text(WireName.Of(output.CompressionType)));
        PipelineText.Codec(plugin, output.Codec);
        Options(plugin, output.Options, KafkaPluginKind.Output);
    }

    private void Identity(PluginBuilder plugin, string name, JsonObject? options, string? digest)
    {
        plugin.Attribute("id", ConfigValue.Text(digest is null ? name : PipelineDigest.PluginId(name, digest)));
        if (options?.ContainsKey("client_id") != true && !connection.Spec.Kafka.Properties.ContainsKey("client.id"))
        {
            plugin.Attribute("client_id", ConfigValue.Text($"{connection.Metadata.NamespaceProperty}-{connection.Metadata.Name}"));
        }
    }

    private void Security(PluginBuilder plugin)
    {
        foreach (var (name, value) in kafka.Options)
        {
            plugin.Attribute(name, ConfigValue.Text(value));
        }

        if (kafka.JaasLine is not null)
        {
            plugin.Attribute("sasl_jaas_config", ConfigValue.Placeholder(LogstashKafkaOptions.JaasVariable));
        }
    }

    private void Options(PluginBuilder plugin, JsonObject? options, KafkaPluginKind kind)
    {
        var spec = connection.Spec;
        var catalogue = KafkaPluginCatalogue.For(LogstashVersion.Parse(spec.Logstash.Version), kind);
        foreach (var (name, value) in ClientProperties.For(spec.Kafka.Properties, catalogue, options))
        {
            plugin.Attribute(name, ConfigValue.Text(value));
        }

        foreach (var (name, value) in options ?? [])
        {
            plugin.Attribute(name, ConfigValue.FromJson(JsonSerializer.SerializeToElement(value)));
        }
    }
}
