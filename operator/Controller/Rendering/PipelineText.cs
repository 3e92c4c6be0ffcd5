using System.Collections.Immutable;
using System.Text.Json;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Observation;
using KafkaLogstash.Controller.References;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Catalogue;
using KafkaLogstash.Logstash.Syntax;
using KafkaLogstash.Logstash.Writing;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>Writes the pipeline of a connection: kafka input, the user's inputs, filters, kafka output, the user's outputs.</summary>
internal static class PipelineText
{
    /// <summary>The file's name in the pipeline's folder.</summary>
    public const string FileName = "pipeline.conf";

    /// <summary>Writes the pipeline.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="references">The ConfigMaps it names.</param>
    /// <param name="kafka">Where Kafka is, and how to log in.</param>
    /// <returns>Text and digest, or problems.</returns>
    public static PipelineTextResult Write(KafkaLogstashConnection connection, ResolvedReferences references, LogstashKafkaOptions kafka)
    {
        // The digest is of the text without digest: it stands in the text itself.
        var digest = PipelineDigest.Of(Compose(connection, references, kafka, digest: null).Draft);
        var written = Compose(connection, references, kafka, digest).Build();
        return written.Text is null
            ? new PipelineTextResult(null, "", [.. written.Refusals.Select(refusal => Problem(refusal))])
            : new PipelineTextResult(written.Text, digest, []);
    }

    private static ConfigBuilder Compose(KafkaLogstashConnection connection, ResolvedReferences references, LogstashKafkaOptions kafka, string? digest)
    {
        var spec = connection.Spec;
        var pipeline = spec.Pipeline;
        var builder = new ConfigBuilder(SettingsFile.SupportsEscapes(spec.Logstash.Config))
            .Comment($"Made by the Kafka–Logstash Operator for the KafkaLogstashConnection {connection.Metadata.NamespaceProperty}/{connection.Metadata.Name}.")
            .Comment("Changes made here are overwritten: change the connection instead.");

        builder.Section(SectionKind.Input, items =>
        {
            if (spec.Input is { } input)
            {
                items.Comment("spec.input").Plugin("kafka", plugin => KafkaInput(plugin, connection, input, kafka, digest));
            }

            Bodies(items, SectionKind.Input, PipelineSection.Inputs, "spec.pipeline.inputs", pipeline.Inputs, pipeline, references);
        });
        builder.Section(SectionKind.Filter, items =>
            Bodies(items, SectionKind.Filter, PipelineSection.Filter, "spec.pipeline.filter", pipeline.Filter, pipeline, references));
        builder.Section(SectionKind.Output, items =>
        {
            if (spec.Output is { } output)
            {
                void Write(ItemsBuilder place) => place.Plugin("kafka", plugin => KafkaOutput(plugin, connection, output, kafka, digest));
                items.Comment("spec.output");
                if (string.IsNullOrWhiteSpace(output.When))
                {
                    Write(items);
                }
                else if (LogstashConfig.ParseCondition(output.When).Node is { } condition)
                {
                    items.If(condition, Write);
                }
            }

            Bodies(items, SectionKind.Output, PipelineSection.Outputs, "spec.pipeline.outputs", pipeline.Outputs, pipeline, references);
        });

        return builder;
    }

    private static void KafkaInput(PluginBuilder plugin, KafkaLogstashConnection connection, InputSpec input, LogstashKafkaOptions kafka, string? digest)
    {
        Identity(plugin, "kafka-input", connection, input.Options, digest);
        Security(plugin, kafka);
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
        Codec(plugin, input.Codec);
        Options(plugin, input.Options, connection.Spec, KafkaPluginKind.Input);
    }

    private static void KafkaOutput(PluginBuilder plugin, KafkaLogstashConnection connection, OutputSpec output, LogstashKafkaOptions kafka, string? digest)
    {
        Identity(plugin, "kafka-output", connection, output.Options, digest);
        Security(plugin, kafka);
        plugin.Attribute("topic_id", ConfigValue.Text(output.TopicId));
        if (!string.IsNullOrEmpty(output.MessageKey))
        {
            plugin.Attribute("message_key", ConfigValue.Text(output.MessageKey));
        }

        plugin.Attribute("acks", ConfigValue.Text(WireName.Of(output.Acks)))
            .Attribute("compression_type", ConfigValue.Text(WireName.Of(output.CompressionType)));
        Codec(plugin, output.Codec);
        Options(plugin, output.Options, connection.Spec, KafkaPluginKind.Output);
    }

    private static void Identity(PluginBuilder plugin, string name, KafkaLogstashConnection connection, System.Text.Json.Nodes.JsonObject? options, string? digest)
    {
        plugin.Attribute("id", ConfigValue.Text(digest is null ? name : PipelineDigest.PluginId(name, digest)));
        if (options?.ContainsKey("client_id") != true && !connection.Spec.Kafka.Properties.ContainsKey("client.id"))
        {
            plugin.Attribute("client_id", ConfigValue.Text($"{connection.Metadata.NamespaceProperty}-{connection.Metadata.Name}"));
        }
    }

    private static void Security(PluginBuilder plugin, LogstashKafkaOptions kafka)
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

    private static void Codec(PluginBuilder plugin, string codec)
    {
        if (LogstashConfig.ParseValue(codec).Node is { } value)
        {
            plugin.Attribute("codec", ConfigValue.Syntax(value));
        }
        else
        {
            plugin.Attribute("codec", ConfigValue.Text(codec));
        }
    }

    private static void Options(PluginBuilder plugin, System.Text.Json.Nodes.JsonObject? options, ConnectionSpec spec, KafkaPluginKind kind)
    {
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

    private static void Bodies(
        ItemsBuilder items, SectionKind kind, PipelineSection section, string field, string text, PipelineSpec pipeline, ResolvedReferences references)
    {
        items.Body(kind, field, text);
        foreach (var reference in pipeline.ConfigMaps.Where(reference => reference.Section == section))
        {
            items.Body(
                kind,
                $"spec.pipeline.configMaps: {reference.Name}, key {reference.Key}",
                references.Text(ReferenceKind.ConfigMap, reference.Name, reference.Key) ?? "");
        }
    }

    private static RenderProblem Problem(WriteRefusal refusal) => new(
        refusal.Path.TrimStart('.'),
        refusal.Message,
        refusal.Errors.Count > 0 ? refusal.Errors[0].CaretText : null);
}

/// <summary>The text of a pipeline, or problems.</summary>
/// <param name="Text">The text; null exactly when there are problems.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Problems">What the user has to mend.</param>
internal sealed record PipelineTextResult(string? Text, string Digest, ImmutableArray<RenderProblem> Problems);
