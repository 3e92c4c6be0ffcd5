using System.Net;
using System.Security.Cryptography;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Clusters;

/// <summary>Makes namespaces of their own for tests.</summary>
internal static class Namespaces
{
    private const string Letters = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>Creates a namespace whose name nobody else has.</summary>
    public static async Task<string> CreateAsync(IKubernetes client, string prefix, CancellationToken cancellationToken)
    {
        var body = new V1Namespace
        {
            Metadata = new V1ObjectMeta
            {
                Name = $"{prefix}-{RandomNumberGenerator.GetString(Letters, 6)}",
                Labels = new Dictionary<string, string> { ["kafka-logstash.io/test"] = "true" },
            },
        };
        return (await client.CoreV1.CreateNamespaceAsync(body, cancellationToken: cancellationToken)).Name();
    }

    /// <summary>Deletes a namespace; that it is gone already is fine.</summary>
    public static async Task DeleteAsync(IKubernetes client, string name, CancellationToken cancellationToken)
    {
        try
        {
            await client.CoreV1.DeleteNamespaceAsync(name, cancellationToken: cancellationToken);
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // Gone already, or on its way.
        }
    }
}
