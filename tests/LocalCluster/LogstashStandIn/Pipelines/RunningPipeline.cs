using System.Threading.Channels;
using KafkaLogstash.LocalCluster.LogstashStandIn.Events;
using KafkaLogstash.LocalCluster.LogstashStandIn.Plugins;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Pipelines;

/// <summary>What a pipeline does.</summary>
internal enum PipelineState
{
    /// <summary>It starts.</summary>
    Loading,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>Its inputs have ended, or it was stopped.</summary>
    Finished,

    /// <summary>It crashed.</summary>
    Terminated,
}

/// <summary>A pipeline at work: inputs fill a bounded queue, workers take batches of it through filters to outputs.</summary>
internal sealed class RunningPipeline : IEventSink, IAsyncDisposable
{
    private readonly PipelineProgram _program;
    private readonly StandInLog _log;
    private readonly TimeProvider _time;
    private readonly Channel<LogEvent> _queue;
    private readonly CancellationTokenSource _stop = new();
    private int _state = (int)PipelineState.Loading;

    /// <summary>Makes a pipeline of a program, which it then owns.</summary>
    public RunningPipeline(PipelineProgram program, StandInLog log, TimeProvider time)
    {
        _program = program;
        _log = log;
        _time = time;
        _queue = Channel.CreateBounded<LogEvent>(program.Settings.BatchSize * program.Settings.Workers);
    }

    /// <summary>The compiled pipeline.</summary>
    public PipelineProgram Program => _program;

    /// <summary>An id that is new with every start.</summary>
    public string EphemeralId { get; } = Guid.NewGuid().ToString();

    /// <summary>What the pipeline does.</summary>
    public PipelineState State => (PipelineState)Volatile.Read(ref _state);

    /// <summary>What the pipeline has counted.</summary>
    public PipelineMetrics Metrics { get; } = new();

    /// <summary>How many events wait.</summary>
    public int Queued => _queue.Reader.Count;

    /// <summary>Ends when the pipeline has ended; never fails.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    private string Logger => $"logstash.pipeline.{_program.Settings.Id}";

    /// <summary>Registers the inputs and starts to work.</summary>
    /// <exception cref="PipelineException">An input can't be registered; the pipeline is down.</exception>
    public async Task StartAsync()
    {
        try
        {
            foreach (var input in _program.Inputs)
            {
                await input.Plugin.RegisterAsync(new CountingSink(this, input.Metrics));
            }
        }
        catch
        {
            await _program.DisposeAsync();
            throw;
        }

        Volatile.Write(ref _state, (int)PipelineState.Running);
        Completion = Task.Run(RunAsync, CancellationToken.None);
        _log.Info(Logger, $"Pipeline started {{\"pipeline.id\"=>\"{_program.Settings.Id}\"}}");
    }

    /// <summary>Stops the inputs, lets the workers finish what is queued, and closes the outputs.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Completion;
    }

    /// <inheritdoc/>
    public ValueTask PushAsync(LogEvent logEvent)
    {
        Metrics.CountIn();
        return _queue.Writer.WriteAsync(logEvent);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var workers = Enumerable.Range(0, _program.Settings.Workers).Select(_ => Task.Run(WorkAsync)).ToList();
        var crashed = false;
        try
        {
            await Task.WhenAll(_program.Inputs.Select(RunInputAsync));
            _queue.Writer.TryComplete();
            await Task.WhenAll(workers);
        }
        catch (Exception e)
        {
            // Whatever a plugin throws ends its pipeline, never the process.
            crashed = true;
            _log.Error(Logger, $"Pipeline '{_program.Settings.Id}' terminates: {e.Message}");
            _queue.Writer.TryComplete();
            await Task.WhenAll(workers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _program.DisposeAsync();
        Volatile.Write(ref _state, (int)(crashed ? PipelineState.Terminated : PipelineState.Finished));
        _log.Info(Logger, $"Pipeline terminated {{\"pipeline.id\"=>\"{_program.Settings.Id}\"}}");
    }

    private async Task RunInputAsync(Placed<IInput> input)
    {
        try
        {
            await input.Plugin.RunAsync(new CountingSink(this, input.Metrics), _stop.Token);
        }
        catch
        {
            await _stop.CancelAsync(); // the pipeline ends as a whole
            throw;
        }
    }

    private async Task WorkAsync()
    {
        try
        {
            while (await NextBatchAsync() is { Count: > 0 } batch)
            {
                var left = Filter(batch);
                Metrics.CountFiltered(batch.Count);
                await SendAsync(left);
                Metrics.CountOut(left.Count);
            }
        }
        catch (Exception e)
        {
            // The inputs may wait for room in the queue, which nobody makes any more.
            _queue.Writer.TryComplete(e);
            await _stop.CancelAsync();
            throw;
        }
    }

    private async Task<List<LogEvent>> NextBatchAsync()
    {
        var batch = new List<LogEvent>();
        while (batch.Count == 0 && await _queue.Reader.WaitToReadAsync())
        {
            if (_queue.Reader.Count < _program.Settings.BatchSize && !_queue.Reader.Completion.IsCompleted && !_stop.IsCancellationRequested)
            {
                await Task.Delay(_program.Settings.BatchDelay, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            while (batch.Count < _program.Settings.BatchSize && _queue.Reader.TryRead(out var logEvent))
            {
                batch.Add(logEvent);
            }
        }

        return batch;
    }

    private List<LogEvent> Filter(List<LogEvent> batch)
    {
        var left = new List<LogEvent>(batch.Count);
        foreach (var logEvent in batch)
        {
            try
            {
                if (Step<IFilter>.Walk(_program.Filters, logEvent).All(filter => Apply(filter, logEvent)))
                {
                    left.Add(logEvent);
                }
            }
            catch (PipelineException e)
            {
                _log.Warn(Logger, $"{e.Message}; the event is dropped.");
            }
        }

        return left;
    }

    private static bool Apply(Placed<IFilter> filter, LogEvent logEvent)
    {
        filter.Metrics.CountIn(1);
        var stays = filter.Plugin.Apply(logEvent);
        filter.Metrics.CountOut(stays ? 1 : 0);
        return stays;
    }

    private async Task SendAsync(List<LogEvent> events)
    {
        var byOutput = new Dictionary<Placed<IOutput>, List<LogEvent>>();
        foreach (var logEvent in events)
        {
            try
            {
                foreach (var output in Step<IOutput>.Walk(_program.Outputs, logEvent).ToList())
                {
                    (byOutput.TryGetValue(output, out var list) ? list : byOutput[output] = []).Add(logEvent);
                }
            }
            catch (PipelineException e)
            {
                _log.Warn(Logger, $"{e.Message}; the event is dropped.");
            }
        }

        foreach (var (output, batch) in byOutput)
        {
            output.Metrics.CountIn(batch.Count);
            await output.Plugin.WriteAsync(batch, _stop.Token);
            output.Metrics.CountOut(batch.Count);
        }
    }

    private sealed class CountingSink(RunningPipeline pipeline, PluginMetrics metrics) : IEventSink
    {
        public async ValueTask PushAsync(LogEvent logEvent)
        {
            await pipeline.PushAsync(logEvent);
            metrics.CountOut(1);
        }
    }
}
