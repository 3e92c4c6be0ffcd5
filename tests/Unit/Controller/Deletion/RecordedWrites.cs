using System.Net;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using KafkaLogstash.Runtime;

namespace KafkaLogstash.Tests.Unit.Controller.Deletion;

/// <summary>Keeps what is deleted and told.</summary>
internal sealed class RecordedWrites : IObjectApplier, IEventRecorder
{
    public List<string> Deleted { get; } = [];

    public List<(string Title, string Note)> Events { get; } = [];

    /// <summary>Whether the API server refuses to delete.</summary>
    public bool Refuses { get; set; }

    public Task<ApplyResult> ApplyAsync(
        ResourceKind kind, JsonObject desired, IKubernetesObject<V1ObjectMeta>? live, ApplyOptions? options, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Nothing is applied here.");

    public Task<bool> DeleteAsync(ResourceKind kind, IKubernetesObject<V1ObjectMeta> live, DeleteRequest? request, CancellationToken cancellationToken)
    {
        if (Refuses)
        {
            throw new ApiException($"DELETE {live.Metadata.Name}", HttpStatusCode.Forbidden, null, null);
        }

        Deleted.Add(live.Metadata.Name);
        return Task.FromResult(true);
    }

    public void Record(IKubernetesObject<V1ObjectMeta> regarding, EventType type, string reason, string action, string note) => Events.Add(($"{type} {reason}", note));
}
