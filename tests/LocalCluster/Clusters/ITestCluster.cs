using k8s;
using KafkaLogstash.LocalCluster.ApiServer;

namespace KafkaLogstash.LocalCluster.Clusters;

/// <summary>A Kubernetes cluster that tests and trials may use. Disposing it removes all that was started or created for it.</summary>
public interface ITestCluster : IAsyncDisposable
{
    /// <summary>Which kind it is: one of <see cref="TestCluster"/>'s names.</summary>
    string Kind { get; }

    /// <summary>What it consists of, in one line for people.</summary>
    string Description { get; }

    /// <summary>
    /// True where a real controller manager, scheduler and nodes are at work; the stand-ins for them must then stay off.
    /// </summary>
    bool HasControllers { get; }

    /// <summary>Access with all rights, for KubernetesClient.</summary>
    KubernetesClientConfiguration AdminConfiguration { get; }

    /// <summary>The same as the text of a kubeconfig file.</summary>
    string Kubeconfig { get; }

    /// <summary>The API server inside this process, which can be told to misbehave; null on all other kinds.</summary>
    EmbeddedApiServer? Embedded { get; }

    /// <summary>Creates a namespace that is of this cluster's user alone.</summary>
    /// <param name="prefix">What its name begins with.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Its name.</returns>
    Task<string> CreateNamespaceAsync(string prefix, CancellationToken cancellationToken = default);
}
