using System.Net;

namespace KafkaLogstash.Controller.Observation;

/// <summary>Logstash's node API, as far as the operator asks it.</summary>
internal interface INodeApi
{
    /// <summary>Asks one pod about one pipeline. Never throws for what the pod does; it takes at most a few seconds.</summary>
    /// <param name="pod">The pod's address.</param>
    /// <param name="port">The port of its node API.</param>
    /// <param name="pipelineId">The pipeline's id.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    Task<PipelineObservation> ObserveAsync(IPAddress pod, int port, string pipelineId, CancellationToken cancellationToken);
}
