using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using KafkaLogstash.Soak.Running;

namespace KafkaLogstash.Soak.Sink;

/// <summary>
/// A worker of Logstash's http output with <c>format => json_batch</c>: one request for a batch, sent again on the output's <c>retryable_codes</c> and where the connection fails, dropped on every other status.
/// Only its pauses are shorter.
/// </summary>
/// <param name="sender">Its number.</param>
/// <param name="seed">Decides which batches it compresses.</param>
/// <param name="bridges">The bridges.</param>
/// <param name="pace">Says how many events are due.</param>
/// <param name="ledger">Is told what is sent and acknowledged.</param>
/// <param name="findings">Is told what must not be.</param>
internal sealed class HttpSender(int sender, int seed, IReadOnlyList<ISinkUnderTest> bridges, Pace pace, SinkLedger ledger, Findings findings)
{
    /// <summary>Events of a batch: <c>pipeline.batch.size</c>.</summary>
    public const int BatchSize = 125;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(800);

    private readonly Random _random = new(seed);
    private int _failures;

    /// <summary>Sends until there is no more to send and all is acknowledged.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // The output's socket_timeout, and its pool.
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };
        while (!pace.IsOver(sender))
        {
            if (pace.Due(sender, BatchSize) is > 0 and var count)
            {
                await SendAsync(client, ledger.Begin(sender, count), count, cancellationToken);
            }
            else
            {
                await Task.Delay(Pace.Pause, cancellationToken);
            }
        }
    }

    private async Task SendAsync(HttpClient client, int first, int count, CancellationToken cancellationToken)
    {
        var body = Body(first, count);
        var compressed = _random.Next(4) == 0;
        if (compressed)
        {
            using var output = new MemoryStream();
            await using (var gzip = new GZipStream(output, CompressionLevel.Fastest))
            {
                await gzip.WriteAsync(body, cancellationToken);
            }

            body = output.ToArray();
        }

        for (var attempt = 1; ; attempt++)
        {
            var status = await PostAsync(client, body, compressed, count, cancellationToken);
            if (status == HttpStatusCode.OK)
            {
                ledger.Acknowledge(sender, first, count);
                return;
            }

            if (status is not (null or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout))
            {
                findings.Add("dropped by Logstash", $"{count} events of sender {sender} from {first} on, for the status {(int)status}");
                return;
            }

            if (status == HttpStatusCode.InternalServerError)
            {
                findings.Add("status 500", $"to {count} events of sender {sender} from {first} on");
            }

            // A Service sends a new connection anywhere.
            _failures += status is null ? 1 : 0;
            var pause = TimeSpan.FromMilliseconds(20 * attempt * attempt);
            await Task.Delay((pause < LongestPause ? pause : LongestPause) * (0.5 + (_random.NextDouble() / 2)), cancellationToken);
            ledger.SentAgain(count);
        }
    }

    private byte[] Body(int first, int count)
    {
        using var body = new MemoryStream();
        for (var i = 0; i < count; i++)
        {
            body.Write(i == 0 ? "["u8 : ","u8);
            body.Write(SinkEvents.Write(sender, first + i));
        }

        body.Write("]"u8);
        return body.ToArray();
    }

    /// <summary>Sends a batch.</summary>
    /// <returns>The status; null where none came.</returns>
    private async Task<HttpStatusCode?> PostAsync(HttpClient client, byte[] body, bool compressed, int count, CancellationToken cancellationToken)
    {
        if (bridges[(sender + _failures) % bridges.Count].Http is not { } address)
        {
            return null;
        }

        try
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            if (compressed)
            {
                content.Headers.ContentEncoding.Add("gzip");
            }

            using var answer = await client.PostAsync(new Uri($"http://{address}/events"), content, cancellationToken);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                using var told = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
                if (told.RootElement.GetProperty("written").GetInt32() is var written && written != count)
                {
                    findings.Add("wrong count", $"{written} of {count} events, with the status 200");
                }
            }

            _failures += answer.Headers.ConnectionClose == true ? 1 : 0;
            return answer.StatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }
}
