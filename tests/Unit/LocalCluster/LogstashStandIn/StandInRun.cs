using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.LogstashStandIn;
using KafkaLogstash.LocalCluster.LogstashStandIn.Settings;

namespace KafkaLogstash.Tests.Unit.LocalCluster.LogstashStandIn;

/// <summary>
/// One run of the stand-in inside the test's process, with a directory as its file system's root and a loopback address of its own. Files are those of the
/// official image: settings in /usr/share/logstash/config, pipelines in /usr/share/logstash/pipeline.
/// </summary>
internal sealed class StandInRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly RecordingWriter _output = new();
    private readonly Dictionary<string, string> _environment;
    private StandIn? _standIn;

    public StandInRun(params (string Name, string Value)[] environment)
    {
        Root = Directory.CreateTempSubdirectory("stand-in-").FullName;
        var random = Guid.NewGuid().ToByteArray();
        Address = new IPAddress([127, random[0], random[1], (byte)(1 + random[2] % 254)]);
        _environment = environment.ToDictionary(variable => variable.Name, variable => variable.Value, StringComparer.Ordinal);
        _environment[Surroundings.RootVariable] = Root;
        _environment[Surroundings.PodAddressVariable] = Address.ToString();
        Write("config/logstash.yml", "api.http.host: 0.0.0.0\n");
        Write("config/pipelines.yml", "- pipeline.id: main\n  path.config: /usr/share/logstash/pipeline\n");
    }

    public string Root { get; }

    public IPAddress Address { get; }

    public Task<int> Exit { get; private set; } = Task.FromResult(-1);

    public IReadOnlyList<string> Lines => _output.Lines;

    /// <summary>The events that the stdout output printed.</summary>
    public IReadOnlyList<JsonObject> Events => [.. Lines.Where(line => line.StartsWith('{')).Select(line => JsonNode.Parse(line)!.AsObject())];

    public string Write(string path, string text)
    {
        var file = Path.Join(Root, "usr/share/logstash", path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var next = file + "~";
        File.WriteAllText(next, text);
        File.Move(next, file, overwrite: true);
        return file;
    }

    public StandInRun WithPipeline(string text)
    {
        Write("pipeline/main.conf", text);
        return this;
    }

    public StandInRun Start(params string[] arguments)
    {
        _standIn = new StandIn(new Surroundings(_environment), _output, TimeProvider.System);
        Exit = Task.Run(() => _standIn.RunAsync(arguments, _stop.Token), CancellationToken.None);
        return this;
    }

    public void HangUp() => _standIn!.Reload();

    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await Exit.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    public Task<int> ExitAsync() => Exit.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    /// <summary>Asks the node API; the body is null where it does not listen yet.</summary>
    public async Task<(HttpStatusCode Status, JsonNode? Body)> GetAsync(string path)
    {
        using var http = new HttpClient();
        try
        {
            using var response = await http.GetAsync(new Uri($"http://{Address}:9600{path}"), TestContext.Current.CancellationToken);
            var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            return (response.StatusCode, body.Length == 0 ? null : JsonNode.Parse(body));
        }
        catch (HttpRequestException)
        {
            return (HttpStatusCode.ServiceUnavailable, null);
        }
    }

    public async Task<JsonNode> PipelineAsync(string id = "main") => (await GetAsync($"/_node/stats/pipelines/{id}")).Body?["pipelines"]?[id] ?? new JsonObject();

    public Task RunsAsync() => Eventually.Async(() => Lines.Any(line => line.Contains("Pipeline started", StringComparison.Ordinal)), "the pipeline starts");

    public Task LogsAsync(string text) => Eventually.Async(() => Lines.Any(line => line.Contains(text, StringComparison.Ordinal)), $"a line says '{text}'");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        await _output.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }

    private sealed class RecordingWriter : TextWriter
    {
        private readonly Lock _lock = new();
        private readonly List<string> _lines = [];

        public override Encoding Encoding => Encoding.UTF8;

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lock)
                {
                    return [.. _lines];
                }
            }
        }

        public override void WriteLine(string? value)
        {
            lock (_lock)
            {
                _lines.Add(value ?? "");
            }
        }
    }
}
