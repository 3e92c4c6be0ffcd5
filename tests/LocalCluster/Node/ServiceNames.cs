using System.Net;
using KafkaLogstash.LocalCluster.Controllers;
using KafkaLogstash.LocalCluster.Naming;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>
/// Takes the place of a cluster's DNS and of its virtual addresses: keeps a file in which the name of every Service leads to its ready pods. Nothing translates
/// ports here, so those of a Service must be those of its pods.
/// </summary>
internal sealed class ServiceNames
{
    private const string ServiceLabel = "kubernetes.io/service-name";

    private readonly Mirror<V1EndpointSlice> _slices;
    private readonly ControlLoop<string> _loop;

    /// <summary>For the file of a node.</summary>
    /// <param name="slices">Who stands behind the Services.</param>
    /// <param name="file">The file.</param>
    /// <param name="time">Source of time.</param>
    public ServiceNames(Mirror<V1EndpointSlice> slices, string file, TimeProvider time)
    {
        (_slices, File) = (slices, file);
        _loop = new(WriteAsync, time);
        slices.OnChange(_ => _loop.Enqueue(file));
    }

    /// <summary>The file with the names.</summary>
    public string File { get; }

    /// <summary>Keeps the file until it is cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        _loop.Enqueue(File);
        return _loop.RunAsync(cancellationToken);
    }

    /// <summary>The ready addresses of a slice. Where the API server takes no loopback addresses, they stand in names.</summary>
    internal static IEnumerable<IPAddress> ReadyAddresses(V1EndpointSlice slice) =>
        from endpoint in slice.Endpoints ?? []
        where endpoint.Conditions?.Ready != false
        from text in endpoint.Addresses
        let address = EndpointsController.AddressIn(text)
        where address is not null
        select address;

    private async Task WriteAsync(string file, CancellationToken cancellationToken)
    {
        var names = _slices.All
            .Where(slice => slice.Metadata.Labels?.ContainsKey(ServiceLabel) == true)
            .GroupBy(slice => (Service: slice.Metadata.Labels[ServiceLabel], Namespace: slice.Metadata.NamespaceProperty))
            .Select(service => (ClusterNames.NamesOf(service.Key.Service, service.Key.Namespace), (IReadOnlyCollection<IPAddress>)[.. service.SelectMany(ReadyAddresses).Distinct()]));
        var next = $"{file}.next";
        await System.IO.File.WriteAllTextAsync(next, HostsFile.Write(names), cancellationToken);
        System.IO.File.Move(next, file, overwrite: true);
    }
}
