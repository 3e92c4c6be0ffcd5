using System.Collections.Immutable;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Observation;
using KafkaLogstash.Controller.References;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Syntax;
using KafkaLogstash.Logstash.Writing;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>Writes the pipeline of a connection: the input from Kafka, the user's inputs, filters, the output to Kafka, the user's outputs.</summary>
internal static class PipelineText
{
    /// <summary>The file's name in the pipeline's folder.</summary>
    public const string FileName = "pipeline.conf";

    /// <summary>Writes the pipeline.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="references">The ConfigMaps it names.</param>
    /// <param name="ends">How it is joined to Kafka.</param>
    /// <returns>Text and digest, or problems.</returns>
    public static PipelineTextResult Write(KafkaLogstashConnection connection, ResolvedReferences references, IPipelineEnds ends)
    {
        // The digest is of the text without digest: it stands in the text itself.
        var digest = PipelineDigest.Of(Compose(connection, references, ends, digest: null).Draft);
        var written = Compose(connection, references, ends, digest).Build();
        return written.Text is null
            ? new PipelineTextResult(null, "", [.. written.Refusals.Select(refusal => Problem(refusal))])
            : new PipelineTextResult(written.Text, digest, []);
    }

    /// <summary>Writes a codec as a spec has it: a name, or a name with settings.</summary>
    public static void Codec(PluginBuilder plugin, string codec)
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

    private static ConfigBuilder Compose(KafkaLogstashConnection connection, ResolvedReferences references, IPipelineEnds ends, string? digest)
    {
        var spec = connection.Spec;
        var pipeline = spec.Pipeline;
        var builder = new ConfigBuilder(SettingsFile.SupportsEscapes(spec.Logstash.Config))
            .Comment($"Made by the Kafka–Logstash Operator for the KafkaLogstashConnection {connection.Metadata.NamespaceProperty}/{connection.Metadata.Name}.")
            .Comment("Changes made here are overwritten: change the connection instead.");

        builder.Section(SectionKind.Input, items =>
        {
            if (spec.Input is not null)
            {
                ends.Input(items.Comment("spec.input"), digest);
            }

            Bodies(items, SectionKind.Input, PipelineSection.Inputs, "spec.pipeline.inputs", pipeline.Inputs, pipeline, references);
        });
        builder.Section(SectionKind.Filter, items =>
        {
            ends.Filter(items);
            Bodies(items, SectionKind.Filter, PipelineSection.Filter, "spec.pipeline.filter", pipeline.Filter, pipeline, references);
        });
        builder.Section(SectionKind.Output, items =>
        {
            if (spec.Output is { } output)
            {
                void Write(ItemsBuilder place) => ends.Output(place, digest);
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
