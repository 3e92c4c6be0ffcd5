using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using KafkaLogstash.Bridging;

namespace KafkaLogstash.Soak.Running;

/// <summary>The real program, in a process of its own.</summary>
internal sealed class BridgeProcess : IBridgeUnderTest
{
    /// <summary>The exit status of a process that SIGTERM has ended.</summary>
    private const int Terminated = 128 + 15;

    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(45);

    private readonly string _name;
    private readonly string _settingsFile;
    private readonly string _logFile;
    private readonly Findings _findings;
    private readonly Action<JsonElement>? _heed;
    private Process? _process;
    private Task _logging = Task.CompletedTask;
    private bool _isEnding;
    private int _partitions;
    private bool _speaks;

    /// <summary>A bridge that does not run yet.</summary>
    /// <param name="name">Its pod's name.</param>
    /// <param name="folder">Where its files and its log go.</param>
    /// <param name="kafka">Properties of its Kafka clients.</param>
    /// <param name="settings">Its settings, but for Kafka.</param>
    /// <param name="findings">Is told when it ends by itself.</param>
    /// <param name="heed">Is given what entries of its log tell in particular.</param>
    public BridgeProcess(
        string name,
        string folder,
        IReadOnlyDictionary<string, string> kafka,
        Func<BridgeKafkaSettings, BridgeSettings> settings,
        Findings findings,
        Action<JsonElement>? heed = null)
    {
        (_name, _findings, _heed) = (name, findings, heed);
        _settingsFile = Path.Join(folder, $"{name}.json");
        _logFile = Path.Join(folder, $"{name}.log");
        var client = Path.Join(folder, $"{name}-client.json");
        File.WriteAllText(client, JsonSerializer.Serialize(kafka));
        File.WriteAllText(_settingsFile, BridgeSettingsFile.Write(settings(new() { ClientFile = client })));
    }

    /// <summary>How many partitions it reads, by what its log said last.</summary>
    public int Partitions => Volatile.Read(ref _partitions);

    /// <inheritdoc/>
    public void Start()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Join(AppContext.BaseDirectory, "kafka-logstash-bridge.dll"), "--settings", _settingsFile])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["POD_NAME"] = _name;
        _isEnding = false;
        Volatile.Write(ref _speaks, false);
        var process = Process.Start(start) ?? throw new InvalidOperationException("The bridge's process could not be started.");
        _process = process;
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) =>
        {
            if (!_isEnding)
            {
                _findings.Add("bridge ended by itself", $"{_name} with status {process.ExitCode}, see {_logFile}");
            }
        };
        _logging = Task.WhenAll(KeepAsync(process.StandardOutput, _logFile, Heed), KeepAsync(process.StandardError, _logFile + ".errors", _ => { }));
    }

    /// <inheritdoc/>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _isEnding = true;
            process.Kill();
            await EndedAsync(process);
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync()
    {
        if (_process is not { } process)
        {
            return;
        }

        _isEnding = true;
        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        try
        {
            await process.WaitForExitAsync().WaitAsync(EndTimeout);
            await _logging;

            // SIGTERM ends a process that is still loading, before it can do anything about it.
            if (process.ExitCode != 0 && !(process.ExitCode == Terminated && !Volatile.Read(ref _speaks)))
            {
                _findings.Add("bridge did not end well", $"{_name} with status {process.ExitCode}, see {_logFile}");
            }
        }
        catch (TimeoutException)
        {
            _findings.Add("bridge did not end", $"{_name} had {EndTimeout.TotalSeconds} s, see {_logFile}");
            process.Kill();
        }

        await EndedAsync(process);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await KillAsync();

    private void Heed(string line)
    {
        Volatile.Write(ref _speaks, true);
        using var entry = JsonDocument.Parse(line);
        if (!entry.RootElement.TryGetProperty("State", out var state))
        {
            return;
        }

        _heed?.Invoke(state);
        if (state.TryGetProperty("All", out var all))
        {
            Volatile.Write(ref _partitions, all.GetInt32());
        }
    }

    private static async Task KeepAsync(StreamReader reader, string file, Action<string> heed)
    {
        await using var kept = new StreamWriter(file, append: true) { AutoFlush = true };
        while (await reader.ReadLineAsync() is { } line)
        {
            await kept.WriteLineAsync(line);
            heed(line);
        }
    }

    private async Task EndedAsync(Process process)
    {
        await process.WaitForExitAsync();
        await _logging;
        process.Dispose();
        _process = null;
    }
}
