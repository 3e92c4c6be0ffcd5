using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using KafkaLogstash.LocalCluster.ApiServer;

namespace KafkaLogstash.Tests.Unit.LocalCluster.ApiServer;

/// <summary>A server of one test, with an admin's client.</summary>
public abstract class ServerFixture : IAsyncLifetime
{
    protected EmbeddedApiServer Server { get; private set; } = null!;

    protected Kubernetes Client { get; private set; } = null!;

    /// <summary>For requests that the client has no method for.</summary>
    protected HttpClient Http => Client.HttpClient;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected virtual EmbeddedApiServerOptions Options => new();

    public async ValueTask InitializeAsync()
    {
        Server = await EmbeddedApiServer.StartAsync(Options, Cancellation);
        Client = new Kubernetes(Server.ClientConfiguration());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected static V1ConfigMap ConfigMap(string name, params (string Key, string Value)[] data) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default" },
        Data = data.ToDictionary(pair => pair.Key, pair => pair.Value),
    };

    protected static V1Deployment Deployment(string name, int replicas = 1) => new()
    {
        Metadata = new V1ObjectMeta { Name = name },
        Spec = new V1DeploymentSpec
        {
            Replicas = replicas,
            Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = name } },
            Template = new V1PodTemplateSpec
            {
                Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string> { ["app"] = name } },
                Spec = new V1PodSpec { Containers = [new V1Container { Name = "main", Image = "registry.example/app:1" }] },
            },
        },
    };

    protected static V1Pod Pod(string name, string? node = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = name },
        Spec = new V1PodSpec { NodeName = node, Containers = [new V1Container { Name = "main", Image = "app:1" }] },
    };

    /// <summary>Sends a request as a user and reads the JSON of the answer.</summary>
    protected async Task<(int Code, JsonNode Body, HttpResponseHeaders Headers)> SendAsync(
        string method, string path, string? body = null, string media = "application/json", string? accept = null, string user = EmbeddedApiServer.AdminUser)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Server.Address, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Server.TokenFor(user));
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, media);
        }

        using var response = await Http.SendAsync(request, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        return ((int)response.StatusCode, JsonNode.Parse(text)!, response.Headers);
    }

    /// <summary>The Status with which a request is refused.</summary>
    protected static async Task<V1Status> RefusalAsync(Func<Task> request)
    {
        var refusal = await Assert.ThrowsAsync<HttpOperationException>(request);
        return KubernetesJson.Deserialize<V1Status>(refusal.Response.Content);
    }
}
