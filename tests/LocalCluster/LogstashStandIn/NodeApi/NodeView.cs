using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.LogstashStandIn.Pipelines;
using KafkaLogstash.LocalCluster.LogstashStandIn.Settings;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.NodeApi;

/// <summary>The bodies of the node API, made of what the agent knows at the moment.</summary>
internal sealed class NodeView(NodeSettings settings, Agent agent, string address)
{
    private readonly string _id = Guid.NewGuid().ToString();
    private readonly string _ephemeralId = Guid.NewGuid().ToString();
    private readonly PipelineSettings _defaults = PipelineSettings.Of(settings.Given, "");

    /// <summary>What stands at the top of every answer.</summary>
    public JsonObject Header() => new()
    {
        ["host"] = settings.NodeName,
        ["version"] = settings.Surroundings.Version.ToString(),
        ["http_address"] = address,
        ["id"] = _id,
        ["name"] = settings.NodeName,
        ["ephemeral_id"] = _ephemeralId,
        ["snapshot"] = false,
        ["status"] = Colour(),
        ["pipeline"] = new JsonObject
        {
            ["workers"] = _defaults.Workers,
            ["batch_size"] = _defaults.BatchSize,
            ["batch_delay"] = (int)_defaults.BatchDelay.TotalMilliseconds,
        },
    };

    /// <summary>The worst colour of all pipelines; green where there is none.</summary>
    public string Colour() => agent.Pipelines.Values.Select(Colour).OfType<HealthColour>().DefaultIfEmpty().Max().ToString().ToLowerInvariant();

    /// <summary>The settings of one pipeline.</summary>
    public JsonObject Describe(RunningPipeline pipeline) => new()
    {
        ["ephemeral_id"] = pipeline.EphemeralId,
        ["hash"] = pipeline.Program.Settings.Hash,
        ["workers"] = pipeline.Program.Settings.Workers,
        ["batch_size"] = pipeline.Program.Settings.BatchSize,
        ["batch_delay"] = (int)pipeline.Program.Settings.BatchDelay.TotalMilliseconds,
        ["config_reload_automatic"] = settings.ReloadAutomatically,
        ["config_reload_interval"] = (long)settings.ReloadInterval.TotalNanoseconds,
        ["dead_letter_queue_enabled"] = false,
    };

    /// <summary>The counters of one pipeline. One that could not be started has its reloads alone.</summary>
    public static JsonObject Count(PipelineRecord pipeline)
    {
        var body = new JsonObject { ["reloads"] = Count(pipeline.Reloads) };
        if (pipeline.Running is not { } running)
        {
            return body;
        }

        body["events"] = Count(running.Metrics);
        body["flow"] = new JsonObject();
        body["plugins"] = new JsonObject
        {
            ["inputs"] = List(running.Program.Inputs, plugin => new JsonObject { ["out"] = plugin.Out, ["queue_push_duration_in_millis"] = 0 }),
            ["codecs"] = new JsonArray(),
            ["filters"] = List(running.Program.AllFilters, InAndOut),
            ["outputs"] = List(running.Program.AllOutputs, InAndOut),
        };
        body["queue"] = new JsonObject
        {
            ["type"] = running.Program.Settings.QueueType,
            ["events_count"] = running.Queued,
            ["queue_size_in_bytes"] = 0,
            ["max_queue_size_in_bytes"] = 0,
        };
        body["hash"] = running.Program.Settings.Hash;
        body["ephemeral_id"] = running.EphemeralId;
        return body;
    }

    /// <summary>The counters of all pipelines together.</summary>
    public JsonObject CountEvents()
    {
        var all = agent.Running.Select(pipeline => pipeline.Metrics).ToList();
        return Events(all.Sum(metrics => metrics.In), all.Sum(metrics => metrics.Filtered), all.Sum(metrics => metrics.Out));
    }

    /// <summary>How the reloads of all pipelines went.</summary>
    public JsonObject CountReloads() => new() { ["successes"] = agent.Reloads.Successes, ["failures"] = agent.Reloads.Failures };

    /// <summary>What Logstash would say of its Java machine, as far as a .NET process has it.</summary>
    public static JsonObject DescribeMemory()
    {
        var memory = GC.GetGCMemoryInfo();
        return new JsonObject
        {
            ["threads"] = new JsonObject { ["count"] = ThreadPool.ThreadCount, ["peak_count"] = ThreadPool.ThreadCount },
            ["mem"] = new JsonObject
            {
                ["heap_used_in_bytes"] = memory.HeapSizeBytes,
                ["heap_max_in_bytes"] = memory.TotalAvailableMemoryBytes,
                ["heap_used_percent"] = memory.TotalAvailableMemoryBytes == 0 ? 0 : 100 * memory.HeapSizeBytes / memory.TotalAvailableMemoryBytes,
            },
        };
    }

    /// <summary>The health report's indicators. A pipeline that never started is not in it, as in Logstash.</summary>
    public JsonObject DescribeHealth()
    {
        var indicators = new JsonObject();
        foreach (var pipeline in agent.Pipelines.Values)
        {
            if (Colour(pipeline) is { } colour)
            {
                indicators[pipeline.Id] = new JsonObject
                {
                    ["status"] = colour.ToString().ToLowerInvariant(),
                    ["symptom"] = colour == HealthColour.Green ? "The pipeline is healthy" : "The pipeline is not running",
                    ["details"] = new JsonObject
                    {
                        ["status"] = new JsonObject { ["state"] = (pipeline.Running?.State.ToString() ?? "unknown").ToUpperInvariant() },
                    },
                };
            }
        }

        return new JsonObject
        {
            ["pipelines"] = new JsonObject { ["status"] = Colour(), ["symptom"] = $"{indicators.Count} indicators", ["indicators"] = indicators },
        };
    }

    private static HealthColour? Colour(PipelineRecord pipeline) => pipeline switch
    {
        { Running: null, AppliedHash: null } => null,
        { Running: null } => HealthColour.Unknown,
        { Running.State: PipelineState.Running } => HealthColour.Green,
        { Running.State: PipelineState.Terminated } => HealthColour.Red,
        _ => HealthColour.Yellow,
    };

    private static JsonObject Count(PipelineMetrics metrics) => Events(metrics.In, metrics.Filtered, metrics.Out);

    private static JsonObject Events(long @in, long filtered, long @out) => new()
    {
        ["in"] = @in,
        ["filtered"] = filtered,
        ["out"] = @out,
        ["duration_in_millis"] = 0,
        ["queue_push_duration_in_millis"] = 0,
    };

    private static JsonObject Count(ReloadMetrics reloads) => new()
    {
        ["successes"] = reloads.Successes,
        ["failures"] = reloads.Failures,
        ["last_error"] = reloads.LastError is { } error ? new JsonObject { ["message"] = error, ["backtrace"] = new JsonArray() } : null,
        ["last_success_timestamp"] = reloads.LastSuccess?.UtcDateTime.ToString("O"),
        ["last_failure_timestamp"] = reloads.LastFailure?.UtcDateTime.ToString("O"),
    };

    private static JsonObject InAndOut(PluginMetrics plugin) => new() { ["in"] = plugin.In, ["out"] = plugin.Out, ["duration_in_millis"] = 0 };

    private static JsonArray List<TPlugin>(IEnumerable<Placed<TPlugin>> plugins, Func<PluginMetrics, JsonObject> count) => new(
    [
        .. plugins.Select(plugin => new JsonObject
        {
            ["id"] = plugin.Metrics.Id,
            ["name"] = plugin.Metrics.Name,
            ["events"] = count(plugin.Metrics),
        }),
    ]);
}
