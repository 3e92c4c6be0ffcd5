using System.Net;
using System.Text;
using k8s;
using KafkaLogstash.LocalCluster.ApiServer.Access;
using KafkaLogstash.LocalCluster.ApiServer.Handlers;
using KafkaLogstash.LocalCluster.ApiServer.Kinds;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.ApiServer.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.LocalCluster.ApiServer;

/// <summary>
/// A Kubernetes API server inside this process, for tests and trials: HTTPS on 127.0.0.1, objects in memory, gone when it is
/// disposed. It answers as kube-apiserver does, so that kubectl and any client work with it, and can be told to misbehave.
/// </summary>
public sealed class EmbeddedApiServer : IAsyncDisposable
{
    /// <summary>The user who may do everything.</summary>
    public const string AdminUser = "kubernetes-admin";

    private readonly WebApplication _app;
    private readonly ServerCertificates _certificates;
    private readonly TokenAuthority _tokens;
    private readonly CancellationTokenSource _stopping;

    private EmbeddedApiServer(
        WebApplication app,
        ServerCertificates certificates,
        TokenAuthority tokens,
        CancellationTokenSource stopping,
        FaultInjector faults,
        RequestLog requests,
        AccessLog decisions,
        PodLogProxy logs)
    {
        _app = app;
        _certificates = certificates;
        _tokens = tokens;
        _stopping = stopping;
        Faults = faults;
        Requests = requests;
        Decisions = decisions;
        Logs = logs;
        Address = new Uri(app.Urls.Single());
    }

    /// <summary>Where the server listens, such as <c>https://127.0.0.1:40123</c>.</summary>
    public Uri Address { get; }

    /// <summary>Faults that requests meet.</summary>
    public FaultInjector Faults { get; }

    /// <summary>All requests that came in.</summary>
    public RequestLog Requests { get; }

    /// <summary>All decisions on who may do what.</summary>
    public AccessLog Decisions { get; }

    /// <summary>Answers requests for the logs of pods; without one they answer that the node can't be reached.</summary>
    public PodLogReader? PodLogs
    {
        get => Logs.Reader;
        set => Logs.Reader = value;
    }

    /// <summary>Certificate of the server's own authority, as PEM.</summary>
    public string CertificateAuthority => _certificates.AuthorityPem;

    private PodLogProxy Logs { get; }

    /// <summary>Starts a server. It is ready for requests when the task is done.</summary>
    public static async Task<EmbeddedApiServer> StartAsync(
        EmbeddedApiServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new EmbeddedApiServerOptions();
        var certificates = ServerCertificates.Create(DateTimeOffset.UtcNow);
        var store = new ObjectStore(options.HistoryLimit);
        var registry = new ResourceRegistry(BuiltInResources.All());
        var tokens = new TokenAuthority(store, options.Time);
        var faults = new FaultInjector();
        faults.OnCompact(store.Compact);
        var requests = new RequestLog();
        var decisions = new AccessLog();
        var logs = new PodLogProxy(store) { Reader = options.PodLogs };
        var stopping = new CancellationTokenSource();
        Bootstrap.Fill(store, registry, options.Time);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();

        // Signals are the affair of the program that this server lives in.
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
            kestrel.Listen(IPAddress.Loopback, options.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(certificates.Server);
            });
        });
        var app = builder.Build();
        var dispatcher = new Dispatcher(store, registry, tokens, faults, requests, decisions, logs, options, stopping.Token);
        app.Run(dispatcher.HandleAsync);
        await app.StartAsync(cancellationToken);
        return new EmbeddedApiServer(app, certificates, tokens, stopping, faults, requests, decisions, logs);
    }

    /// <summary>A kubeconfig for a user: <see cref="AdminUser"/>, any name of a user, or <c>system:serviceaccount:namespace:name</c>.</summary>
    public string Kubeconfig(string user = AdminUser) =>
        $"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: local-cluster
          cluster:
            server: {Address.GetLeftPart(UriPartial.Authority)}
            certificate-authority-data: {Convert.ToBase64String(Encoding.ASCII.GetBytes(CertificateAuthority))}
        users:
        - name: "{user}"
          user:
            token: {TokenFor(user)}
        contexts:
        - name: local-cluster
          context:
            cluster: local-cluster
            user: "{user}"
        current-context: local-cluster
        """ + "\n";

    /// <summary>The same for KubernetesClient.</summary>
    public KubernetesClientConfiguration ClientConfiguration(string user = AdminUser)
    {
        using var text = new MemoryStream(Encoding.UTF8.GetBytes(Kubeconfig(user)));
        return KubernetesClientConfiguration.BuildConfigFromConfigFile(text);
    }

    /// <summary>A bearer token of a user, named as for <see cref="Kubeconfig"/>.</summary>
    public string TokenFor(string user) => _tokens.TokenFor(user.Split(':') switch
    {
        [AdminUser] => new UserInfo(user, ["system:masters", "system:authenticated"]),
        ["system", "serviceaccount", var ns, var name] => UserInfo.ServiceAccount(ns, name, null),
        _ => new UserInfo(user, ["system:authenticated"]),
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2)))
        {
            await _app.StopAsync(patience.Token);
        }

        await _app.DisposeAsync();
        _tokens.Dispose();
        _certificates.Dispose();
        _stopping.Dispose();
    }

    private sealed class SilentLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
