using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.LogstashStandIn.Events;
using KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Codecs;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Inputs;

/// <summary>The generator input: <c>message</c> or <c>lines</c>, <c>count</c> times or for ever; and the heartbeat input, which waits an interval in between.</summary>
internal sealed class GeneratorInput : IInput
{
    private readonly byte[][] _lines;
    private readonly long _count;
    private readonly TimeSpan _interval;
    private readonly FieldPath _sequenceField;
    private readonly string _host;
    private readonly Codec _codec;
    private readonly CommonOptions _common;
    private readonly TimeProvider _time;

    private GeneratorInput(PluginContext context, IReadOnlyList<string> lines, long count, TimeSpan interval)
    {
        _lines = [.. lines.Select(System.Text.Encoding.UTF8.GetBytes)];
        _count = count;
        _interval = interval;
        _sequenceField = context.Pipeline.EcsCompatible ? new(["event", "sequence"], InMetadata: false) : new(["sequence"], InMetadata: false);
        _host = context.Surroundings.Value("HOSTNAME") ?? Environment.MachineName;
        _codec = Codec.Of(context, "plain");
        _common = CommonOptions.OfInput(context);
        _time = context.Time;
        context.Settings.Accept("threads", "ecs_compatibility", "sequence");
        context.Settings.RefuseOthers();
    }

    /// <summary>A generator input.</summary>
    /// <exception cref="PipelineException">An option is wrong.</exception>
    public static GeneratorInput Generator(PluginContext context)
    {
        var message = context.Settings.Text("message") ?? "Hello world!";
        var lines = context.Settings.Texts("lines");
        var count = context.Settings.Integer("count", 0);
        return new GeneratorInput(context, lines.Count > 0 ? lines : [message], count > 0 ? count : long.MaxValue, TimeSpan.Zero);
    }

    /// <summary>A heartbeat input.</summary>
    /// <exception cref="PipelineException">An option is wrong.</exception>
    public static GeneratorInput Heartbeat(PluginContext context)
    {
        var message = context.Settings.Text("message") ?? "ok";
        var count = context.Settings.Integer("count", -1);
        var interval = TimeSpan.FromSeconds(context.Settings.Number("interval", 60));
        return new GeneratorInput(context, [message], count > 0 ? count : long.MaxValue, interval);
    }

    /// <inheritdoc/>
    public Task RegisterAsync(IEventSink sink) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task RunAsync(IEventSink sink, CancellationToken stop)
    {
        for (var sequence = 0L; sequence < _count && !stop.IsCancellationRequested; sequence++)
        {
            foreach (var logEvent in _lines.SelectMany(_codec.Decode))
            {
                logEvent.Set(_sequenceField, JsonValue.Create(sequence));
                logEvent.Set(new FieldPath(["host", "name"], InMetadata: false), JsonValue.Create(_host));
                _common.Apply(logEvent);
                await sink.PushAsync(logEvent);
            }

            if (_interval > TimeSpan.Zero && sequence + 1 < _count)
            {
                await Task.Delay(_interval, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
