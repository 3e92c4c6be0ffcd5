using System.Net;

namespace KafkaLogstash.Controller.Observation;

/// <summary>A Logstash pod that can be asked what it runs.</summary>
/// <param name="Name">The pod's name.</param>
/// <param name="Address">Its address.</param>
/// <param name="Port">The port of its node API.</param>
/// <param name="PipelineId">The id of the pipeline asked about.</param>
internal sealed record ObservedPod(string Name, IPAddress Address, int Port, string PipelineId);
