using System.Net;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Storage;
using KafkaLogstash.LocalCluster.Controllers;

namespace KafkaLogstash.LocalCluster.ApiServer.Admission;

/// <summary>Finds a ready endpoint behind a Service, as an API server does that routes past the Service's own address.</summary>
internal sealed class ServiceEndpoints(ObjectStore store)
{
    private const string ServiceLabel = "kubernetes.io/service-name";

    /// <summary>An address behind a Service's port.</summary>
    /// <exception cref="WebhookCallException">There is no such Service or port, or nothing ready behind it.</exception>
    public IPEndPoint Find(string ns, string name, long port)
    {
        var service = store.Find("services", ns, name)?.Body ?? throw new WebhookCallException($"service \"{name}\" not found");
        var servicePort = service.Objects("spec", "ports").FirstOrDefault(item => item.Number("port") == port)
            ?? throw new WebhookCallException($"no service port {port} found for service \"{name}\"");
        var endpoints =
            from slice in store.Read("endpointslices.discovery.k8s.io").Objects.List(ns)
            where slice.Body.Text("metadata", "labels", ServiceLabel) == name
            from slicePort in slice.Body.Objects("ports")
            where (slicePort.Text("name") ?? "") == (servicePort.Text("name") ?? "")
            from endpoint in slice.Body.Objects("endpoints")
            where endpoint.Flag("conditions", "ready") != false
            from address in endpoint.Texts("addresses").Take(1)
            let ip = EndpointsController.AddressIn(address)
            where ip is not null && slicePort.Number("port") is not null
            select new IPEndPoint(ip, (int)slicePort.Number("port")!.Value);
        return endpoints.ToList() is { Count: > 0 } found ? found[Random.Shared.Next(found.Count)] : throw new WebhookCallException($"no endpoints available for service \"{name}\"");
    }
}

/// <summary>A webhook could not be asked, or gave no answer that counts. The message is a real API server's.</summary>
internal sealed class WebhookCallException(string message) : Exception(message);
