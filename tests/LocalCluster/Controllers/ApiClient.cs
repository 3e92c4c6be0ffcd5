using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using k8s;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>The few requests that the stand-ins make, for any kind of object.</summary>
internal sealed class ApiClient : IDisposable
{
    private const string MetadataOnly = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    private const string MetadataOnlyList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

    private readonly Kubernetes _kubernetes;

    public ApiClient(KubernetesClientConfiguration configuration) => _kubernetes = new Kubernetes(configuration);

    /// <summary>Reads an object; null when there is none.</summary>
    public async Task<T?> FindAsync<T>(ObjectKey key, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await SendAsync<T>(HttpMethod.Get, ApiResource.Of<T>().Object(key), null, null, cancellationToken);
        }
        catch (ApiRefusalException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Reads the metadata of an object of any kind; null when there is none.</summary>
    public async Task<V1PartialObjectMetadata?> FindMetadataAsync(ApiResource resource, ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync<V1PartialObjectMetadata>(HttpMethod.Get, resource.Object(key), null, MetadataOnly, cancellationToken);
        }
        catch (ApiRefusalException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Creates an object.</summary>
    public Task<T> CreateAsync<T>(T obj, CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var resource = ApiResource.Of<T>();
        return SendAsync<T>(HttpMethod.Post, resource.Collection(obj.Metadata.NamespaceProperty), Typed(obj, resource), null, cancellationToken);
    }

    /// <summary>Replaces an object, or with <paramref name="subresource"/> its status alone; fails when it changed meanwhile.</summary>
    public Task<T> ReplaceAsync<T>(T obj, CancellationToken cancellationToken, string? subresource = null)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var resource = ApiResource.Of<T>();
        var path = resource.Object(ObjectKey.Of(obj)) + (subresource is null ? "" : $"/{subresource}");
        return SendAsync<T>(HttpMethod.Put, path, Typed(obj, resource), null, cancellationToken);
    }

    /// <summary>Changes an object by a JSON merge patch; null when there is none.</summary>
    public async Task<V1PartialObjectMetadata?> MergePatchAsync(ApiResource resource, ObjectKey key, object patch, CancellationToken cancellationToken)
    {
        try
        {
            using var request = Request(HttpMethod.Patch, resource.Object(key), MetadataOnly);
            request.Content = new StringContent(KubernetesJson.Serialize(patch), Encoding.UTF8, "application/merge-patch+json");
            return await SendAsync<V1PartialObjectMetadata>(request, cancellationToken);
        }
        catch (ApiRefusalException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Deletes an object, unless it is gone or another of the same name took its place.</summary>
    public async Task DeleteAsync(
        ApiResource resource, ObjectKey key, string uid, CancellationToken cancellationToken, string? policy = null, long? graceSeconds = null)
    {
        var options = new V1DeleteOptions
        {
            Preconditions = new V1Preconditions { Uid = uid },
            PropagationPolicy = policy,
            GracePeriodSeconds = graceSeconds,
        };
        try
        {
            await SendAsync<JsonElement>(HttpMethod.Delete, resource.Object(key), options, null, cancellationToken);
        }
        catch (ApiRefusalException e) when (e.Code == HttpStatusCode.NotFound || (e.Code == HttpStatusCode.Conflict && e.Message.Contains("UID", StringComparison.Ordinal)))
        {
            // Gone, which was the wish.
        }
    }

    /// <summary>Gives a pod to a node.</summary>
    public Task BindAsync(V1Pod pod, string node, CancellationToken cancellationToken)
    {
        var binding = new V1Binding
        {
            ApiVersion = "v1",
            Kind = "Binding",
            Metadata = new V1ObjectMeta { Name = pod.Metadata.Name, Uid = pod.Metadata.Uid },
            Target = new V1ObjectReference { Kind = "Node", Name = node },
        };
        return SendAsync<JsonElement>(
            HttpMethod.Post, ApiResource.Of<V1Pod>().Object(ObjectKey.Of(pod)) + "/binding", binding, null, cancellationToken);
    }

    /// <summary>Asks for a token of a service account.</summary>
    public async Task<string> CreateTokenAsync(ObjectKey account, V1ServiceAccountTokenProjection wish, CancellationToken cancellationToken)
    {
        var request = new Authenticationv1TokenRequest
        {
            ApiVersion = "authentication.k8s.io/v1",
            Kind = "TokenRequest",
            Spec = new V1TokenRequestSpec
            {
                Audiences = string.IsNullOrEmpty(wish.Audience) ? [] : [wish.Audience],
                ExpirationSeconds = wish.ExpirationSeconds,
            },
        };
        var path = ApiResource.Of<V1ServiceAccount>().Object(account) + "/token";
        return (await SendAsync<Authenticationv1TokenRequest>(HttpMethod.Post, path, request, null, cancellationToken)).Status.Token;
    }

    /// <summary>Deletes all objects of a kind in a namespace.</summary>
    public Task DeleteAllAsync(ApiResource resource, string ns, CancellationToken cancellationToken) =>
        SendAsync<JsonElement>(
            HttpMethod.Delete, resource.Collection(ns), new V1DeleteOptions { PropagationPolicy = "Background" }, null, cancellationToken);

    /// <summary>Lists all objects of a kind; with <see cref="V1PartialObjectMetadata"/> as <typeparamref name="T"/> their metadata alone.</summary>
    public async Task<ObjectList<T>> ListAsync<T>(
        ApiResource resource, string query, CancellationToken cancellationToken, string? ns = null)
    {
        var accept = typeof(T) == typeof(V1PartialObjectMetadata) ? MetadataOnlyList : null;
        return await SendAsync<ObjectList<T>>(HttpMethod.Get, resource.Collection(ns) + query, null, accept, cancellationToken);
    }

    /// <summary>Reads any document, such as discovery's.</summary>
    public Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) => SendAsync<T>(HttpMethod.Get, path, null, null, cancellationToken);

    /// <summary>Watches all objects of a kind, until the server or <paramref name="cancellationToken"/> ends it.</summary>
    /// <exception cref="ApiRefusalException">The server can't go on from that version.</exception>
    public async IAsyncEnumerable<(WatchEventType Type, T Object)> WatchAsync<T>(
        ApiResource resource, string query, string version, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var separator = query.Length == 0 ? "?" : "&";
        var path = $"{resource.Collection(null)}{query}{separator}watch=true&allowWatchBookmarks=true&timeoutSeconds=600&resourceVersion={version}";
        using var request = Request(HttpMethod.Get, path, typeof(T) == typeof(V1PartialObjectMetadata) ? MetadataOnly : null);
        using var response = await SendAsync(request, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length == 0)
            {
                continue;
            }

            using var change = JsonDocument.Parse(line);
            var body = change.RootElement.GetProperty("object");
            var type = Enum.Parse<WatchEventType>(change.RootElement.GetProperty("type").GetString()!, ignoreCase: true);
            if (type == WatchEventType.Error)
            {
                throw Refusal(HttpStatusCode.Gone, body.GetRawText());
            }

            yield return (type, KubernetesJson.Deserialize<T>(body.GetRawText()));
        }
    }

    public void Dispose() => _kubernetes.Dispose();

    private static T Typed<T>(T obj, ApiResource resource)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        obj.ApiVersion = resource.ApiVersion;
        obj.Kind = resource.Kind;
        return obj;
    }

    private static ApiRefusalException Refusal(HttpStatusCode code, string body)
    {
        try
        {
            var status = KubernetesJson.Deserialize<V1Status>(body);
            return new(status.Code is { } told ? (HttpStatusCode)told : code, status.Message ?? body);
        }
        catch (JsonException)
        {
            return new(code, body);
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string path, string? accept)
    {
        var request = new HttpRequestMessage(method, new Uri(_kubernetes.BaseUri, path))
        {
            Version = HttpVersion.Version20,
        };
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept ?? "application/json"));
        return request;
    }

    private async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, string? accept, CancellationToken cancellationToken)
    {
        using var request = Request(method, path, accept);
        if (body is not null)
        {
            request.Content = new StringContent(KubernetesJson.Serialize(body), Encoding.UTF8, "application/json");
        }

        return await SendAsync<T>(request, cancellationToken);
    }

    private async Task<T> SendAsync<T>(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, cancellationToken);
        return KubernetesJson.Deserialize<T>(await response.Content.ReadAsStringAsync(cancellationToken));
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_kubernetes.Credentials is { } credentials)
        {
            await credentials.ProcessHttpRequestAsync(request, cancellationToken);
        }

        var response = await _kubernetes.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw Refusal(response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
        }
    }
}
