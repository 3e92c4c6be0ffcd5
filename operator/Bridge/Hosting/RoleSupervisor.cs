using KafkaLogstash.Bridge.Metering;
using KafkaLogstash.Bridging;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Hosting;

/// <summary>
/// Keeps a half of a bridge running: makes it anew when Kafka's client file changes, and after a failure, waiting longer and longer between failures. What goes wrong in one half
/// does not touch the other.
/// </summary>
internal sealed partial class RoleSupervisor
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>A role that ran this long is not one that fails at once.</summary>
    private static readonly TimeSpan GoodRun = TimeSpan.FromMinutes(1);

    /// <summary>What a role may take beyond its own drain time-out: its clients say good-bye to Kafka.</summary>
    private static readonly TimeSpan DrainGrace = TimeSpan.FromSeconds(10);

    private readonly string _name;
    private readonly Func<CancellationToken, Task<StartedRole>> _start;
    private readonly BridgeMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private IBridgeRole? _role;
    private string _message = "It starts.";
    private bool _reportedReady;
    private DateTimeOffset _since;

    /// <summary>A supervisor that has not begun.</summary>
    /// <param name="name">The role's name.</param>
    /// <param name="start">Makes the role; waits until its files are there.</param>
    /// <param name="metrics">What is counted.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public RoleSupervisor(string name, Func<CancellationToken, Task<StartedRole>> start, BridgeMetrics metrics, TimeProvider time, ILogger logger)
    {
        _name = name;
        _start = start;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _since = time.GetUtcNow();
        metrics.Follow(name, () => Report.Ready);
    }

    /// <summary>How the role is.</summary>
    public BridgeRoleReport Report
    {
        get
        {
            lock (_gate)
            {
                var state = _role?.State ?? new RoleState(Ready: false, _message);
                if (state.Ready != _reportedReady)
                {
                    (_reportedReady, _since) = (state.Ready, _time.GetUtcNow());
                }

                return new() { Name = _name, Ready = state.Ready, Message = state.Message, Since = _since };
            }
        }
    }

    /// <summary>Whether the role's loop turns; one that is not running has none that could hang.</summary>
    public bool IsAlive
    {
        get
        {
            lock (_gate)
            {
                return _role?.IsAlive ?? true;
            }
        }
    }

    /// <summary>Runs the role until it is stopped and has drained.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var pause = ShortestPause;
        while (!stopping.IsCancellationRequested)
        {
            var began = _time.GetTimestamp();
            var reason = await RunOnceAsync(stopping);
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            _metrics.Restarted(_name, reason);
            if (reason == RestartReason.FileChanged)
            {
                continue;
            }

            pause = _time.GetElapsedTime(began) > GoodRun ? ShortestPause : pause;

            // The pods of a Deployment do not all come at once.
            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>Says what the role waits for before it can start.</summary>
    public void Waits(string message) => Use(role: null, message);

    private async Task<RestartReason> RunOnceAsync(CancellationToken stopping)
    {
        try
        {
            await using var started = await _start(stopping);
            Use(started.Role, "");
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, started.Changed);
            if (!await EndAsync(Task.Run(() => started.Role.RunAsync(ending.Token), CancellationToken.None), started.DrainTimeout + DrainGrace, ending.Token))
            {
                LogNotDrained(_logger, _name);
            }

            if (ending.IsCancellationRequested)
            {
                Use(role: null, stopping.IsCancellationRequested ? "It has ended." : "It starts again with what its files hold now.");
                return RestartReason.FileChanged;
            }

            LogEnded(_logger, _name);
            Use(role: null, "It ended by itself, and is started again.");
            return RestartReason.Ended;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Use(role: null, "It has ended.");
            return RestartReason.Ended;
        }
        catch (Exception failure) when (failure is RoleException or IOException or UnauthorizedAccessException or FormatException)
        {
            LogFailed(_logger, _name, failure.Message);
            Use(role: null, failure.Message);
            return RestartReason.Failed;
        }
        catch (Exception failure)
        {
            LogBroken(_logger, _name, failure);
            Use(role: null, $"An unexpected failure: {failure.GetType().Name}. The log has more.");
            return RestartReason.Unexpected;
        }
    }

    /// <summary>Waits for a role's end, and no longer than that once it was told to end; false when it did not in that time.</summary>
    private async Task<bool> EndAsync(Task running, TimeSpan limit, CancellationToken ending)
    {
        await running.WaitAsync(ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await running.WaitAsync(limit, _time, CancellationToken.None);
            return true;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return true;
        }
        catch (TimeoutException) when (!running.IsCompleted)
        {
            return false;
        }
    }

    private void Use(IBridgeRole? role, string message)
    {
        lock (_gate)
        {
            _role = role;
            _message = message;
        }

        // Notices the time of a change.
        _ = Report;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {Role} ended by itself. It is started again")]
    private static partial void LogEnded(ILogger logger, string role);

    [LoggerMessage(Level = LogLevel.Error, Message = "The {Role} did not end in time; what was under way comes again")]
    private static partial void LogNotDrained(ILogger logger, string role);

    [LoggerMessage(Level = LogLevel.Error, Message = "The {Role} ended: {Reason} It is started again")]
    private static partial void LogFailed(ILogger logger, string role, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The {Role} ended unexpectedly. It is started again")]
    private static partial void LogBroken(ILogger logger, string role, Exception failure);
}
