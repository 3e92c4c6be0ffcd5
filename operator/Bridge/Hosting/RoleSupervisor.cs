using KafkaLogstash.Bridging;
using Microsoft.Extensions.Logging;
using Prometheus;

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

    private readonly string _name;
    private readonly Func<CancellationToken, Task<StartedRole>> _start;
    private readonly Counter _restarts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private IBridgeRole? _role;
    private string _message = "It starts.";
    private RoleState? _reported;
    private DateTimeOffset _since;

    /// <summary>A supervisor that has not begun.</summary>
    /// <param name="name">The role's name.</param>
    /// <param name="start">Makes the role; waits until its files are there.</param>
    /// <param name="restarts">Counts restarts, by role and reason.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public RoleSupervisor(string name, Func<CancellationToken, Task<StartedRole>> start, Counter restarts, TimeProvider time, ILogger logger)
    {
        _name = name;
        _start = start;
        _restarts = restarts;
        _time = time;
        _logger = logger;
        _since = time.GetUtcNow();
        _restarts.WithLabels(name, "changed");
        _restarts.WithLabels(name, "failed");
    }

    /// <summary>How the role is.</summary>
    public BridgeRoleReport Report
    {
        get
        {
            lock (_gate)
            {
                var state = _role?.State ?? new RoleState(Ready: false, _message);
                if (state != _reported)
                {
                    _since = _reported is null ? _since : _time.GetUtcNow();
                    _reported = state;
                }

                return new() { Name = _name, Ready = state.Ready, Message = state.Message, Since = _since };
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
            try
            {
                await using var started = await _start(stopping);
                Use(started.Role, "");
                using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, started.Changed);
                await started.Role.RunAsync(ending.Token);
                if (!stopping.IsCancellationRequested)
                {
                    LogChanged(_logger, _name);
                    _restarts.WithLabels(_name, "changed").Inc();
                    Use(role: null, "It starts again with what its files hold now.");
                }

                continue;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is RoleException or IOException or UnauthorizedAccessException or FormatException)
            {
                LogFailed(_logger, _name, failure.Message);
                Use(role: null, failure.Message);
            }
#pragma warning disable CA1031 // Whatever happens in one half, the process and the other half go on.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                LogBroken(_logger, _name, failure);
                Use(role: null, $"An unexpected failure: {failure.GetType().Name}. The log has more.");
            }

            _restarts.WithLabels(_name, "failed").Inc();
            pause = _time.GetElapsedTime(began) > GoodRun ? ShortestPause : pause;
            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>Says what the role waits for before it can start.</summary>
    public void Waits(string message) => Use(role: null, message);

    private void Use(IBridgeRole? role, string message)
    {
        lock (_gate)
        {
            _role = role;
            _message = message;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The {Role} starts again with what its files hold now")]
    private static partial void LogChanged(ILogger logger, string role);

    [LoggerMessage(Level = LogLevel.Error, Message = "The {Role} ended: {Reason} It is started again")]
    private static partial void LogFailed(ILogger logger, string role, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The {Role} ended unexpectedly. It is started again")]
    private static partial void LogBroken(ILogger logger, string role, Exception failure);
}

/// <summary>A role, and what it was made of.</summary>
/// <param name="Role">The role.</param>
/// <param name="Owned">What ends with it, in this order.</param>
/// <param name="Changed">Is cancelled when it has to be made anew.</param>
internal sealed record StartedRole(IBridgeRole Role, IReadOnlyList<IAsyncDisposable> Owned, CancellationToken Changed) : IAsyncDisposable
{
    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Role.DisposeAsync();
        foreach (var owned in Owned)
        {
            await owned.DisposeAsync();
        }
    }
}
