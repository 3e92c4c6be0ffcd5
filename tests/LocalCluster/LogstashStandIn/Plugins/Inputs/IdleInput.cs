namespace KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Inputs;

/// <summary>An input that Logstash has and the stand-in has not: no event ever comes from it.</summary>
internal sealed class IdleInput : IInput
{
    /// <summary>Says once that the input does nothing.</summary>
    public IdleInput(PluginContext context)
        => context.Warn($"The stand-in does not have the input {context.Settings.Name}: no events come from it");

    /// <inheritdoc/>
    public Task RegisterAsync(IEventSink sink) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task RunAsync(IEventSink sink, CancellationToken stop)
        => await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
