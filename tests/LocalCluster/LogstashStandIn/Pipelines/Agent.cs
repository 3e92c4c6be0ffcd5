using System.Collections.Immutable;
using KafkaLogstash.LocalCluster.LogstashStandIn.Settings;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Pipelines;

/// <summary>What the agent knows of one pipeline.</summary>
/// <param name="Id">Its id.</param>
internal sealed record PipelineRecord(string Id)
{
    /// <summary>The pipeline at work or ended; null where it could not be started.</summary>
    public RunningPipeline? Running { get; init; }

    /// <summary>The hash of the settings that were last put to work, even if they failed there; null where none ever were.</summary>
    public string? AppliedHash { get; init; }

    /// <summary>How its reloads went.</summary>
    public ReloadMetrics Reloads { get; init; } = new();
}

/// <summary>
/// Brings what runs in line with the sources, as Logstash's agent does: new pipelines are created (and tried again each time while that fails), changed ones
/// are checked first and then replaced, missing ones are stopped. A replacement that fails to register leaves its pipeline down until it changes again.
/// </summary>
internal sealed class Agent(NodeSettings settings, StandInLog log, TimeProvider time)
{
    private const string Logger = "logstash.agent";

    private ImmutableSortedDictionary<string, PipelineRecord> _pipelines = ImmutableSortedDictionary<string, PipelineRecord>.Empty;
    private ReloadMetrics _reloads = new();

    /// <summary>The pipelines by id, as they are now. Written by <see cref="ConvergeAsync"/> alone.</summary>
    public ImmutableSortedDictionary<string, PipelineRecord> Pipelines => Volatile.Read(ref _pipelines);

    /// <summary>How the reloads of all pipelines went.</summary>
    public ReloadMetrics Reloads => Volatile.Read(ref _reloads);

    /// <summary>Ends when every pipeline has ended.</summary>
    public Task Completion => Task.WhenAll(Running.Select(pipeline => pipeline.Completion));

    /// <summary>The pipelines that could be started.</summary>
    public IEnumerable<RunningPipeline> Running => Pipelines.Values.Select(pipeline => pipeline.Running).OfType<RunningPipeline>();

    /// <summary>Reads the sources and acts on what changed. Not to be called twice at a time.</summary>
    public async Task ConvergeAsync()
    {
        IReadOnlyList<PipelineSettings> wanted;
        try
        {
            wanted = PipelineSources.Read(settings);
        }
        catch (Exception e) when (e is PipelineException or IOException or UnauthorizedAccessException)
        {
            log.Error(Logger, $"Could not fetch all the sources: {e.Message}");
            return;
        }

        foreach (var gone in Pipelines.Values.Where(pipeline => wanted.All(settings => settings.Id != pipeline.Id)).ToList())
        {
            await EndAsync(gone.Running);
            Volatile.Write(ref _pipelines, _pipelines.Remove(gone.Id));
        }

        foreach (var pipeline in wanted)
        {
            var record = Pipelines.GetValueOrDefault(pipeline.Id) ?? new PipelineRecord(pipeline.Id);
            if (record.AppliedHash != pipeline.Hash)
            {
                Volatile.Write(ref _pipelines, _pipelines.SetItem(record.Id, await ApplyAsync(record, pipeline)));
            }
        }
    }

    /// <summary>Compiles every pipeline without running it.</summary>
    /// <exception cref="PipelineException">One can't run.</exception>
    public async Task TestAsync()
    {
        foreach (var pipeline in PipelineSources.Read(settings))
        {
            await using var program = await PipelineCompiler.CompileAsync(pipeline, settings.Surroundings, log, time);
        }
    }

    /// <summary>Stops all pipelines side by side.</summary>
    public Task StopAsync() => Task.WhenAll(Running.Select(pipeline => pipeline.StopAsync()));

    private async Task<PipelineRecord> ApplyAsync(PipelineRecord record, PipelineSettings pipeline)
    {
        PipelineProgram program;
        try
        {
            program = await PipelineCompiler.CompileAsync(pipeline, settings.Surroundings, log, time);
        }
        catch (PipelineException e)
        {
            return Failed(record, e);
        }

        var isReload = record.AppliedHash is not null;
        await EndAsync(record.Running);
        var running = new RunningPipeline(program, log, time);
        try
        {
            await running.StartAsync();
        }
        catch (PipelineException e)
        {
            return Failed(record with { Running = null, AppliedHash = isReload ? pipeline.Hash : null }, e);
        }

        if (isReload)
        {
            Volatile.Write(ref _reloads, _reloads.Succeeded(time.GetUtcNow()));
            record = record with { Reloads = record.Reloads.Succeeded(time.GetUtcNow()) };
        }

        return record with { Running = running, AppliedHash = pipeline.Hash };
    }

    private PipelineRecord Failed(PipelineRecord record, PipelineException error)
    {
        log.Error(Logger, $"Failed to execute action {{:id=>:{record.Id}, :message=>{error.Message}}}");
        Volatile.Write(ref _reloads, _reloads.Failed(time.GetUtcNow(), error.Message));
        return record with { Reloads = record.Reloads.Failed(time.GetUtcNow(), error.Message) };
    }

    private static async Task EndAsync(RunningPipeline? running)
    {
        if (running is not null)
        {
            await running.DisposeAsync();
        }
    }
}
