using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.Api;
using KafkaLogstash.Logstash.Settings;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>Makes the <c>logstash.yml</c> of a connection.</summary>
internal static class SettingsFile
{
    /// <summary>The file's name in the settings folder.</summary>
    public const string FileName = "logstash.yml";

    private const string EscapesSetting = "config.support_escapes";

    /// <summary>Whether the user has switched Logstash's escapes in strings on.</summary>
    public static bool SupportsEscapes(JsonObject? config) =>
        Users(config).Any(setting => setting.Key == EscapesSetting && setting.Value.ToString() is "True" or "true");

    /// <summary>Writes the settings. What the user gives in <c>spec.logstash.config</c> stands with them; the operator's own names are refused there.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="reloadsInPlace">Whether Logstash watches its pipeline and reloads it.</param>
    public static string Write(ConnectionSpec spec, bool reloadsInPlace)
    {
        var pipeline = spec.Pipeline;
        var settings = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal)
        {
            ["path.data"] = PodPaths.Data,
            ["path.logs"] = PodPaths.Logs,
            ["path.config"] = $"{PodPaths.Pipeline}/*.conf",
            ["api.http.host"] = "0.0.0.0",
            ["api.http.port"] = PodPaths.ApiPort,
            ["pipeline.id"] = PodPaths.PipelineId,
            ["pipeline.batch.size"] = pipeline.BatchSize,
            ["pipeline.batch.delay"] = (long)Duration(pipeline.BatchDelay).TotalMilliseconds,
            ["pipeline.ecs_compatibility"] = WireName.Of(pipeline.EcsCompatibility),
            ["queue.type"] = WireName.Of(pipeline.Queue.Type),
            ["config.reload.automatic"] = reloadsInPlace,
        };
        if (pipeline.Workers is { } workers)
        {
            settings["pipeline.workers"] = workers;
        }

        if (pipeline.Queue.Type == QueueType.Persisted)
        {
            settings["queue.max_bytes"] = Size(pipeline.Queue.MaxBytes).ToLogstash();

            // The volume goes with the pod, so a pod empties its queue before it ends (docs/decisions/0004).
            settings["queue.drain"] = true;
        }

        if (pipeline.DeadLetterQueue.Enabled)
        {
            settings["dead_letter_queue.enable"] = true;
            settings["dead_letter_queue.max_bytes"] = Size(pipeline.DeadLetterQueue.MaxBytes).ToLogstash();
        }

        foreach (var (name, value) in Users(spec.Logstash.Config))
        {
            if (JsonSerializer.SerializeToNode(value) is { } node)
            {
                settings[name] = node;
            }
        }

        return "# Made by the Kafka–Logstash Operator. Changes made here are overwritten: change the connection instead.\n" + SettingsFiles.LogstashYaml(settings);
    }

    /// <summary>A size of the spec; validation has refused what is none.</summary>
    public static ByteSize Size(string quantity) => ByteSize.TryParseQuantity(quantity, out var size)
        ? size
        : throw new ArgumentException($"'{quantity}' is no quantity of bytes.", nameof(quantity));

    private static TimeSpan Duration(string text) => Durations.TryParse(text, out var duration)
        ? duration
        : throw new ArgumentException($"'{text}' is no duration.", nameof(text));

    private static IEnumerable<KeyValuePair<string, JsonElement>> Users(JsonObject? config) =>
        LogstashSettings.Flatten((config ?? []).Select(setting => KeyValuePair.Create(setting.Key, JsonSerializer.SerializeToElement(setting.Value))));
}
