using KafkaLogstash.LocalCluster.LogstashStandIn.Events;
using KafkaLogstash.LocalCluster.LogstashStandIn.Settings;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Plugins;

/// <summary>What a plugin is made with.</summary>
/// <param name="Settings">Its options.</param>
/// <param name="Pipeline">Its pipeline.</param>
/// <param name="Surroundings">What surrounds the process.</param>
/// <param name="Log">Where it logs.</param>
/// <param name="Time">Its clock.</param>
internal sealed record PluginContext(PluginSettings Settings, PipelineSettings Pipeline, Surroundings Surroundings, StandInLog Log, TimeProvider Time)
{
    /// <summary>Says what somebody should know, with the plugin and the line on which it stands.</summary>
    public void Warn(string message) => Log.Warn($"logstash.{Pipeline.Id}.{Settings.Name}", $"{message} (line {Settings.Line})");

    /// <summary>Says what happens.</summary>
    public void Info(string message) => Log.Info($"logstash.{Pipeline.Id}.{Settings.Name}", message);
}

/// <summary>Takes the events of inputs.</summary>
internal interface IEventSink
{
    /// <summary>Queues an event; waits while the queue is full.</summary>
    ValueTask PushAsync(LogEvent logEvent);
}

/// <summary>Where events come from.</summary>
internal interface IInput : IAsyncDisposable
{
    /// <summary>Takes what can fail at once, such as a port.</summary>
    /// <exception cref="PipelineException">The pipeline can't start; the message says why.</exception>
    Task RegisterAsync(IEventSink sink);

    /// <summary>Queues events until there are none any more, or until it shall stop; what was begun is finished first.</summary>
    Task RunAsync(IEventSink sink, CancellationToken stop);
}

/// <summary>What happens to events.</summary>
internal interface IFilter
{
    /// <summary>Changes an event.</summary>
    /// <returns>False where the event ends here.</returns>
    bool Apply(LogEvent logEvent);
}

/// <summary>Where events go.</summary>
internal interface IOutput : IAsyncDisposable
{
    /// <summary>Sends events; returns when they were taken or, as Logstash does it, given up.</summary>
    /// <param name="events">The events, in order.</param>
    /// <param name="stop">Is cancelled when the pipeline shall stop; what is under way is finished as far as possible.</param>
    Task WriteAsync(IReadOnlyList<LogEvent> events, CancellationToken stop);
}
