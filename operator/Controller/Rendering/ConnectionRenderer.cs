using KafkaLogstash.Api;
using KafkaLogstash.Controller.Rendering.Bridges;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Pem;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>Turns a connection into the objects it should have: a pure function of its spec and of what it refers to.</summary>
internal static class ConnectionRenderer
{
    /// <summary>Renders.</summary>
    public static RenderResult Render(RenderRequest request) => request.Connection.Spec.Transport == Transport.Bridge ? BridgedConnection.Render(request) : Native(request);

    private static RenderResult Native(RenderRequest request)
    {
        LogstashKafkaOptions kafka;
        try
        {
            kafka = LogstashKafkaOptions.For(request.Connection.Spec.Kafka, request.Secrets, PodPaths.Kafka);
        }
        catch (PemException e)
        {
            return RenderResult.Refuse(new RenderProblem("spec.kafka.tls.clientCertificate", e.Message));
        }

        return LogstashObjects.Render(
            request, new NativePipelineEnds(request.Connection, kafka), KafkaClientSecret.Of(request, kafka), KafkaClientSecret.Render(request, kafka));
    }
}
