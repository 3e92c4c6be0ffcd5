using System.ComponentModel;
using System.Diagnostics;
using KafkaLogstash.LocalCluster.ApiServer;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>Runs a container of a pod: starts it, probes it, restarts it, ends it, and knows its state.</summary>
internal sealed class ContainerRunner(ContainerSetting setting, Action changed) : IDisposable
{
    private const int NotStarted = 128;

    private static readonly TimeSpan LongRun = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ConfigurationRetry = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly TimeProvider _time = setting.Options.Time;
    private V1ContainerState _state = Waiting(setting.IsInit ? "PodInitializing" : "ContainerCreating", null);
    private V1ContainerState? _lastState;
    private Process? _process;
    private ContainerLog? _log;
    private ContainerLog? _previousLog;
    private bool _ready;
    private bool _started;
    private int _restarts;
    private string? _id;

    /// <summary>Name of the container.</summary>
    public string Name => setting.Container.Name;

    /// <summary>Its state as the API shows it.</summary>
    public V1ContainerStatus Status
    {
        get
        {
            lock (_lock)
            {
                return new()
                {
                    Name = Name,
                    Image = setting.Container.Image,
                    ImageID = "",
                    ContainerID = _id,
                    State = _state,
                    LastState = _lastState,
                    Ready = setting.IsInit ? _state.Terminated?.ExitCode == 0 : _ready,
                    Started = _started,
                    RestartCount = _restarts,
                };
            }
        }
    }

    /// <summary>Runs until the container is not to be restarted any more or is told to end.</summary>
    /// <returns>The last exit code; null when it never ran.</returns>
    public async Task<int?> RunAsync()
    {
        var failures = 0;
        int? code = null;
        while (!_ending.IsCancellationRequested)
        {
            if (await PrepareAsync() is not { } start)
            {
                break;
            }

            var began = _time.GetUtcNow();
            code = await RunOnceAsync(start.Container, start.Process);
            if (_ending.IsCancellationRequested || !IsRestarted(code.Value))
            {
                break;
            }

            failures = _time.GetUtcNow() - began > LongRun ? 0 : failures + 1;
            await BackOffAsync(failures);
        }

        return code;
    }

    /// <summary>Asks the container to end, and ends it by force after a while.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        await _ending.CancelAsync();
        if (Running() is not { } process)
        {
            return;
        }

        await EndAsync(process, grace);
    }

    /// <summary>Ends the container by force.</summary>
    public void Kill()
    {
        _ending.Cancel();
        if (Running() is { } process)
        {
            Kill(process);
        }
    }

    /// <summary>The log of this run or of the one before it; null when there is none.</summary>
    public ContainerLog? Log(PodLogRequest request)
    {
        lock (_lock)
        {
            return request.Previous ? _previousLog : _log;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ending.Dispose();

    private static V1ContainerState Waiting(string reason, string? message) => new() { Waiting = new V1ContainerStateWaiting { Reason = reason, Message = message } };

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself meanwhile.
        }
    }

    private Process? Running()
    {
        lock (_lock)
        {
            return _process;
        }
    }

    private bool IsRestarted(int code) => setting.RestartPolicy switch
    {
        "Never" => false,
        "OnFailure" => code != 0,
        _ => !setting.IsInit || code != 0,
    };

    private void Become(V1ContainerState state)
    {
        lock (_lock)
        {
            if (_state.Waiting is { } now && state.Waiting is { } next && (now.Reason, now.Message) == (next.Reason, next.Message))
            {
                return;
            }

            _state = state;
        }

        changed();
    }

    private Task PauseAsync(TimeSpan time) => Task.Delay(time, _time, _ending.Token);

    /// <summary>Waits until everything is there that a start takes; null when the container is told to end before that.</summary>
    private async Task<(ContainerStart Container, ContainerProcess Process)?> PrepareAsync()
    {
        for (var pulls = 0; !_ending.IsCancellationRequested;)
        {
            try
            {
                if (setting.Options.Images.Find(setting.Container.Image) is not { } program)
                {
                    Become(Waiting(pulls++ % 2 == 0 ? "ErrImagePull" : "ImagePullBackOff", UnknownImage()));
                }
                else
                {
                    var start = setting.Start();
                    return (start, program(start));
                }
            }
            catch (ContainerConfigException e)
            {
                Become(Waiting("CreateContainerConfigError", e.Message));
            }
            catch (ContainerStartException e)
            {
                Become(Waiting("CreateContainerError", e.Message));
            }

            await PauseAsync(pulls > 1 ? setting.Options.RestartBackOff : ConfigurationRetry).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return null;
    }

    private string UnknownImage() =>
        $"Image \"{setting.Container.Image}\": this node pulls no images and has no program for this one; it has programs for: "
        + $"{string.Join(", ", setting.Options.Images.Prefixes)}";

    private async Task<int> RunOnceAsync(ContainerStart start, ContainerProcess how)
    {
        var log = new ContainerLog(_time);
        var began = _time.GetUtcNow();
        int code;
        string? reason = null;
        try
        {
            using var process = Launch(start, how, log);
            using (var probing = new CancellationTokenSource())
            {
                // The process may have been told to end just while it was started.
                if (_ending.IsCancellationRequested)
                {
                    NativeCalls.AskToEnd(process.Id);
                }

                var probes = ProbeAsync(start, process, log, probing.Token);
                await process.WaitForExitAsync();
                await probing.CancelAsync();
                await probes.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            code = process.ExitCode;
            lock (_lock)
            {
                _process = null;
            }
        }
        catch (Win32Exception e)
        {
            (code, reason) = (NotStarted, "StartError");
            log.Add($"The program '{how.Program}' can't be started: {e.Message}");
        }

        log.End();
        var ended = new V1ContainerState
        {
            Terminated = new V1ContainerStateTerminated
            {
                ExitCode = code,
                Reason = reason ?? (code == 0 ? "Completed" : "Error"),
                Message = code == 0 ? null : log.Tail(5),
                StartedAt = began.UtcDateTime,
                FinishedAt = _time.GetUtcNow().UtcDateTime,
                ContainerID = _id,
            },
        };
        lock (_lock)
        {
            (_ready, _started) = (false, false);
        }

        Become(ended);
        return code;
    }

    private Process Launch(ContainerStart start, ContainerProcess how, ContainerLog log)
    {
        var info = new ProcessStartInfo(how.Program, how.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = start.Root,
        };
        ContainerEnvironment.Fill(info.Environment, start, how);
        var process = new Process { StartInfo = info };
        process.OutputDataReceived += (_, line) => log.Add(line.Data);
        process.ErrorDataReceived += (_, line) => log.Add(line.Data);
        lock (_lock)
        {
            (_previousLog, _log) = (_log, log);
        }

        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        lock (_lock)
        {
            _process = process;
            _id = $"process://{process.Id}";
            _started = setting.Container.StartupProbe is null;
            _ready = _started && setting.Container.ReadinessProbe is null;
        }

        Become(new V1ContainerState { Running = new V1ContainerStateRunning { StartedAt = _time.GetUtcNow().UtcDateTime } });
        return process;
    }

    private async Task ProbeAsync(ContainerStart start, Process process, ContainerLog log, CancellationToken cancellationToken)
    {
        var container = setting.Container;
        if (container.StartupProbe is { } startup)
        {
            var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var asking = AskAsync(startup, start, wrong => EndIfWrong("Startup", wrong, process, log, () => begun.TrySetResult()), enough.Token);
            await begun.Task.WaitAsync(cancellationToken);
            await enough.CancelAsync();
            await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            SetReady(started: true, container.ReadinessProbe is null);
        }

        await Task.WhenAll(
            container.ReadinessProbe is { } readiness
                ? AskAsync(readiness, start, wrong => SetReady(started: true, wrong is null), cancellationToken)
                : Task.CompletedTask,
            container.LivenessProbe is { } liveness
                ? AskAsync(liveness, start, wrong => EndIfWrong("Liveness", wrong, process, log, null), cancellationToken)
                : Task.CompletedTask);
    }

    private async Task AskAsync(V1Probe probe, ContainerStart start, Action<string?> verdict, CancellationToken cancellationToken)
    {
        using var question = new Probe(probe, setting.Container, start.PodAddress, start);
        await ProbeLoop.RunAsync(probe, question.AskAsync, verdict, _time, cancellationToken);
    }

    private void EndIfWrong(string kind, string? wrong, Process process, ContainerLog log, Action? whenGood)
    {
        if (wrong is null)
        {
            whenGood?.Invoke();
            return;
        }

        log.Add($"{kind} probe failed: {wrong}; the container is restarted");
        _ = EndAsync(process, setting.Grace);
    }

    private async Task EndAsync(Process process, TimeSpan grace)
    {
        try
        {
            NativeCalls.AskToEnd(process.Id);
            await process.WaitForExitAsync().WaitAsync(grace, _time);
        }
        catch (TimeoutException)
        {
            Kill(process);
        }
        catch (InvalidOperationException)
        {
            // It ended, and what knew it is disposed.
        }
    }

    private void SetReady(bool started, bool ready)
    {
        lock (_lock)
        {
            if ((_started, _ready) == (started, ready))
            {
                return;
            }

            (_started, _ready) = (started, ready);
        }

        changed();
    }

    private async Task BackOffAsync(int failures)
    {
        lock (_lock)
        {
            _restarts++;
            _lastState = _state;
        }

        // As kubelet: the first restart comes at once.
        if (failures > 1)
        {
            var factor = Math.Pow(2, Math.Min(failures - 2, 20));
            var wait = TimeSpan.FromTicks((long)Math.Min(setting.Options.RestartBackOff.Ticks * factor, setting.Options.LongestRestartBackOff.Ticks));
            Become(Waiting(
                "CrashLoopBackOff",
                $"back-off {wait.TotalSeconds:0.###}s restarting failed container={Name} pod={setting.PodName}"));
            await PauseAsync(wait).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

/// <summary>What a container's runner is told about it.</summary>
/// <param name="Container">The container.</param>
/// <param name="PodName">The pod as <c>name_namespace(uid)</c>.</param>
/// <param name="IsInit">Whether it is an init container.</param>
/// <param name="RestartPolicy">The pod's policy.</param>
/// <param name="Grace">How long it may take to end.</param>
/// <param name="Start">Resolves what a start takes, anew each time.</param>
/// <param name="Options">The node's options.</param>
internal sealed record ContainerSetting(
    V1Container Container, string PodName, bool IsInit, string RestartPolicy, TimeSpan Grace, Func<ContainerStart> Start, NodeOptions Options);
