using System.Security.Cryptography;
using System.Text;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Settings;

/// <summary>One pipeline as its sources have it: settings and text.</summary>
internal sealed record PipelineSettings
{
    /// <summary>The pipeline's id.</summary>
    public required string Id { get; init; }

    /// <summary>The config text; several files are joined by a line feed.</summary>
    public required string Text { get; init; }

    /// <summary>How many workers filter and send side by side.</summary>
    public required int Workers { get; init; }

    /// <summary>How many events a worker takes at most at a time.</summary>
    public required int BatchSize { get; init; }

    /// <summary>How long a worker waits for a batch to fill.</summary>
    public required TimeSpan BatchDelay { get; init; }

    /// <summary>Whether plugins use the field names of the Elastic Common Schema (<c>v1</c>, <c>v8</c>) or not (<c>disabled</c>).</summary>
    public required bool EcsCompatible { get; init; }

    /// <summary>Whether backslash escapes work in strings.</summary>
    public required bool SupportEscapes { get; init; }

    /// <summary><c>memory</c> or <c>persisted</c>. The stand-in keeps every queue in memory.</summary>
    public required string QueueType { get; init; }

    /// <summary>A digest of settings and text: what changes it makes Logstash reload the pipeline.</summary>
    public required string Hash { get; init; }

    /// <summary>Makes a pipeline of its settings and text.</summary>
    /// <exception cref="PipelineException">A setting has no possible value.</exception>
    public static PipelineSettings Of(IReadOnlyDictionary<string, string> settings, string text)
    {
        var sorted = settings.OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => $"{setting.Key}={setting.Value}\n");
        return new PipelineSettings
        {
            Id = settings.GetValueOrDefault("pipeline.id") ?? "main",
            Text = text,
            Workers = Number(settings, "pipeline.workers", Environment.ProcessorCount),
            BatchSize = Number(settings, "pipeline.batch.size", 125),
            BatchDelay = TimeSpan.FromMilliseconds(Number(settings, "pipeline.batch.delay", 50)),
            EcsCompatible = settings.GetValueOrDefault("pipeline.ecs_compatibility") != "disabled",
            SupportEscapes = settings.GetValueOrDefault("config.support_escapes") == "true",
            QueueType = settings.GetValueOrDefault("queue.type") ?? "memory",
            Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(sorted) + "\n" + text))),
        };
    }

    private static int Number(IReadOnlyDictionary<string, string> settings, string name, int fallback)
    {
        if (!settings.TryGetValue(name, out var text))
        {
            return fallback;
        }

        return int.TryParse(text, out var number) && number > 0
            ? number
            : throw new PipelineException($"Setting '{name}': '{text}' is no positive whole number.");
    }
}
