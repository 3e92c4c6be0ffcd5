using System.Net;

namespace KafkaLogstash.Controller.Observation;

/// <summary>What a bridge pod says about itself.</summary>
internal interface IBridgeApi
{
    /// <summary>Asks one pod. Never throws for what the pod does; it takes at most a few seconds.</summary>
    /// <param name="pod">The pod's address.</param>
    /// <param name="port">The port of health and metrics.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    Task<BridgeObservation> ObserveAsync(IPAddress pod, int port, CancellationToken cancellationToken);
}
