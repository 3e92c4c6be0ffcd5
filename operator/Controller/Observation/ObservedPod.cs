using System.Net;

namespace KafkaLogstash.Controller.Observation;

/// <summary>A pod that can be asked how it is.</summary>
/// <param name="Name">The pod's name.</param>
/// <param name="Address">Its address.</param>
/// <param name="Port">The port to ask at.</param>
internal sealed record ObservedPod(string Name, IPAddress Address, int Port);
