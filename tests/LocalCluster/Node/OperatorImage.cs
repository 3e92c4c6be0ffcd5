using System.Net;
using KafkaLogstash.LocalCluster.Naming;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>
/// What stands behind the image of the operator: the project's own operator, in a process of its own, with the rights of its pod's service account. A kubeconfig stands for
/// the token that a cluster mounts into pods, for the program looks for that at a place that belongs to this machine.
/// </summary>
/// <param name="program">The program's assembly.</param>
/// <param name="kubeconfig">Text of a kubeconfig for a user, <c>system:serviceaccount:namespace:name</c>.</param>
public sealed class OperatorImage(string program, Func<string, string> kubeconfig)
{
    /// <summary>Name of the image, without tag.</summary>
    public const string Name = "ghcr.io/kafka-logstash/operator";

    private const int Port = 8080;
    private const int WebhookPort = 9443;

    /// <summary>Starts the operator, or another of its verbs.</summary>
    /// <exception cref="ContainerStartException">The container wants what this node can't give.</exception>
    public ContainerProcess Start(ContainerStart container)
    {
        ArgumentNullException.ThrowIfNull(container);
        switch (container.Arguments.ToArray())
        {
            case ["run", .. var flags]:
                var file = Path.Join(container.ScratchDirectory, "kubeconfig");
                File.WriteAllText(file, kubeconfig($"system:serviceaccount:{container.Namespace}:{container.ServiceAccount}"));
                return new("dotnet", [program, "run", "--kubeconfig", file, "--listen", $"{container.PodAddress}:{Port}", "--webhook-listen", $"{container.PodAddress}:{WebhookPort}", .. flags]);
            case [var verb, .. var rest]:
                return new("dotnet", [program, verb, .. rest.Select(argument => Resolved(argument, container.NamesFile))]);
            default:
                throw new ContainerStartException($"The image '{container.Image}' does nothing on this node without arguments: run is the verb of an operator.");
        }
    }

    /// <summary>A URL of a Service leads to the address of one of its pods: this machine's resolver knows no Services.</summary>
    private static string Resolved(string argument, string names)
    {
        if (!Uri.TryCreate(argument, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp || IPAddress.TryParse(url.Host, out _))
        {
            return argument;
        }

        var addresses = File.Exists(names) ? HostsFile.Find(File.ReadAllText(names), url.Host) : [];
        return addresses.Count > 0
            ? new UriBuilder(url) { Host = addresses[0].ToString() }.Uri.ToString()
            : throw new ContainerStartException($"The Service {url.Host} does not exist, or has no ready pod.");
    }
}
