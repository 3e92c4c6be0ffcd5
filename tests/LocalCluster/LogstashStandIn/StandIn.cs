using KafkaLogstash.LocalCluster.LogstashStandIn.NodeApi;
using KafkaLogstash.LocalCluster.LogstashStandIn.Pipelines;
using KafkaLogstash.LocalCluster.LogstashStandIn.Settings;

namespace KafkaLogstash.LocalCluster.LogstashStandIn;

/// <summary>
/// Takes the place of <c>bin/logstash</c> where there is no Logstash: reads the same arguments, settings and pipelines, runs the plugins it has, and serves
/// the node API.
/// </summary>
/// <param name="surroundings">What surrounds the process.</param>
/// <param name="output">Standard output.</param>
/// <param name="time">The clock.</param>
internal sealed class StandIn(Surroundings surroundings, TextWriter output, TimeProvider time)
{
    /// <summary>The first line of output.</summary>
    public const string Banner =
        "This is the Logstash stand-in of the Kafka–Logstash Operator's local cluster, NOT Logstash. It runs the inputs kafka, beats, http, generator and "
        + "heartbeat, the filters mutate, drop and json, and the outputs kafka, http, stdout and null on librdkafka and .NET. Every other plugin is accepted "
        + "and does nothing; there is no Ruby, no keystore, no dead letter queue, and queues live in memory.";

    private const string Logger = "logstash.runner";

    private readonly StandInLog _log = new(output, time);
    private TaskCompletionSource _reload = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Reads the sources again at once, as Logstash does on SIGHUP.</summary>
    public void Reload() => Volatile.Read(ref _reload).TrySetResult();

    /// <summary>Runs until it is told to stop, or until it ends as Logstash would.</summary>
    /// <param name="arguments">The arguments of <c>bin/logstash</c>.</param>
    /// <param name="stop">Is cancelled by SIGTERM; queued events are finished, offsets are committed.</param>
    /// <returns>The exit status.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken stop)
    {
        _log.Print(Banner);
        try
        {
            var settings = NodeSettings.Read(arguments, surroundings);
            _log.AsJson = settings.LogAsJson;
            var agent = new Agent(settings, _log, time);
            if (settings.TestAndExit)
            {
                await agent.TestAsync();
                _log.Info(Logger, "Using config.test_and_exit mode. Config Validation Result: OK. Exiting Logstash");
                return 0;
            }

            _log.Info(Logger, $"Starting Logstash stand-in {{\"logstash.version\"=>\"{surroundings.Version}\"}}");
            await using var api = settings.ApiEnabled ? await NodeApiServer.StartAsync(settings, agent, time, stop) : null;
            if (api is not null)
            {
                _log.Info("logstash.agent", $"Successfully started Logstash API endpoint {{:port=>{api.Endpoint.Port}, :address=>{api.Endpoint.Address}}}");
            }

            return await RunAsync(settings, agent, stop);
        }
        catch (Exception e) when (e is PipelineException or IOException or UnauthorizedAccessException)
        {
            _log.Error(Logger, $"Logstash stopped processing because of an error: {e.Message}");
            return 1;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0; // stopped before it was up
        }
    }

    private async Task<int> RunAsync(NodeSettings settings, Agent agent, CancellationToken stop)
    {
        await agent.ConvergeAsync();
        if (settings.ReloadAutomatically)
        {
            while (!stop.IsCancellationRequested)
            {
                await WaitAsync(settings.ReloadInterval, stop);
                if (!stop.IsCancellationRequested)
                {
                    await agent.ConvergeAsync();
                }
            }
        }
        else if (!agent.Running.Any())
        {
            _log.Error(Logger, "No pipeline could be started, and config.reload.automatic is off: the process ends.");
            return 1;
        }
        else
        {
            await agent.Completion.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (stop.IsCancellationRequested)
        {
            _log.Warn(Logger, "SIGTERM received. Shutting down.");
        }

        await agent.StopAsync();
        _log.Info(Logger, "Logstash shut down.");
        return 0;
    }

    private async Task WaitAsync(TimeSpan interval, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(Task.Delay(interval, time, either.Token), _reload.Task);
        await either.CancelAsync();
        Volatile.Write(ref _reload, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
