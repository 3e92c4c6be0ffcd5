using KafkaLogstash.LocalCluster.LogstashStandIn.Events;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Outputs;

/// <summary>The stdout output: every event is one line of JSON on standard output, whatever codec is asked for.</summary>
internal sealed class StdoutOutput : IOutput
{
    private readonly StandInLog _log;

    /// <summary>Reads the output's options.</summary>
    /// <exception cref="PipelineException">One is wrong.</exception>
    public StdoutOutput(PluginContext context)
    {
        _log = context.Log;
        _ = Codecs.Codec.Of(context, "rubydebug");
        context.Settings.RefuseOthers();
    }

    /// <inheritdoc/>
    public Task WriteAsync(IReadOnlyList<LogEvent> events, CancellationToken stop)
    {
        foreach (var logEvent in events)
        {
            _log.Print(logEvent.ToJson());
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>The null output, and the place of outputs that Logstash has and the stand-in has not: events are gone.</summary>
internal sealed class NullOutput : IOutput
{
    private NullOutput()
    {
    }

    /// <summary>The null output.</summary>
    public static NullOutput Of(PluginContext context)
    {
        context.Settings.Accept("codec");
        context.Settings.RefuseOthers();
        return new NullOutput();
    }

    /// <summary>In the place of an output that the stand-in has not; says so once.</summary>
    public static NullOutput InPlaceOf(PluginContext context)
    {
        context.Warn($"The stand-in does not have the output {context.Settings.Name}: it throws events away");
        return new NullOutput();
    }

    /// <inheritdoc/>
    public Task WriteAsync(IReadOnlyList<LogEvent> events, CancellationToken stop) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
