using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>
/// The requests that the runtime makes, for any kind of object, on KubernetesClient's connection and credentials. Requests that the API server turns away
/// with 429, or with another status and a Retry-After, are repeated a few times after the time it asks for.
/// </summary>
public sealed class KubernetesApi : IDisposable
{
    private const string Json = "application/json";
    private const string MetadataOnly = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    private const string MetadataOnlyList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    private const int MaxAttempts = 4;
    private static readonly TimeSpan DefaultRetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(30);

    private readonly Transport _transport;
    private readonly TimeProvider _time;

    /// <summary>Connects as the configuration says; nothing is sent yet.</summary>
    /// <param name="configuration">Out of a kubeconfig or the pod's service account.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="handlers">Handlers for every request, outermost first.</param>
    public KubernetesApi(KubernetesClientConfiguration configuration, TimeProvider? time = null, params DelegatingHandler[] handlers)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _time = time ?? TimeProvider.System;
        var setup = configuration.FirstMessageHandlerSetup;
        configuration.FirstMessageHandlerSetup = handler =>
        {
            if (handler is SocketsHttpHandler sockets)
            {
                // A connection whose other end vanished must be noticed before leases run out; the library waits minutes.
                sockets.ConnectTimeout = TimeSpan.FromSeconds(10);
                sockets.KeepAlivePingDelay = TimeSpan.FromSeconds(20);
                sockets.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
            }

            setup?.Invoke(handler);
        };
        _transport = new Transport(configuration, handlers);
        configuration.FirstMessageHandlerSetup = setup;
    }

    /// <summary>The longest a request other than a watch may take.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>KubernetesClient's typed client on the same connection.</summary>
    public IKubernetes Client => _transport;

    /// <summary>Reads an object; null when there is none. With <see cref="PartialObjectMetadata{T}"/> its metadata alone.</summary>
    /// <exception cref="ApiException">The API server refused.</exception>
    public async Task<T?> GetAsync<T>(NamespacedName name, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var kind = ResourceKind.Of<T>();
        var request = new Request(HttpMethod.Get, kind.ObjectPath(name, null), null) { Accept = Accept<T>(list: false) };
        return await FindAsync(request, cancellationToken) is { } body ? ReadObject<T>(request, body, kind) : null;
    }

    /// <summary>Reads an object as the API server wrote it; null when there is none.</summary>
    /// <exception cref="ApiException">The API server refused.</exception>
    public async Task<JsonObject?> GetAsync(ResourceKind kind, NamespacedName name, CancellationToken cancellationToken)
    {
        var request = new Request(HttpMethod.Get, kind.ObjectPath(name, null), null);
        return await FindAsync(request, cancellationToken) is { } body ? ReadObject(request, body) : null;
    }

    /// <summary>Creates an object.</summary>
    /// <exception cref="ApiException">The API server refused.</exception>
    public async Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ArgumentNullException.ThrowIfNull(entity);
        var kind = ResourceKind.Of<T>();
        var request = new Request(HttpMethod.Post, kind.CollectionPath(entity.Metadata.NamespaceProperty), KubernetesJson.Serialize(entity));
        return ReadObject<T>(request, await SendAsync(request, cancellationToken), kind);
    }

    /// <summary>Replaces an object; with a <c>resourceVersion</c> in it, only if nobody changed it since.</summary>
    /// <exception cref="ApiException">The API server refused, for instance because of a conflict.</exception>
    public async Task<T> ReplaceAsync<T>(T entity, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ArgumentNullException.ThrowIfNull(entity);
        var kind = ResourceKind.Of<T>();
        var request = new Request(HttpMethod.Put, kind.ObjectPath(entity.Key(), null), KubernetesJson.Serialize(entity));
        return ReadObject<T>(request, await SendAsync(request, cancellationToken), kind);
    }

    /// <summary>Changes an object by a JSON merge patch (RFC 7396).</summary>
    /// <exception cref="ApiException">The API server refused.</exception>
    public async Task<T> MergePatchAsync<T>(NamespacedName name, JsonObject patch, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ArgumentNullException.ThrowIfNull(patch);
        var kind = ResourceKind.Of<T>();
        var request = new Request(HttpMethod.Patch, kind.ObjectPath(name, null), patch.ToJsonString()) { ContentType = "application/merge-patch+json" };
        return ReadObject<T>(request, await SendAsync(request, cancellationToken), kind);
    }

    /// <summary>Lists all objects, page by page.</summary>
    /// <param name="ns">The namespace; null for all of them or for cluster scope.</param>
    /// <param name="labelSelector">A label selector; null for all.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <exception cref="ApiException">The API server refused.</exception>
    public async Task<IReadOnlyList<T>> ListAsync<T>(string? ns, string? labelSelector, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var all = new List<T>();
        string? next = null;
        do
        {
            var page = await ListPageAsync<T>(new ListQuery(ns, labelSelector) { Limit = 500, Continue = next }, cancellationToken);
            all.AddRange(page.Items.Select(static item => item.Decode()));
            next = page.Continue;
        }
        while (next is not null);
        return all;
    }

    /// <summary>
    /// Server-side apply, by force. <see cref="IObjectApplier"/> decides whether one is needed; this is for who knows that already. With a <c>resourceVersion</c> in the
    /// desired object only if nobody changed the live one since.
    /// </summary>
    /// <exception cref="ApiException">The API server refused, for instance because of a conflict.</exception>
    public async Task<JsonObject> ApplyAsync(
        ResourceKind kind, NamespacedName name, JsonObject desired, string fieldManager, ApplyOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(desired);
        ArgumentNullException.ThrowIfNull(options);
        var query = $"?fieldManager={Uri.EscapeDataString(fieldManager)}&force=true{(options.DryRun ? "&dryRun=All" : "")}";
        var request = new Request(HttpMethod.Patch, kind.ObjectPath(name, options.Subresource) + query, desired.ToJsonString())
        {
            ContentType = "application/apply-patch+yaml",
        };
        return ReadObject(request, await SendAsync(request, cancellationToken));
    }

    /// <summary>Deletes an object; false when there is none.</summary>
    internal async Task<bool> DeleteAsync(ResourceKind kind, NamespacedName name, V1DeleteOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(new Request(HttpMethod.Delete, kind.ObjectPath(name, null), KubernetesJson.Serialize(options)), cancellationToken);
            return true;
        }
        catch (ApiException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    internal async Task<ResourcePage<T>> ListPageAsync<T>(ListQuery query, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var kind = ResourceKind.Of<T>();
        var request = new Request(HttpMethod.Get, kind.CollectionPath(query.Namespace) + query.ToListString(), null) { Accept = Accept<T>(list: true) };
        return Read(request, await SendAsync(request, cancellationToken), body =>
        {
            using var list = JsonDocument.Parse(body);
            var metadata = list.RootElement.GetProperty("metadata");
            var items = list.RootElement.TryGetProperty("items", out var array) && array.ValueKind == JsonValueKind.Array
                ? array.EnumerateArray().Select(item => new Undecoded<T>(item.Clone(), kind)).ToList()
                : [];
            return new ResourcePage<T>(items, metadata.GetProperty("resourceVersion").GetString() ?? "", NonEmpty(metadata, "continue"));
        });
    }

    /// <summary>
    /// Opens a watch. The enumeration ends when the server closes the stream, and throws <see cref="TimeoutException"/> when the stream has been silent for
    /// longer than <paramref name="silence"/>: a half-dead connection looks just like a quiet one.
    /// </summary>
    internal async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ListQuery query, TimeSpan silence, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var kind = ResourceKind.Of<T>();
        var request = new Request(HttpMethod.Get, kind.CollectionPath(query.Namespace) + query.ToWatchString(), null) { Accept = Accept<T>(list: false) };
        using var quiet = new CancellationTokenSource(silence, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, quiet.Token);
        using var response = await UnlessQuiet(SendOnceAsync(request, either.Token));
        using var reader = new StreamReader(await UnlessQuiet(response.Content.ReadAsStreamAsync(either.Token)), Encoding.UTF8);
        while (await UnlessQuiet(reader.ReadLineAsync(either.Token).AsTask()) is { } line)
        {
            quiet.CancelAfter(silence);
            if (line.Length > 0)
            {
                yield return Read(request, line, text => WatchEvent<T>.Parse(text, kind));
            }
        }

        async Task<TResult> UnlessQuiet<TResult>(Task<TResult> task)
        {
            try
            {
                return await task;
            }
            catch (Exception e) when (quiet.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"The watch of {kind} has been silent for {silence}; the connection may be dead.", e);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private static string Accept<T>(bool list) =>
        !typeof(T).IsAssignableTo(typeof(IPartialObjectMetadata)) ? Json : list ? $"{MetadataOnlyList},{MetadataOnly}" : MetadataOnly;

    private static string? NonEmpty(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>Items of lists come without kind; PartialObjectMetadata with a kind of its own.</summary>
    internal static T Typed<T>(T entity, ResourceKind kind)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        entity.ApiVersion = kind.ApiVersion;
        entity.Kind = kind.Kind;
        return entity;
    }

    private static T ReadObject<T>(Request request, string answer, ResourceKind kind)
        where T : class, IKubernetesObject<V1ObjectMeta> => Read(request, answer, body =>
        {
            var entity = KubernetesJson.Deserialize<T>(body);
            return entity?.Metadata?.Name is null ? throw new JsonException("It is no object with a name.") : Typed(entity, kind);
        });

    private static JsonObject ReadObject(Request request, string answer) =>
        Read(request, answer, static body => JsonNode.Parse(body) as JsonObject ?? throw new JsonException("It is no object."));

    /// <summary>Reads an answer that came with a good status. What stands between the operator and the API server may have given it: a page for people to log in at, for instance.</summary>
    /// <exception cref="JsonException">It is not what was asked for.</exception>
    private static T Read<T>(Request request, string answer, Func<string, T> read)
    {
        try
        {
            return read(answer);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new JsonException($"{request}: the answer can't be read. {e.Message} Does something else, a proxy for instance, answer in the API server's place?", e);
        }
    }

    private async Task<string?> FindAsync(Request request, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(request, cancellationToken);
        }
        catch (ApiException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<string> SendAsync(Request request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var timeout = new CancellationTokenSource(RequestTimeout, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
                try
                {
                    using var response = await SendOnceAsync(request, either.Token);
                    return await response.Content.ReadAsStringAsync(either.Token);
                }
                catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                {
                    throw new TimeoutException($"{request}: no answer from the API server within {RequestTimeout}.", e);
                }
            }
            catch (ApiException e) when (attempt < MaxAttempts && IsTurnedAway(e))
            {
                var wait = e.RetryAfter ?? DefaultRetryAfter;
                await Task.Delay(wait < LongestRetryAfter ? wait : LongestRetryAfter, _time, cancellationToken);
            }
        }
    }

    private static bool IsTurnedAway(ApiException e) =>
        e.StatusCode == HttpStatusCode.TooManyRequests || (e.RetryAfter is not null && (int)e.StatusCode >= 500);

    private async Task<HttpResponseMessage> SendOnceAsync(Request request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(request.Method, new Uri(_transport.BaseUri, request.Path)) { Version = HttpVersion.Version20 };
        message.Headers.TryAddWithoutValidation("Accept", request.Accept);
        if (request.Body is not null)
        {
            message.Content = new StringContent(request.Body, Encoding.UTF8, new MediaTypeHeaderValue(request.ContentType));
        }

        try
        {
            return await _transport.SendAsync(message, cancellationToken);
        }
        catch (HttpOperationException e)
        {
            throw new ApiException(request.ToString(), e.Response.StatusCode, ReadStatus(e.Response.Content), ReadRetryAfter(e.Response.Headers));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // Nobody cancelled it: it is how the handler says that it got no connection in time.
            throw new TimeoutException($"{request}: no connection to the API server. {e.Message}", e);
        }
    }

    private static V1Status? ReadStatus(string? body)
    {
        try
        {
            return string.IsNullOrEmpty(body) ? null : KubernetesJson.Deserialize<V1Status>(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>API servers send seconds only, never a date.</summary>
    private static TimeSpan? ReadRetryAfter(IDictionary<string, IEnumerable<string>> headers) =>
        headers.TryGetValue("Retry-After", out var values) && int.TryParse(values.FirstOrDefault(), out var seconds) && seconds >= 0
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private sealed record Request(HttpMethod Method, string Path, string? Body)
    {
        public string ContentType { get; init; } = Json;

        public string Accept { get; init; } = Json;

        public override string ToString() => $"{Method} /{Path.Split('?')[0]}";
    }

    /// <summary>Opens KubernetesClient's one protected door for requests of any shape: credentials, TLS and the server's name are its work.</summary>
    private sealed class Transport(KubernetesClientConfiguration configuration, DelegatingHandler[] handlers) : Kubernetes(configuration, handlers)
    {
        public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            SendRequestRaw("", request, cancellationToken);
    }
}
