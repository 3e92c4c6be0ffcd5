using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Operator.Webhook;
using KafkaLogstash.Operator.Webhook.Certificates;
using KafkaLogstash.Runtime;
using KafkaLogstash.Tests.Unit.Bridge.Security;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Prometheus;

namespace KafkaLogstash.Tests.Unit.Operator.Webhook;

/// <summary>The webhook on a port of its own, with a certificate out of a folder, asked as an API server asks it.</summary>
internal sealed class WebhookRun : IAsyncDisposable
{
    public const string ServiceName = "webhook.operators.svc";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("webhook-tests-");
    private readonly IHost _host;

    private WebhookRun(ConnectionPolicy policy, Func<WebhookOptions, WebhookOptions> change)
    {
        Authority = new TestAuthority("webhook tests");
        WriteCertificate(ServiceName);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(Metrics.NewCustomRegistry());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddAdmissionWebhook(
            change(new WebhookOptions
            {
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                CertificateDirectory = _folder.FullName,
                ServerNames = [ServiceName],
                Secret = new NamespacedName("operators", "webhook"),
                Configuration = "webhook",
                CertificateInterval = TimeSpan.FromMilliseconds(50),
                Drain = TimeSpan.Zero,
            }),
            policy);
        _host = builder.Build();
    }

    public TestAuthority Authority { get; }

    public CertificateKeeper Certificates => _host.Services.GetRequiredService<CertificateKeeper>();

    private Uri Address => new($"https://{_host.Services.GetRequiredService<WebhookServer>().Address}/");

    public static async Task<WebhookRun> StartAsync(ConnectionPolicy? policy = null, Func<WebhookOptions, WebhookOptions>? change = null)
    {
        var run = new WebhookRun(policy ?? ConnectionPolicy.None, change ?? (options => options));
        await run._host.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(() => run.Certificates.Current is not null || run.Certificates.Problem is not null, "the certificate was looked for");
        return run;
    }

    /// <summary>Waits for what the webhook brings about on its own.</summary>
    public static async Task UntilAsync(Func<bool> holds, string what)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!holds())
        {
            await Task.Delay(10, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.False(limit.IsCancellationRequested, $"Not in time: {what}");
        }
    }

    public void WriteCertificate(string name)
    {
        var (certificate, key) = Authority.Issue(name, TestAuthority.ServerUsage);
        Write("tls.crt", certificate);
        Write("tls.key", key);
    }

    public void Write(string file, string text) => File.WriteAllText(Path.Join(_folder.FullName, file), text);

    /// <summary>Sends a review and reads the answer, which must be one.</summary>
    public async Task<JsonNode> ReviewAsync(JsonObject review)
    {
        var (code, text) = await SendAsync(Json(review.ToJsonString()));
        Assert.True(code == HttpStatusCode.OK, $"{code}: {text}");
        var answer = JsonNode.Parse(text)!;
        Assert.Equal("admission.k8s.io/v1", answer["apiVersion"]!.ToString());
        Assert.Equal("AdmissionReview", answer["kind"]!.ToString());
        Assert.Equal(review["request"]!["uid"]!.ToString(), answer["response"]!["uid"]!.ToString());
        return answer["response"]!;
    }

    public async Task<(HttpStatusCode Code, string Text)> SendAsync(HttpContent? content, string path = "validate?timeout=10s", HttpMethod? method = null)
    {
        using var client = Client();
        using var request = new HttpRequestMessage(method ?? HttpMethod.Post, new Uri(Address, path)) { Content = content };
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Sends the head of a review and what there is of its body, and reads the answer without waiting for the rest to be wanted.</summary>
    public async Task<(HttpStatusCode Code, string Text)> SendRawAsync(string header, string body, string timeout = "10s")
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(Address.Host, Address.Port, TestContext.Current.CancellationToken);
        await using var stream = new SslStream(socket.GetStream());
        await stream.AuthenticateAsClientAsync(Tls(), TestContext.Current.CancellationToken);
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"POST /validate?timeout={timeout} HTTP/1.1\r\nHost: {ServiceName}\r\nContent-Type: application/json\r\n{header}\r\n\r\n{body}"),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var status = await reader.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
        for (var line = status; line.Length > 0;)
        {
            line = await reader.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
        }

        // The body comes in one chunk, whose length stands before it.
        await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        return ((HttpStatusCode)int.Parse(status.Split(' ')[1], CultureInfo.InvariantCulture), await reader.ReadLineAsync(TestContext.Current.CancellationToken) ?? "");
    }

    public static StringContent Json(string text) => new(text, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    public async Task<string> MetricsAsync()
    {
        using var text = new MemoryStream();
        await _host.Services.GetRequiredService<CollectorRegistry>().CollectAndExportAsTextAsync(text, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    public async Task<HealthReportEntry> HealthAsync() =>
        (await _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken)).Entries["webhook"];

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
        Authority.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>A client that calls by the Service's name and trusts the authority alone, as an API server does with <c>caBundle</c>.</summary>
    private HttpClient Client() => new(new SocketsHttpHandler { UseProxy = false, SslOptions = Tls() });

    private SslClientAuthenticationOptions Tls()
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(Authority.RootPem);
        return new SslClientAuthenticationOptions
        {
            TargetHost = ServiceName,
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { roots[0] } },
        };
    }
}
