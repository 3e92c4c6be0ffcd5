using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using KafkaLogstash.LocalCluster.Clusters;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Verbs;

/// <summary>The operator in a process of its own, and the signals that a kubelet and a terminal send.</summary>
public sealed partial class RunVerbSignalTests(SharedCluster shared) : ClusterTest(shared)
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("signal-tests-");

    private string Lease => PathOf("coordination.k8s.io/v1", "leases", "operator");

    public override async ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("-TERM")]
    [InlineData("-INT")]
    public async Task The_first_signal_lets_it_give_its_Lease_back(string signal)
    {
        using var running = await StartAsync(Cluster.Kubeconfig);

        await SignalAsync(running, signal);
        await running.WaitForExitAsync(Cancellation);

        Assert.Equal(0, running.ExitCode);
        var lease = (await Api.GetAsync(Lease)).Body;
        Assert.Equal("", lease["spec"]!["holderIdentity"]?.ToString() ?? "");
    }

    [Theory]
    [InlineData("-TERM", 143)]
    [InlineData("-INT", 130)]
    public async Task The_second_signal_ends_it_at_once_though_the_API_server_does_not_answer(string signal, int status)
    {
        var server = new Uri(ServerLine().Match(Cluster.Kubeconfig).Groups["server"].Value);
        await using var proxy = StallingProxy.Start(server);
        using var running = await StartAsync(Cluster.Kubeconfig.Replace(server.Authority, proxy.Address, StringComparison.Ordinal));

        // Once it renews its Lease it holds it, and has something to give back.
        var taken = await RenewTimeAsync();
        await Eventually.AsksAsync(RenewTimeAsync, renewed => renewed != taken);
        proxy.Stall();

        // Two signals that come at once may be delivered as one, so they are sent until they have done their work.
        var ended = running.WaitForExitAsync(Cancellation);
        while (!ended.IsCompleted)
        {
            await SignalAsync(running, signal);
            await Task.WhenAny(ended, Task.Delay(100, Cancellation));
        }

        Assert.Equal(status, running.ExitCode);
    }

    private async Task<string> RenewTimeAsync() => (await Api.GetAsync(Lease)).Body["spec"]!["renewTime"]!.ToString();

    private async Task<Process> StartAsync(string kubeconfig)
    {
        var file = Path.Combine(_folder.FullName, "kubeconfig");
        await File.WriteAllTextAsync(file, kubeconfig, Cancellation);
        var address = new IPEndPoint(IPAddress.Loopback, FreePorts.Find(1)[0]);
        var process = Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                Path.Join(AppContext.BaseDirectory, "kafka-logstash-operator.dll"), "run", "--kubeconfig", file, "--listen", address.ToString(), "--namespaces", Namespace,
                "--lease-namespace", Namespace, "--lease-name", "operator", "--log-level", "Error",
            ])
        {
            UseShellExecute = false,
        })!;
        await Eventually.AsksAsync(
            () =>
            {
                Assert.False(process.HasExited, "It ended by itself.");
                return Api.GetAsync(Lease);
            },
            lease => lease.Code == 200);
        return process;
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Cancellation);
    }

    [GeneratedRegex("server: \"?(?<server>https://[^\\s\"]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ServerLine();
}
