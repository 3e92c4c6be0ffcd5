using System.Text;
using k8s;
using k8s.Models;
using KafkaLogstash.LocalCluster;
using KafkaLogstash.LocalCluster.ApiServer;
using KafkaLogstash.LocalCluster.Clusters;
using KafkaLogstash.LocalCluster.Node;
using KafkaLogstash.Tests.Integration.Clusters;
using Xunit.Sdk;

namespace KafkaLogstash.Tests.Integration.LocalCluster;

/// <summary>A local cluster with a node, for all tests of a class.</summary>
public sealed class RunningKubernetes : IAsyncLifetime
{
    /// <summary>An image whose containers run programs of this machine.</summary>
    public const string Host = "local/host:1";

    private LocalKubernetes? _local;
    private Kubernetes? _client;

    // A fixture can't skip: the first test that asks for the cluster does.
    private SkipException? _skip;

    public LocalKubernetes Local => _local ?? throw _skip!;

    public Kubernetes Client => _client ?? throw _skip!;

    public async ValueTask InitializeAsync()
    {
        var options = new LocalKubernetesOptions
        {
            Cluster = static token => TestCluster.StartAsync(K3s.Starters, cancellationToken: token),
            Node = new NodeOptions
            {
                Images = ImageCatalogue.Default().With("local/host", HostProgram.Start).With("local/logstash", new RealLogstash(FakeLogstash.Home).Start),
                RestartBackOff = TimeSpan.FromMilliseconds(400),
            },
        };
        try
        {
            _local = await LocalKubernetes.StartAsync(options, TestContext.Current.CancellationToken);
            _client = new Kubernetes(_local.Cluster.AdminConfiguration);
        }
        catch (SkipException e)
        {
            _skip = e;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await (_local?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    /// <summary>A container that runs a shell script.</summary>
    public static V1Container Shell(string script, string name = "main") => new()
    {
        Name = name,
        Image = Host,
        Command = ["/bin/sh", "-c"],
        Args = [script],
    };

    public async Task<string> LogAsync(V1Pod pod, string container = "main", bool previous = false)
    {
        using var text = new MemoryStream();
        var request = new PodLogRequest(pod.Namespace(), pod.Name(), container, false, previous, false, null, null, null);
        await Local.Node!.ReadLogAsync(request, text, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(text.ToArray());
    }
}
