using k8s;
using k8s.Models;
using KafkaLogstash.Tests.Integration.LocalCluster;

namespace KafkaLogstash.Tests.Integration.Kubectl;

/// <summary>What a container printed, as kubectl shows it.</summary>
public sealed class KubectlLogsTests(RunningKubernetes running) : IClassFixture<RunningKubernetes>
{
    [Fact]
    public async Task Logs_show_what_a_container_printed_until_it_ended()
    {
        var cluster = running.Local.Cluster;
        Assert.SkipWhen(cluster.Embedded is null, "The local node's images run only on it, and a bare kube-apiserver can't reach the node.");
        var ns = await cluster.CreateNamespaceAsync("logs", TestContext.Current.CancellationToken);
        using var kubectl = new KubectlProgram(cluster.Kubeconfig, ns);
        var pod = new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = "speaker" },
            Spec = new V1PodSpec { RestartPolicy = "Never", Containers = [RunningKubernetes.Shell("echo one; echo two")] },
        };
        await running.Client.CoreV1.CreateNamespacedPodAsync(pod, ns, cancellationToken: TestContext.Current.CancellationToken);

        await kubectl.RunAsync("wait", "pod", "speaker", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s");

        Assert.Equal("one\ntwo\n", await kubectl.RunAsync("logs", "speaker"));
        Assert.Equal("two\n", await kubectl.RunAsync("logs", "speaker", "--tail=1"));
        Assert.Matches("(?m)^speaker +0/1 +Completed +0 ", await kubectl.RunAsync("get", "pods"));
    }
}
