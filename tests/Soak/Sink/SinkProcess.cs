using System.Net;
using System.Text.Json;
using KafkaLogstash.Bridging;
using KafkaLogstash.Soak.Running;

namespace KafkaLogstash.Soak.Sink;

/// <summary>The real program as a sink. The system chooses its ports, other ones each time; its log tells them.</summary>
internal sealed class SinkProcess : ISinkUnderTest
{
    private readonly BridgeProcess _process;
    private volatile IPEndPoint? _http;
    private volatile IPEndPoint? _lumberjack;

    /// <summary>A bridge that does not run yet.</summary>
    /// <param name="name">Its pod's name.</param>
    /// <param name="folder">Where its files and its log go.</param>
    /// <param name="kafka">Properties of its Kafka client.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="findings">Is told when it ends by itself.</param>
    public SinkProcess(string name, string folder, IReadOnlyDictionary<string, string> kafka, SinkSettings settings, Findings findings) =>
        _process = new(name, folder, kafka, client => new() { ManagementPort = 0, Kafka = client, Sink = settings }, findings, Heed);

    /// <inheritdoc/>
    public IPEndPoint? Http => _http;

    /// <inheritdoc/>
    public IPEndPoint? Lumberjack => _lumberjack;

    /// <inheritdoc/>
    public void Start() => _process.Start();

    /// <inheritdoc/>
    public async Task KillAsync()
    {
        await _process.KillAsync();
        (_http, _lumberjack) = (null, null);
    }

    /// <inheritdoc/>
    public async Task StopAsync()
    {
        await _process.StopAsync();
        (_http, _lumberjack) = (null, null);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _process.DisposeAsync();

    private void Heed(JsonElement state)
    {
        if (state.TryGetProperty(nameof(Http), out var http) && state.TryGetProperty(nameof(Lumberjack), out var lumberjack))
        {
            (_http, _lumberjack) = (Local(http), Local(lumberjack));
        }
    }

    private static IPEndPoint Local(JsonElement address) => new(IPAddress.Loopback, IPEndPoint.Parse(address.GetString()!).Port);
}
