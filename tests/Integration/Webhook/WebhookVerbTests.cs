using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using KafkaLogstash.LocalCluster.Clusters;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Webhook;

/// <summary>The operator in a process of its own with the webhook turned on, and kubectl before it.</summary>
public sealed class WebhookVerbTests(SharedCluster shared) : WebhookTest(shared)
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("webhook-tests-");
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    public override async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _folder.Delete(recursive: true);
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task People_with_kubectl_read_what_is_wrong_before_it_is_kept()
    {
        int[] ports = [.. FreePorts.Find(2)];
        using var running = await StartAsync(ports[0], ports[1]);
        try
        {
            await Eventually.AsksAsync(() => CodeAsync(ports[0], "healthz"), code => code == HttpStatusCode.OK);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await CodeAsync(ports[0], "readyz"));
            await ConfigureAsync(ports[1]);
            await Eventually.AsksAsync(() => CodeAsync(ports[0], "readyz"), code => code == HttpStatusCode.OK);
            await AskedAsync();
            await ReachedAsync(ports);

            var refused = await Kubectl.TryAsync(Connection(BrokenFilter).ToJsonString(), "apply", "-f", "-");
            Assert.Equal(
                "The KafkaLogstashConnection \"orders\" is invalid: spec.pipeline.filter: line 2, column 15: The value `a-b` must be in quotes: \"a-b\" (an unquoted value is a plain number, or letters, digits and `_`).\n",
                refused.Error);
            Assert.Equal(1, refused.ExitCode);
            Assert.Equal(404, (await Api.GetAsync($"{Connections}/orders")).Code);
            Assert.StartsWith(
                $"admission webhook \"{WebhookName}\" denied the request: spec.pipeline.filter, line 2, column 15: ",
                (await Api.CreateAsync(Connections, Connection(BrokenFilter))).Refused(422, "Invalid"),
                StringComparison.Ordinal);

            var warned = Connection(Good);
            warned["spec"]!["networkPolicy"] = Parse("""{"kafkaPorts":[{"port":9092}]}""");
            var applied = await Kubectl.TryAsync(warned.ToJsonString(), "apply", "-f", "-");
            Assert.Equal("Warning: spec.networkPolicy.kafkaPorts: they have no effect without egress: Restricted.\n", applied.Error);
            Assert.Equal("kafkalogstashconnection.kafka-logstash.io/orders created\n", applied.Output);
            Assert.Equal("", (await Kubectl.TryAsync(Connection(Good).ToJsonString(), "apply", "--dry-run=server", "-f", "-")).Error);

            var metrics = await _http.GetStringAsync(new Uri($"http://127.0.0.1:{ports[0]}/metrics"), Cancellation);
            Assert.Matches("kafka_logstash_operator_admission_reviews_total\\{result=\"denied\"\\} [1-9]", metrics);
        }
        finally
        {
            using var kill = Process.Start("kill", ["-TERM", running.Id.ToString(CultureInfo.InvariantCulture)]);
            await running.WaitForExitAsync(Cancellation);
        }

        Assert.Equal(0, running.ExitCode);
    }

    [Fact]
    public async Task A_place_that_is_taken_is_said_with_the_setting_that_names_another()
    {
        await using var replica = await WebhookReplica.StartAsync(Cluster.AdminConfiguration, Namespace);
        using var running = await StartAsync(FreePorts.Find(1)[0], replica.Port);

        var error = await running.StandardError.ReadToEndAsync(Cancellation);
        await running.WaitForExitAsync(Cancellation);

        Assert.Equal(2, running.ExitCode);
        Assert.Contains("Choose another place with --webhook-listen.", error, StringComparison.Ordinal);
    }

    private async Task<Process> StartAsync(int port, int webhookPort)
    {
        var file = Path.Combine(_folder.FullName, "kubeconfig");
        await File.WriteAllTextAsync(file, Cluster.Kubeconfig, Cancellation);
        return Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                Path.Join(AppContext.BaseDirectory, "kafka-logstash-operator.dll"), "run", "--kubeconfig", file, "--listen", $"*:{port}", "--namespaces", Namespace,
                "--leader-election", "false", "--log-level", "Critical", "--webhook", "true", "--webhook-listen", $"*:{webhookPort}", "--webhook-namespace", Namespace,
                "--webhook-configuration", Namespace, "--webhook-secret", "webhook", "--webhook-names", "localhost",
            ])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
    }

    /// <summary>Connects to ports at every address by which this machine knows itself: of IPv4, and of IPv6, which in some clusters is all that pods have.</summary>
    private static async Task ReachedAsync(IReadOnlyList<int> ports)
    {
        var addresses = NetworkInterface.GetAllNetworkInterfaces().SelectMany(card => card.GetIPProperties().UnicastAddresses).Select(own => own.Address).Where(IPAddress.IsLoopback).ToList();
        Assert.Contains(IPAddress.Loopback, addresses);
        foreach (var (address, port) in addresses.SelectMany(address => ports.Select(port => (address, port))))
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(new IPEndPoint(address, port), Cancellation);
        }
    }

    private async Task<HttpStatusCode> CodeAsync(int port, string path)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri($"http://127.0.0.1:{port}/{path}"), Cancellation);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return default;
        }
    }
}
