using System.Net;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>A list as the API server answers it.</summary>
/// <param name="Metadata">Holds the version that a watch goes on from.</param>
/// <param name="Items">The objects; null stands for none.</param>
internal sealed record ObjectList<T>(V1ListMeta Metadata, IReadOnlyList<T>? Items);

/// <summary>The metadata of an object of any kind.</summary>
internal sealed class V1PartialObjectMetadata : IMetadata<V1ObjectMeta>
{
    /// <inheritdoc/>
    public V1ObjectMeta Metadata { get; set; } = new();
}

/// <summary>The API server refused a request.</summary>
internal sealed class ApiRefusalException(HttpStatusCode code, string message) : Exception(message)
{
    /// <summary>The code of the answer.</summary>
    public HttpStatusCode Code { get; } = code;
}
