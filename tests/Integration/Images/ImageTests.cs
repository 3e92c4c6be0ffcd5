using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Confluent.Kafka;
using KafkaLogstash.Bridging;
using KafkaLogstash.LocalCluster.Clusters;
using KafkaLogstash.LocalCluster.Kafka;
using KafkaLogstash.Tests.Integration.Bridges;
using KafkaLogstash.Tests.Integration.Clusters;
using KafkaLogstash.Tests.Integration.Connections;

namespace KafkaLogstash.Tests.Integration.Images;

/// <summary>What <c>make images</c> puts into images, run as a node runs it.</summary>
public sealed class ImageTests(ImageRoot image, SharedCluster shared) : ClusterTest(shared), IClassFixture<ImageRoot>
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("image-tests-");

    public override async ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("operator")]
    [InlineData("bridge")]
    public async Task A_program_tells_the_one_version_that_there_is(string program)
    {
        var version = XDocument.Load(ImageRoot.InCheckout("Directory.Build.props")).Descendants("Version").Single().Value;

        var (status, output, errors) = await image.RunAsync(program, "--version");

        Assert.Equal((0, version, ""), (status, output.Split('+')[0].Trim(), errors));
    }

    [Theory]
    [InlineData("operator")]
    [InlineData("bridge")]
    public async Task A_program_says_how_it_is_used(string program)
    {
        var (status, output, errors) = await image.RunAsync(program, "--help");

        Assert.Equal((0, ""), (status, errors));
        Assert.Contains($"kafka-logstash-{program}", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("operator")]
    [InlineData("bridge")]
    public void An_image_names_a_user_that_is_not_root_by_number_as_runAsNonRoot_asks_for(string program) =>
        Assert.All(ImageDescription.Of(program).User.Split(':'), part => Assert.InRange(int.Parse(part, CultureInfo.InvariantCulture), 1000, 65535));

    [Theory]
    [InlineData("operator")]
    [InlineData("bridge")]
    public void Nothing_in_an_image_can_be_changed_by_its_user_or_is_hidden_from_it(string program)
    {
        foreach (var entry in new DirectoryInfo(ImageRoot.Contents(program)).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            Assert.Equal(UnixFileMode.None, entry.UnixFileMode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.SetUser | UnixFileMode.SetGroup));
            Assert.True(entry.UnixFileMode.HasFlag(UnixFileMode.OtherRead), $"{entry} can't be read.");
        }
    }

    [Theory]
    [InlineData("operator", "KubernetesClient", "YamlDotNet")]
    [InlineData("bridge", "Confluent.Kafka", "librdkafka.redist", "prometheus-net")]
    public void The_bill_of_materials_lists_the_packages_that_are_in_the_image_and_no_others(string program, params string[] expected)
    {
        var bill = JsonNode.Parse(File.ReadAllText(Path.Join(ImageRoot.Contents(program), "sbom", $"kafka-logstash-{program}.cdx.json")))!;
        var listed = bill["components"]!.AsArray().Select(component => $"{component!["name"]}/{component["version"]}").Order(StringComparer.OrdinalIgnoreCase).ToList();

        // What .NET itself reads to find the program's files.
        var files = JsonNode.Parse(File.ReadAllText(Path.Join(ImageRoot.Contents(program), "app", $"kafka-logstash-{program}.deps.json")))!;
        var used = files["libraries"]!.AsObject().Where(library => library.Value!["type"]!.ToString() == "package").Select(library => library.Key).Order(StringComparer.OrdinalIgnoreCase).ToList();

        Assert.Equal(used, listed, StringComparer.OrdinalIgnoreCase);
        Assert.All(expected, name => Assert.Contains(listed, package => package.StartsWith(name + "/", StringComparison.OrdinalIgnoreCase)));
        Assert.Equal("CycloneDX", bill["bomFormat"]!.ToString());
        Assert.Equal($"kafka-logstash-{program}", bill["metadata"]!["component"]!["name"]!.ToString());
        Assert.All(bill["components"]!.AsArray(), component => Assert.StartsWith("pkg:nuget/", component!["purl"]!.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void One_build_of_librdkafka_is_in_the_image_and_none_that_needs_what_the_base_has_not() =>
        Assert.Equal(
            [ImageRoot.Architecture == "amd64" ? "centos8-librdkafka.so" : "librdkafka.so"],
            new DirectoryInfo(Path.Join(ImageRoot.Contents("bridge"), "app")).EnumerateFiles("*rdkafka*", SearchOption.AllDirectories).Select(file => file.Name).Where(name => !name.EndsWith(".json", StringComparison.Ordinal)));

    [Fact]
    public async Task The_bridge_moves_records_both_ways_over_TLS()
    {
        const int Count = 200;
        await using var kafka = KafkaMockCluster.Start();
        kafka.CreateTopic("in", 2);
        kafka.CreateTopic("out", 2);
        using (var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).SetLogHandler((_, _) => { }).Build())
        {
            await Task.WhenAll(Enumerable.Range(0, Count).Select(number => producer.ProduceAsync("in", new Message<Null, string> { Value = $$"""{"id":"kafka-{{number}}"}""" }, Cancellation)));
        }

        // Its source sends to its own sink, each side with a certificate that the other asks for.
        using var certificates = new BridgeCertificates();
        var ports = FreePorts.Find(3);
        await WriteAsync("ca.crt", certificates.Authority);
        using var certificate = certificates.Issue("localhost");
        await WriteAsync("tls.crt", certificate.ExportCertificatePem());
        await WriteAsync("tls.key", BridgeCertificates.KeyOf(certificate));
        await WriteAsync("client.json", new JsonObject { ["bootstrap.servers"] = kafka.BootstrapServers }.ToJsonString());
        await WriteAsync("bridge.json", BridgeSettingsFile.Write(new BridgeSettings
        {
            ManagementPort = ports[0],
            Kafka = new() { ClientFile = Inside("client.json") },
            Source = new()
            {
                Topics = ["in"],
                GroupId = "image",
                AutoOffsetReset = "earliest",
                Logstash = new()
                {
                    Hosts = [$"localhost:{ports[2]}"],
                    Tls = new() { TrustedCertificatesFile = Inside("ca.crt"), CertificateFile = Inside("tls.crt"), PrivateKeyFile = Inside("tls.key") },
                },
            },
            Sink = new()
            {
                Port = ports[1],
                LumberjackPort = ports[2],
                Topic = "out",
                MessageKey = "%{[id]}",
                CompressionType = "zstd",
                Tls = new() { CertificateFile = Inside("tls.crt"), PrivateKeyFile = Inside("tls.key"), TrustedClientCertificatesFile = Inside("ca.crt") },
            },
        }));
        using var bridge = new ImageProcess(image.Start("bridge", [_folder.FullName], "--settings", Inside("bridge.json")));
        await using var reader = new TopicReader(kafka.BootstrapServers, "out", 2);
        await bridge.AnswersAsync(new($"http://localhost:{ports[0]}/readyz"));

        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { CertificateChainPolicy = certificates.Trust, ClientCertificates = [certificate] },
        });
        using var answer = await http.PostAsync($"https://localhost:{ports[1]}/events", new StringContent("""[{"id":"http-0"},{"id":"http-1"}]""", Encoding.UTF8, "application/json"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        var keys = Enumerable.Range(0, Count).Select(number => $"kafka-{number}").Concat(["http-0", "http-1"]).Order(StringComparer.Ordinal).ToList();
        await Eventually.AsksAsync(() => Task.FromResult(reader.Records.Count), count => count >= keys.Count);
        Assert.Equal(keys, reader.Records.Select(record => record.Message.Key).Order(StringComparer.Ordinal));
        Assert.Equal(0, await bridge.EndAsync());
    }

    [Fact]
    public async Task The_bridges_librdkafka_has_what_secured_Kafkas_ask_for()
    {
        // Nobody listens there: what librdkafka can't do it says before it dials.
        var ports = FreePorts.Find(2);
        await WriteAsync("client.json", new JsonObject
        {
            ["bootstrap.servers"] = $"127.0.0.1:{ports[1]}",
            ["security.protocol"] = "sasl_ssl",
            ["sasl.mechanism"] = "SCRAM-SHA-512",
            ["sasl.username"] = "orders",
            ["sasl.password"] = "secret",
        }.ToJsonString());
        await WriteAsync("bridge.json", BridgeSettingsFile.Write(new BridgeSettings
        {
            ManagementPort = ports[0],
            Kafka = new() { ClientFile = Inside("client.json") },
            Sink = new() { Port = FreePorts.Find(1)[0], Topic = "out", CompressionType = "zstd" },
        }));
        using var bridge = new ImageProcess(image.Start("bridge", [_folder.FullName], "--settings", Inside("bridge.json")));

        await bridge.AnswersAsync(new($"http://localhost:{ports[0]}/readyz"), text => text.Contains("No broker answers", StringComparison.Ordinal));

        Assert.Contains($"sasl_ssl://127.0.0.1:{ports[1]}/bootstrap: Connect to ipv4#127.0.0.1:{ports[1]} failed: Connection refused", bridge.Log, StringComparison.Ordinal);
        Assert.Equal(0, await bridge.EndAsync());
    }

    [Fact]
    public async Task The_operator_runs()
    {
        await ConnectionTest.ServeDefinitionAsync(Api);
        await WriteAsync("kubeconfig", Cluster.Kubeconfig);
        var address = new IPEndPoint(IPAddress.Loopback, FreePorts.Find(1)[0]);
        using var running = new ImageProcess(image.Start(
            "operator",
            [_folder.FullName],
            "run",
            "--kubeconfig",
            Inside("kubeconfig"),
            "--listen",
            address.ToString(),
            "--namespaces",
            Namespace,
            "--lease-namespace",
            Namespace));

        await running.AnswersAsync(new($"http://{address}/readyz"));

        Assert.Equal(0, await running.EndAsync());
        Assert.DoesNotContain("\"Warning\"", running.Log, StringComparison.OrdinalIgnoreCase);
    }

    private string Inside(string file) => Path.Join(_folder.FullName, file);

    private async Task WriteAsync(string file, string text)
    {
        await File.WriteAllTextAsync(Inside(file), text, Cancellation);

        if (!OperatingSystem.IsWindows())
        {
            // A Secret's files belong to root, and their group is the pod's; here all may read them.
            File.SetUnixFileMode(_folder.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            File.SetUnixFileMode(Inside(file), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        }
    }

    /// <summary>A program that goes on until it is told to end.</summary>
    private sealed class ImageProcess : IDisposable
    {
        private readonly Process _process;
        private readonly ConcurrentQueue<string> _log = [];

        public ImageProcess(Process process)
        {
            _process = process;
            process.OutputDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
            process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public string Log => string.Join('\n', _log);

        /// <summary>Waits until an address answers as it should: with success, or with a text.</summary>
        public async Task<string> AnswersAsync(Uri address, Func<string, bool>? says = null)
        {
            using var http = new HttpClient();
            return await Eventually.AsksAsync(
                async () =>
                {
                    Assert.False(_process.HasExited, $"It has ended by itself, with {(_process.HasExited ? _process.ExitCode : 0)}:\n{Log}");
                    try
                    {
                        using var answer = await http.GetAsync(address, Cancellation);
                        var text = await answer.Content.ReadAsStringAsync(Cancellation);
                        return answer.IsSuccessStatusCode || says?.Invoke(text) == true ? text : "";
                    }
                    catch (HttpRequestException)
                    {
                        return "";
                    }
                },
                text => says?.Invoke(text) ?? text.Length > 0);
        }

        /// <summary>As the kubelet ends it.</summary>
        public async Task<int> EndAsync()
        {
            using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
            {
                await kill.WaitForExitAsync(Cancellation);
            }

            await _process.WaitForExitAsync(Cancellation);
            return _process.ExitCode;
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }

            _process.Dispose();
        }
    }
}
