using System.Net;
using System.Net.Sockets;

namespace KafkaLogstash.Controller.Observation;

/// <summary>Asks pods by HTTP, for no longer than a few seconds.</summary>
internal sealed class PodHttp(HttpClient http, TimeSpan timeout)
{
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
            using var response = await http.GetAsync(new UriBuilder(Uri.UriSchemeHttp, pod.ToString(), port, path).Uri, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return new PodAnswer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(limit.Token), "");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new PodAnswer(default, null, $"did not answer within {timeout.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new PodAnswer(default, null, e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused } ? "does not listen yet" : $"can't be reached: {e.Message}");
        }
    }
}

/// <summary>What a pod answered.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The body; null where it did not answer.</param>
/// <param name="Trouble">Why it did not, as the end of a sentence about the port.</param>
internal sealed record PodAnswer(HttpStatusCode Status, byte[]? Body, string Trouble);
