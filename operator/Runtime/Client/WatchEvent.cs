using System.Net;
using System.Text.Json;
using k8s;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>One page of a list.</summary>
/// <param name="Items">The objects of this page.</param>
/// <param name="ResourceVersion">The version of the whole collection; a watch may go on from here.</param>
/// <param name="Continue">The token of the next page; null on the last.</param>
internal sealed record ResourcePage<T>(IReadOnlyList<Undecoded<T>> Items, string ResourceVersion, string? Continue)
    where T : class, IKubernetesObject<V1ObjectMeta>;

/// <summary>An object that is read one at a time, so that one that can't be read does not hide the others.</summary>
internal sealed record Undecoded<T>(JsonElement Json, ResourceKind Kind)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    public NamespacedName Key => new(Metadata("namespace"), Metadata("name") ?? "");

    public string? ResourceVersion => Metadata("resourceVersion");

    public T Decode() => KubernetesApi.Typed(KubernetesJson.Deserialize<T>(Json), Kind);

    private string? Metadata(string name) =>
        Json.TryGetProperty("metadata", out var metadata) && metadata.TryGetProperty(name, out var value) ? value.GetString() : null;
}

/// <summary>The type of a watch event.</summary>
internal enum WatchEventKind
{
    Added,
    Modified,
    Deleted,
    Bookmark,
    Error,
}

/// <summary>One line of a watch stream.</summary>
/// <param name="Kind">The type of the event.</param>
/// <param name="Item">The object; in a bookmark nothing but its <c>resourceVersion</c> counts, in an error it is a <c>Status</c>.</param>
internal sealed record WatchEvent<T>(WatchEventKind Kind, Undecoded<T> Item)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    public static WatchEvent<T> Parse(string line, ResourceKind kind)
    {
        using var json = JsonDocument.Parse(line);
        var type = json.RootElement.GetProperty("type").GetString();
        return new WatchEvent<T>(
            Enum.TryParse<WatchEventKind>(type, ignoreCase: true, out var known) ? known : throw new JsonException($"Unknown type of watch event: {type}"),
            new Undecoded<T>(json.RootElement.GetProperty("object").Clone(), kind));
    }

    /// <summary>The refusal that an error event carries, as if it had come as the answer to the request.</summary>
    public ApiException ToException()
    {
        var status = KubernetesJson.Deserialize<V1Status>(Item.Json);
        return new ApiException($"watch {Item.Kind}", (HttpStatusCode)(status.Code ?? 500), status, null);
    }
}
