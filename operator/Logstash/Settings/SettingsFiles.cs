using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace KafkaLogstash.Logstash.Settings;

/// <summary>
/// Writes <c>logstash.yml</c> and <c>pipelines.yml</c>: keys in order, texts always in double quotes, so that no YAML reader takes one for
/// something else.
/// </summary>
public static class SettingsFiles
{
    /// <summary>The settings that an entry of <c>pipelines.yml</c> may have; Logstash refuses the whole file for any other.</summary>
    public static IReadOnlySet<string> PipelineSettings { get; } = new[]
    {
        "config.debug", "config.string", "config.support_escapes", "dead_letter_queue.enable", "dead_letter_queue.flush_check_interval",
        "dead_letter_queue.flush_interval", "dead_letter_queue.max_bytes", "dead_letter_queue.retain.age", "dead_letter_queue.storage_policy",
        "metric.collect", "path.config", "path.dead_letter_queue", "path.queue", "pipeline.batch.delay", "pipeline.batch.metrics.sampling_mode",
        "pipeline.batch.output_chunking.growth_threshold_factor", "pipeline.batch.size", "pipeline.ecs_compatibility", "pipeline.id",
        "pipeline.ordered", "pipeline.plugin_classloaders", "pipeline.recoverable", "pipeline.reloadable", "pipeline.system", "pipeline.workers",
        "queue.checkpoint.acks", "queue.checkpoint.interval", "queue.checkpoint.retry", "queue.checkpoint.writes", "queue.compression", "queue.drain",
        "queue.max_bytes", "queue.max_events", "queue.page_capacity", "queue.type",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Writes <c>logstash.yml</c>.</summary>
    /// <param name="settings">Full names with plain values or lists.</param>
    /// <returns>The file's text.</returns>
    public static string LogstashYaml(IEnumerable<KeyValuePair<string, JsonNode>> settings) => Write(emitter => Mapping(emitter, settings));

    /// <summary>Writes <c>pipelines.yml</c>.</summary>
    /// <param name="pipelines">The settings of each pipeline.</param>
    /// <returns>The file's text.</returns>
    /// <exception cref="ArgumentException">There is no pipeline, or a setting is not one of <see cref="PipelineSettings"/>.</exception>
    public static string PipelinesYaml(IReadOnlyList<IReadOnlyDictionary<string, JsonNode>> pipelines)
    {
        ArgumentNullException.ThrowIfNull(pipelines);
        if (pipelines.Count == 0)
        {
            throw new ArgumentException("Logstash does not start with an empty pipelines.yml.", nameof(pipelines));
        }

        if (pipelines.SelectMany(pipeline => pipeline.Keys).FirstOrDefault(name => !PipelineSettings.Contains(name)) is { } unknown)
        {
            throw new ArgumentException($"The setting {unknown} can't stand in pipelines.yml.", nameof(pipelines));
        }

        return Write(emitter =>
        {
            emitter.Emit(new SequenceStart(null, null, true, SequenceStyle.Block));
            foreach (var pipeline in pipelines)
            {
                Mapping(emitter, pipeline);
            }

            emitter.Emit(new SequenceEnd());
        });
    }

    private static string Write(Action<Emitter> write)
    {
        using var text = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        write(emitter);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void Mapping(Emitter emitter, IEnumerable<KeyValuePair<string, JsonNode>> settings)
    {
        emitter.Emit(new MappingStart(null, null, true, MappingStyle.Block));
        foreach (var (name, value) in settings.OrderBy(setting => setting.Key, StringComparer.Ordinal))
        {
            emitter.Emit(new Scalar(null, null, name, name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted, true, true));
            Value(emitter, value);
        }

        emitter.Emit(new MappingEnd());
    }

    private static void Value(Emitter emitter, JsonNode? value)
    {
        switch (value)
        {
            case JsonArray list:
                emitter.Emit(new SequenceStart(null, null, true, SequenceStyle.Flow));
                foreach (var item in list)
                {
                    Value(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case JsonObject nested:
                Mapping(emitter, nested.Select(entry => KeyValuePair.Create(entry.Key, entry.Value!)));
                break;
            case null:
                emitter.Emit(new Scalar(null, null, "null", ScalarStyle.Plain, true, false));
                break;
            default:
                var isText = value.GetValueKind() == JsonValueKind.String;
                emitter.Emit(new Scalar(null, null, value.ToString(), isText ? ScalarStyle.DoubleQuoted : ScalarStyle.Plain, !isText, isText));
                break;
        }
    }
}
