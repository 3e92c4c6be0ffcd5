using System.Net;
using System.Text.Json;
using KafkaLogstash.Bridging;

namespace KafkaLogstash.Controller.Observation;

/// <summary>Asks a bridge pod how it is: the body of <c>/readyz</c>, whatever its status.</summary>
internal sealed class BridgeApi(PodHttp http) : IBridgeApi
{
    private const int LongestMessage = 600;

    /// <inheritdoc />
    public async Task<BridgeObservation> ObserveAsync(IPAddress pod, int port, CancellationToken cancellationToken)
    {
        var answer = await http.GetAsync(pod, port, "/readyz", cancellationToken);
        return answer.Body is { } body ? Read(body) : new BridgeObservation.Unreachable($"its health port {answer.Trouble}");
    }

    /// <summary>Reads a report.</summary>
    internal static BridgeObservation Read(byte[] body)
    {
        try
        {
            return BridgeReport.Read(body).Roles.FirstOrDefault(role => !role.Ready) is { } role
                ? new BridgeObservation.NotReady(role.Name, role.Message.Length > LongestMessage ? $"{role.Message[..LongestMessage]}…" : role.Message)
                : new BridgeObservation.Ready();
        }
        catch (JsonException)
        {
            return new BridgeObservation.Unreachable("its health port answered with something else than a bridge's report");
        }
    }
}
