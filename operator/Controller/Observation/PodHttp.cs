using System.Net;
using System.Net.Sockets;

namespace KafkaLogstash.Controller.Observation;

/// <summary>
/// Asks pods by HTTP, for no longer than a few seconds, and reads no more than <see cref="MostBytes"/>. A pod is not trusted: it is asked at its own address alone, and where it
/// points elsewhere, nobody goes there.
/// </summary>
/// <param name="timeout">How long a pod may take.</param>
internal sealed class PodHttp(TimeSpan timeout) : IDisposable
{
    /// <summary>The longest answer: Logstash's about a pipeline with thousands of plugins is shorter.</summary>
    public const int MostBytes = 2 * 1024 * 1024;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = timeout });

    /// <summary>Gets a page. Never throws for what the pod does.</summary>
    /// <param name="pod">The pod's address.</param>
    /// <param name="port">The port.</param>
    /// <param name="path">The path.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    public async Task<PodAnswer> GetAsync(IPAddress pod, int port, string path, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            using var response = await _http.GetAsync(new UriBuilder(Uri.UriSchemeHttp, pod.ToString(), port, path).Uri, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            await response.Content.LoadIntoBufferAsync(MostBytes, limit.Token);
            return new PodAnswer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(limit.Token), "");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new PodAnswer(default, null, $"did not answer within {timeout.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return new PodAnswer(default, null, $"answered with more than {MostBytes / 1024 / 1024} MiB, which the operator does not read: look what listens there");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new PodAnswer(default, null, e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused } ? "does not listen yet" : $"can't be reached: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}

/// <summary>What a pod answered.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The body; null where it did not answer.</param>
/// <param name="Trouble">Why it did not, as the end of a sentence about the port.</param>
internal sealed record PodAnswer(HttpStatusCode Status, byte[]? Body, string Trouble);
