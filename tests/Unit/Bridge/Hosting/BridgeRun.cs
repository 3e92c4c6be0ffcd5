using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridging;

namespace KafkaLogstash.Tests.Unit.Bridge.Hosting;

/// <summary>A role that does as it is told.</summary>
internal sealed class ScriptedRole(string name, RoleContext context, Func<ScriptedRole, CancellationToken, Task> run) : IBridgeRole
{
    public string Name => name;

    public RoleContext Context => context;

    public RoleState State { get; set; } = new(Ready: true, "It works.");

    public bool IsAlive { get; set; } = true;

    public bool Drained { get; private set; }

    public static Task UntilStopped(ScriptedRole role, CancellationToken stopping) =>
        Task.Delay(Timeout.InfiniteTimeSpan, stopping).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    public async Task RunAsync(CancellationToken stopping)
    {
        await run(this, stopping);
        Drained = true;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A bridge that runs in the test's process, with files of its own.</summary>
internal sealed class BridgeRun : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bridge-");
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<IPEndPoint> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SynchronizedWriter _log = new();
    private readonly HttpClient _http = new();
    private Task<int>? _running;

    public BridgeRun() => Write("etc/client.json", """{"bootstrap.servers":"localhost:9092","sasl.password":"first-secret"}""");

    public static BridgeSettings Source { get; } = new()
    {
        ManagementPort = 0,
        Kafka = new() { ClientFile = "/etc/client.json" },
        Source = new() { Topics = ["orders"], GroupId = "shop-orders", Logstash = new() { Hosts = ["logstash:5044"] }, DrainTimeout = TimeSpan.FromSeconds(5) },
    };

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What each role runs, in the order in which roles are made; the last one for all further roles.</summary>
    public Func<string, int, Func<ScriptedRole, CancellationToken, Task>> Script { get; init; } = (_, _) => ScriptedRole.UntilStopped;

    public ConcurrentQueue<ScriptedRole> Roles { get; } = [];

    public StringWriter Output { get; } = new();

    public StringWriter Error { get; } = new();

    public string Log => _log.ToString();

    public Task<int> Running => _running!;

    public string Locate(string path) => Path.Join(_folder.FullName, path);

    public string Write(string path, string text)
    {
        var file = Locate(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);

        // As the kubelet does: what is there is exchanged whole.
        File.WriteAllText(file + ".new", text);
        File.Move(file + ".new", file, overwrite: true);
        return file;
    }

    public Task<int> RunAsync(params string[] args) => BridgeProgram.RunAsync(
        args,
        new(Locate, new SystemHostResolver(), IPAddress.Loopback, "pod-0", Output, Error)
        {
            Log = _log,
            Time = Time,
            FileInterval = TimeSpan.FromMilliseconds(20),
            Listening = _listening.SetResult,
            MakeRole = (name, context) =>
            {
                var role = new ScriptedRole(name, context, Script(name, Roles.Count(made => made.Name == name)));
                Roles.Enqueue(role);
                return role;
            },
        },
        _stop.Token);

    public async Task<BridgeRun> StartAsync(BridgeSettings settings)
    {
        Write("etc/kafka-logstash/bridge/bridge.json", BridgeSettingsFile.Write(settings));
        _running = RunAsync();
        if (await Task.WhenAny(_listening.Task, _running) == _running)
        {
            throw new InvalidOperationException($"The bridge ended: {Log}");
        }

        _http.BaseAddress = new Uri($"http://{await _listening.Task}");
        return this;
    }

    public async Task<(HttpStatusCode Status, string Body)> GetAsync(string path)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task<(HttpStatusCode Status, BridgeReport Report)> ReadyAsync()
    {
        var (status, body) = await GetAsync("/readyz");
        return (status, BridgeReport.Read(System.Text.Encoding.UTF8.GetBytes(body)));
    }

    public IReadOnlyList<JsonElement> LogLines() => [.. Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    public void Stop() => _stop.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_running is not null)
        {
            await _running.ContinueWith(_ => { }, TaskScheduler.Default);
        }

        _http.Dispose();
        _stop.Dispose();
        _folder.Delete(recursive: true);
    }

    private sealed class SynchronizedWriter : StringWriter
    {
        private readonly Lock _gate = new();

        public override void WriteLine(string? value)
        {
            lock (_gate)
            {
                base.WriteLine(value);
            }
        }

        public override string ToString()
        {
            lock (_gate)
            {
                return base.ToString();
            }
        }
    }
}

/// <summary>Waits for what comes about by itself.</summary>
internal static class Eventually
{
    public static async Task IsTrueAsync(Func<bool> condition, string what) => await IsTrueAsync(() => Task.FromResult(condition()), what);

    public static async Task IsTrueAsync(Func<Task<bool>> condition, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30), $"This did not come about: {what}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
