using KafkaLogstash.LocalCluster.LogstashStandIn.Events;
using KafkaLogstash.LocalCluster.LogstashStandIn.Plugins;
using KafkaLogstash.LocalCluster.LogstashStandIn.Settings;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Pipelines;

/// <summary>A plugin with its counters.</summary>
internal sealed record Placed<TPlugin>(TPlugin Plugin, PluginMetrics Metrics);

/// <summary>A step of the filter or output section.</summary>
internal abstract record Step<TPlugin>
{
    private Step()
    {
    }

    /// <summary>A plugin.</summary>
    public sealed record Use(Placed<TPlugin> Placed) : Step<TPlugin>;

    /// <summary>Conditions with their blocks, of which the first that holds runs; the last may always hold.</summary>
    public sealed record Branch(IReadOnlyList<(Func<LogEvent, bool> Holds, IReadOnlyList<Step<TPlugin>> Steps)> Arms) : Step<TPlugin>;

    /// <summary>The plugins that an event meets, in order; conditions are asked when their turn comes.</summary>
    public static IEnumerable<Placed<TPlugin>> Walk(IReadOnlyList<Step<TPlugin>> steps, LogEvent logEvent)
    {
        foreach (var step in steps)
        {
            if (step is Use use)
            {
                yield return use.Placed;
            }
            else if (step is Branch branch)
            {
                foreach (var placed in Walk(branch.Arms.FirstOrDefault(arm => arm.Holds(logEvent)).Steps ?? [], logEvent))
                {
                    yield return placed;
                }
            }
        }
    }
}

/// <summary>A compiled pipeline: plugins are made and their options are checked, nothing is registered yet.</summary>
internal sealed record PipelineProgram(
    PipelineSettings Settings,
    IReadOnlyList<Placed<IInput>> Inputs,
    IReadOnlyList<Step<IFilter>> Filters,
    IReadOnlyList<Step<IOutput>> Outputs,
    IReadOnlyList<Placed<IFilter>> AllFilters,
    IReadOnlyList<Placed<IOutput>> AllOutputs) : IAsyncDisposable
{
    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var input in Inputs)
        {
            await input.Plugin.DisposeAsync();
        }

        foreach (var output in AllOutputs)
        {
            await output.Plugin.DisposeAsync();
        }
    }
}
