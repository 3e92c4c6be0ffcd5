using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using k8s;

namespace KafkaLogstash.Tests.Integration.Clusters;

/// <summary>Speaks plain JSON with an API server as one user, so that a test sees what is on the wire and nothing that a client library makes of it.</summary>
public sealed class ApiSession(KubernetesClientConfiguration configuration) : IDisposable
{
    public const string Json = "application/json";
    public const string MergePatch = "application/merge-patch+json";
    public const string JsonPatch = "application/json-patch+json";
    public const string Apply = "application/apply-patch+yaml";

    private readonly Kubernetes _client = new(configuration);

    /// <summary>The same server as another user.</summary>
    public ApiSession WithToken(string token) => new(new KubernetesClientConfiguration
    {
        Host = configuration.Host,
        SslCaCerts = configuration.SslCaCerts,
        SkipTlsVerify = configuration.SkipTlsVerify,
        TlsServerName = configuration.TlsServerName,
        AccessToken = token,
    });

    public Task<ApiAnswer> GetAsync(string path, string accept = Json) => SendAsync(HttpMethod.Get, path, null, accept: accept);

    public Task<ApiAnswer> CreateAsync(string path, JsonNode body) => SendAsync(HttpMethod.Post, path, body);

    public Task<ApiAnswer> UpdateAsync(string path, JsonNode body) => SendAsync(HttpMethod.Put, path, body);

    public Task<ApiAnswer> PatchAsync(string path, string media, JsonNode body) => SendAsync(HttpMethod.Patch, path, body, media);

    /// <summary>A server-side apply.</summary>
    public Task<ApiAnswer> ApplyAsync(string path, string manager, JsonNode body, bool force = false) =>
        SendAsync(HttpMethod.Patch, $"{path}?fieldManager={manager}{(force ? "&force=true" : "")}", body, Apply);

    public Task<ApiAnswer> DeleteAsync(string path, JsonNode? options = null) => SendAsync(HttpMethod.Delete, path, options);

    /// <summary>Opens a watch; it is there when the task is done.</summary>
    public async Task<WatchSession> WatchAsync(string path, string accept = Json)
    {
        using var request = await RequestAsync(HttpMethod.Get, path, accept);
        var response = await _client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return await WatchSession.OpenAsync(response);
    }

    public void Dispose() => _client.Dispose();

    private async Task<ApiAnswer> SendAsync(HttpMethod method, string path, JsonNode? body, string media = Json, string accept = Json)
    {
        using var request = await RequestAsync(method, path, accept);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue(media));
        }

        using var response = await _client.HttpClient.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new ApiAnswer(
            $"{method} {path}",
            (int)response.StatusCode,
            text,
            [.. response.Headers.Where(static header => header.Key == "Warning").SelectMany(static header => header.Value)]);
    }

    private async Task<HttpRequestMessage> RequestAsync(HttpMethod method, string path, string accept)
    {
        var request = new HttpRequestMessage(method, new Uri(_client.BaseUri, path.TrimStart('/')));
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (_client.Credentials is not null)
        {
            await _client.Credentials.ProcessHttpRequestAsync(request, TestContext.Current.CancellationToken);
        }

        return request;
    }
}
