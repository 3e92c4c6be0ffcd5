using System.Net;
using k8s;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Operator.Webhook;
using KafkaLogstash.Operator.Webhook.Certificates;
using KafkaLogstash.Runtime;
using KafkaLogstash.Tests.Integration.Clusters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Prometheus;

namespace KafkaLogstash.Tests.Integration.Webhook;

/// <summary>The webhook of one replica of the operator, which makes its certificates itself.</summary>
internal sealed class WebhookReplica : IAsyncDisposable
{
    public const string Service = "webhook";

    private readonly IHost _host;

    private WebhookReplica(IHost host) => _host = host;

    /// <summary>The port that it listens on.</summary>
    public int Port => _host.Services.GetRequiredService<WebhookServer>().Address.Port;

    public CertificateKeeper Certificates => _host.Services.GetRequiredService<CertificateKeeper>();

    /// <summary>Starts one, on a free port. It has a certificate once there is the configuration that it is for.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="ns">The namespace of its Secret, and the name of its configuration.</param>
    /// <param name="time">Its clock; null for the system's.</param>
    /// <param name="port">The port; 0 takes a free one.</param>
    public static async Task<WebhookReplica> StartAsync(KubernetesClientConfiguration cluster, string ns, TimeProvider? time = null, int port = 0)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(Metrics.NewCustomRegistry());
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddSingleton(new KubernetesApi(cluster));
        builder.Services.AddSingleton(new RuntimeOptions { FieldManager = "kafka-logstash-operator", Identity = "replica" });
        builder.Services.AddAdmissionWebhook(
            new WebhookOptions
            {
                Listen = new IPEndPoint(IPAddress.Loopback, port),
                ServerNames = [$"{Service}.{ns}.svc", "localhost"],
                Secret = new NamespacedName(ns, "webhook"),
                Configuration = ns,
                CertificateInterval = TimeSpan.FromMilliseconds(100),
                Drain = TimeSpan.Zero,
            },
            ConnectionPolicy.None);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new WebhookReplica(host);
    }

    /// <summary>Waits until API servers that ask it get an answer that they trust.</summary>
    public Task ReadyAsync() => Eventually.AsksAsync(() => Task.FromResult((Certificates.Current, Certificates.Problem)), state => state is { Current: not null, Problem: null });

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
