using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;

namespace KafkaLogstash.LocalCluster.ApiServer.Admission;

/// <summary>Sends reviews to webhooks: to a URL, or to what stands behind a Service, over TLS with nobody trusted but who <c>caBundle</c> names.</summary>
internal sealed class WebhookCaller(ServiceEndpoints services)
{
    /// <summary>Sends a review.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="review">The AdmissionReview.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>What the webhook answered, whatever it is.</returns>
    /// <exception cref="WebhookCallException">There was no answer in time.</exception>
    public async Task<JsonNode?> CallAsync(JsonObject webhook, JsonObject review, CancellationToken cancellationToken)
    {
        var seconds = webhook.Number("timeoutSeconds") ?? 10;
        var url = $"{UrlOf(webhook)}?timeout={seconds}s";
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(seconds));
        try
        {
            // A client for each call: a connection that is kept would hide a certificate that nobody trusts any more.
            using var client = Client(webhook);
            using var content = new StringContent(review.ToJsonString(JsonNodes.Plain), Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
            using var response = await client.PostAsync(new Uri(url), content, timeout.Token);
            var text = await response.Content.ReadAsStringAsync(timeout.Token);
            return response.IsSuccessStatusCode ? JsonNode.Parse(text) : throw new WebhookCallException(Refusal(response.StatusCode, text));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new WebhookCallException($"Post \"{url}\": context deadline exceeded");
        }
        catch (HttpRequestException e)
        {
            throw new WebhookCallException($"Post \"{url}\": {Reason(e)}");
        }
        catch (JsonException e)
        {
            throw new WebhookCallException($"couldn't get version/kind; json parse error: {e.Message}");
        }
    }

    private static string UrlOf(JsonObject webhook)
    {
        var config = webhook["clientConfig"];
        return config.Map("service") is { } service
            ? $"https://{service.Text("name")}.{service.Text("namespace")}.svc:{service.Number("port") ?? 443}{service.Text("path") ?? ""}"
            : config.Text("url")!;
    }

    /// <summary>What an API server makes of an answer that is no success: the message of a Status, or a sentence of its own.</summary>
    private static string Refusal(HttpStatusCode code, string text)
    {
        try
        {
            if (JsonNode.Parse(text) is { } status && status.Text("kind") == "Status" && status.Text("message") is { Length: > 0 } message)
            {
                return message;
            }
        }
        catch (JsonException)
        {
            // Some other text, which the sentence quotes where a real server does.
        }

        return code switch
        {
            HttpStatusCode.BadRequest => "the server rejected our request for an unknown reason",
            HttpStatusCode.NotFound => "the server could not find the requested resource",
            HttpStatusCode.MethodNotAllowed => "the server does not allow this method on the requested resource",
            HttpStatusCode.ServiceUnavailable => "the server is currently unable to handle the request",
            >= HttpStatusCode.InternalServerError => $"an error on the server (\"{text.Trim()}\") has prevented the request from succeeding",
            _ => $"the server responded with the status code {(int)code} but did not return more information",
        };
    }

    private static string Reason(Exception failure) => failure switch
    {
        { InnerException: WebhookCallException call } => call.Message,
        { InnerException: AuthenticationException tls } => $"tls: failed to verify certificate: {tls.InnerException?.Message ?? tls.Message}",
        { InnerException: SocketException socket } => $"dial tcp: connect: {socket.Message}",
        _ => failure.InnerException?.Message ?? failure.Message,
    };

    private HttpClient Client(JsonObject webhook)
    {
        var config = webhook["clientConfig"];
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, SslOptions = new SslClientAuthenticationOptions() };
        if (config.Text("caBundle") is { Length: > 0 } bundle)
        {
            handler.SslOptions.CertificateChainPolicy = TrustOnly(bundle);
        }

        if (config.Map("service") is { } service)
        {
            var (ns, name, port) = (service.Text("namespace")!, service.Text("name")!, service.Number("port") ?? 443);
            handler.SslOptions.TargetHost = $"{name}.{ns}.svc";
            handler.ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(services.Find(ns, name, port), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }

        return new HttpClient(handler);
    }

    private static X509ChainPolicy TrustOnly(string bundle)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        try
        {
            policy.CustomTrustStore.ImportFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(bundle)));
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            throw new WebhookCallException("unable to load root certificates: unable to parse bytes as PEM block");
        }

        return policy;
    }
}
