using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridging;

namespace KafkaLogstash.Benchmarks.Bridges;

/// <summary>The bridge as its pods run it: a process with its settings in a file.</summary>
internal sealed class BridgeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _settings;

    private BridgeProcess(Process process, string settings, TimeSpan readyAfter) => (_process, _settings, ReadyAfter) = (process, settings, readyAfter);

    /// <summary>From its start to the first time that it says it is ready.</summary>
    public TimeSpan ReadyAfter { get; }

    /// <summary>The most memory that was resident at any time, in bytes (VmHWM of proc(5)).</summary>
    public long PeakMemory => Status("VmHWM");

    /// <summary>The memory that is resident, in bytes (VmRSS).</summary>
    public long ResidentMemory => Status("VmRSS");

    /// <summary>Of the resident memory what no file backs, and so no other process can share (RssAnon).</summary>
    public long AnonymousMemory => Status("RssAnon");

    /// <summary>Processor time that it has taken.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts the bridge that this program was built with, and waits until it is ready.</summary>
    public static Task<BridgeProcess> StartAsync(BridgeSettings settings, KafkaProcess kafka, CancellationToken cancellationToken) =>
        StartAsync([Environment.ProcessPath!, typeof(BridgeSurroundings).Assembly.Location], settings, kafka, cancellationToken);

    /// <summary>Starts one, and waits until it is ready.</summary>
    /// <param name="command">The program and its first arguments.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="kafka">Its Kafka.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<BridgeProcess> StartAsync(IReadOnlyList<string> command, BridgeSettings settings, KafkaProcess kafka, CancellationToken cancellationToken)
    {
        var file = Path.Join(Path.GetTempPath(), $"bridge-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, BridgeSettingsFile.Write(settings), cancellationToken);
        await File.WriteAllTextAsync(
            settings.Kafka.ClientFile, JsonSerializer.Serialize(new Dictionary<string, string> { ["bootstrap.servers"] = kafka.BootstrapServers }), cancellationToken);
        var began = Stopwatch.GetTimestamp();
        var process = Process.Start(new ProcessStartInfo(command[0], [.. command.Skip(1), "--settings", file])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var http = new HttpClient();
        while (!await IsReadyAsync(http, settings.ManagementPort, cancellationToken))
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"The bridge has ended, with status {process.ExitCode}.");
            }

            await Task.Delay(5, cancellationToken);
        }

        return new(process, file, Stopwatch.GetElapsedTime(began));
    }

    /// <summary>A port that is free just now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Where a bridge finds how to reach this Kafka.</summary>
    public static string ClientFile(KafkaProcess kafka) => Path.Join(Path.GetTempPath(), $"bridge-kafka-{kafka.BootstrapServers.Replace(':', '-')}.json");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        File.Delete(_settings);
    }

    private long Status(string name) =>
        long.Parse(
            File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..].Replace("kB", "", StringComparison.Ordinal),
            NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite) * 1024;

    private static async Task<bool> IsReadyAsync(HttpClient http, int port, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync($"http://localhost:{port}/readyz", cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
