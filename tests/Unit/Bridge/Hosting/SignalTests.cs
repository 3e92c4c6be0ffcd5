using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using KafkaLogstash.Bridging;
using KafkaLogstash.LocalCluster.Kafka;
using KafkaLogstash.Tests.Unit.Bridge.Hostile;
using KafkaLogstash.Tests.Unit.Bridge.Source;

namespace KafkaLogstash.Tests.Unit.Bridge.Hosting;

/// <summary>The real program, in a process of its own, and the signals that a kubelet and a terminal send.</summary>
public sealed class SignalTests
{
    private const int Count = 100;

    [Theory]
    [InlineData("-TERM")]
    [InlineData("-INT")]
    public async Task The_first_signal_lets_what_is_under_way_finish(string signal)
    {
        var arrived = new TaskCompletionSource();
        var open = new TaskCompletionSource();
        await using var logstash = Receiver.Start((_, _, token) =>
        {
            arrived.TrySetResult();
            return open.Task.WaitAsync(token);
        });
        await using var kafka = await FilledAsync();
        await using var bridge = Program.Start(kafka, logstash.Address);
        await arrived.Task.WaitAsync(Program.Patience, TestContext.Current.CancellationToken);

        await bridge.SignalAsync(signal);
        await bridge.SaysAsync("finishes first");
        open.SetResult();

        Assert.Equal(0, await bridge.StatusAsync());
        Assert.Equal(Count, logstash.Count);
        Assert.Equal(Count, Records.Committed(kafka, 1));
    }

    [Theory]
    [InlineData("-TERM", "-TERM", 143)]
    [InlineData("-INT", "-INT", 130)]
    [InlineData("-TERM", "-INT", 130)]
    public async Task The_second_signal_ends_it_at_once(string first, string second, int status)
    {
        var arrived = new TaskCompletionSource();
        await using var logstash = ScriptedLogstash.Start(async (socket, token) =>
        {
            // Nothing is sent before there is a window; from then on there is something to wait for.
            await socket.ReceiveAsync(new byte[1], token);
            arrived.TrySetResult();
            await Hostilities.KeepAlive(socket, token);
        });
        await using var kafka = await FilledAsync();
        await using var bridge = Program.Start(kafka, logstash.Address);
        await arrived.Task.WaitAsync(Program.Patience, TestContext.Current.CancellationToken);

        await bridge.SignalAsync(first);
        await bridge.SaysAsync("bytes of events are under way");
        var began = Stopwatch.GetTimestamp();
        await bridge.SignalAsync(second);

        Assert.Equal(status, await bridge.StatusAsync());
        Assert.True(Stopwatch.GetElapsedTime(began) < Program.Draining / 2, "It waited for what was under way.");
        Assert.Equal(0, Records.Committed(kafka, 1));
    }

    private static async Task<KafkaMockCluster> FilledAsync()
    {
        var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("orders", 1);
        await Records.ProduceAsync(kafka, Count, 1);
        return kafka;
    }

    private sealed class Program : IAsyncDisposable
    {
        public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
        public static readonly TimeSpan Draining = TimeSpan.FromSeconds(60);

        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bridge-");
        private readonly LogLines _log = new();
        private readonly Process _process;

        private Program(KafkaMockCluster kafka, string logstash)
        {
            var client = Path.Join(_folder.FullName, "client.json");
            File.WriteAllText(client, JsonSerializer.Serialize(new Dictionary<string, string> { ["bootstrap.servers"] = kafka.BootstrapServers }));
            var settings = Path.Join(_folder.FullName, "bridge.json");
            File.WriteAllText(settings, BridgeSettingsFile.Write(new()
            {
                ManagementPort = 0,
                Kafka = new() { ClientFile = client },
                Source = SourceRun.Settings(logstash) with { DrainTimeout = Draining },
            }));
            _process = new()
            {
                StartInfo = new("dotnet", [Path.Join(AppContext.BaseDirectory, "kafka-logstash-bridge.dll"), "--settings", settings]) { UseShellExecute = false, RedirectStandardOutput = true },
            };
            _process.OutputDataReceived += (_, line) => _log.Add(line.Data ?? "");
            _process.Start();
            _process.BeginOutputReadLine();
        }

        public static Program Start(KafkaMockCluster kafka, string logstash) => new(kafka, logstash);

        public Task SaysAsync(string text) => Eventually.IsTrueAsync(() => _log.Any(line => line.Contains(text, StringComparison.Ordinal)), $"it says '{text}'");

        public async Task SignalAsync(string signal)
        {
            using var kill = Process.Start("kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        public async Task<int> StatusAsync()
        {
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
            return _process.ExitCode;
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
                await _process.WaitForExitAsync(CancellationToken.None);
            }

            _process.Dispose();
            _folder.Delete(recursive: true);
        }
    }
}
