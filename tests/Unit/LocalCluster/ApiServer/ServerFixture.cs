using k8s;
using k8s.Models;
using KafkaLogstash.LocalCluster.ApiServer;

namespace KafkaLogstash.Tests.Unit.LocalCluster.ApiServer;

/// <summary>A server of one test, with an admin's client.</summary>
public abstract class ServerFixture : IAsyncLifetime
{
    protected EmbeddedApiServer Server { get; private set; } = null!;

    protected Kubernetes Client { get; private set; } = null!;

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
}
