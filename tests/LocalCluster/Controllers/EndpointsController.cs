using System.Net;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>Publishes the addresses of the pods behind each service, as Endpoints and as an EndpointSlice.</summary>
internal sealed class EndpointsController : IController
{
    private const string ServiceLabel = "kubernetes.io/service-name";
    private const string NameSuffix = ".pod.local-cluster";

    private readonly ApiClient _api;
    private readonly Mirror<V1Service> _services;
    private readonly Mirror<V1Pod> _pods;
    private readonly ControlLoop<ObjectKey> _loop;

    // A real API server refuses loopback addresses in endpoints; as names they say the same.
    private bool _addressesAreRefused;

    public EndpointsController(ApiClient api, Mirror<V1Service> services, Mirror<V1Pod> pods, TimeProvider time)
    {
        (_api, _services, _pods) = (api, services, pods);
        _loop = new(ReconcileAsync, time);
        services.OnChange(service => _loop.Enqueue(ObjectKey.Of(service)));
        pods.OnChange(pod =>
        {
            foreach (var service in services.In(pod.Metadata.NamespaceProperty).Where(service => Covers(service, pod)))
            {
                _loop.Enqueue(ObjectKey.Of(service));
            }
        });
    }

    public void Resync()
    {
        foreach (var service in _services.All)
        {
            _loop.Enqueue(ObjectKey.Of(service));
        }
    }

    public Task RunAsync(CancellationToken cancellationToken) => _loop.RunAsync(cancellationToken);

    /// <summary>The address in an endpoint of a slice; null where it is the name of something else.</summary>
    public static IPAddress? AddressIn(string endpoint)
    {
        var text = endpoint.EndsWith(NameSuffix, StringComparison.Ordinal) ? endpoint[..^NameSuffix.Length].Replace('-', '.') : endpoint;
        return IPAddress.TryParse(text, out var address) ? address : null;
    }

    private static bool Covers(V1Service service, V1Pod pod) =>
        service.Spec.Selector is { Count: > 0 } selector && Selectors.Matches(selector, pod.Metadata.Labels);

    private async Task ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_services.Find(key) is not { Metadata.DeletionTimestamp: null, Spec.Selector.Count: > 0 } service)
        {
            return;
        }

        var pods = _pods.In(key.Namespace)
            .Where(pod => Covers(service, pod) && !string.IsNullOrEmpty(pod.Status?.PodIP) && pod.Status.Phase is not ("Succeeded" or "Failed"))
            .OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal)
            .ToList();
        try
        {
            if (!_addressesAreRefused)
            {
                await PublishAsync(service, pods, "IPv4", pod => pod.Status.PodIP, cancellationToken);
                await PublishEndpointsAsync(service, pods, cancellationToken);
            }
        }
        catch (ApiRefusalException e) when (e.Code == HttpStatusCode.UnprocessableEntity)
        {
            _addressesAreRefused = true;
        }

        if (_addressesAreRefused)
        {
            await PublishAsync(service, pods, "FQDN", pod => $"{pod.Status.PodIP.Replace('.', '-')}{NameSuffix}", cancellationToken);
        }
    }

    private async Task PublishAsync(
        V1Service service, List<V1Pod> pods, string addressType, Func<V1Pod, string> address, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(service.Metadata.NamespaceProperty, $"{service.Metadata.Name}-{addressType.ToLowerInvariant()}");
        var live = await _api.FindAsync<V1EndpointSlice>(key, cancellationToken);
        var slice = live is null ? new V1EndpointSlice { Metadata = new V1ObjectMeta() } : Copies.Of(live);
        slice.Metadata.Name = key.Name;
        slice.Metadata.NamespaceProperty = key.Namespace;
        slice.Metadata.Labels = new Dictionary<string, string>(service.Metadata.Labels ?? new Dictionary<string, string>())
        {
            [ServiceLabel] = service.Metadata.Name,
            ["endpointslice.kubernetes.io/managed-by"] = "endpointslice-controller.k8s.io",
        };
        slice.Metadata.OwnerReferences = [Owners.Reference(service)];
        slice.AddressType = addressType;
        slice.Ports = [.. PortsOf(service, pods).Select(port => new Discoveryv1EndpointPort { Name = port.Name, Port = port.Number, Protocol = port.Protocol })];
        slice.Endpoints = [.. pods.Select(pod => EndpointOf(service, pod, address(pod)))];
        if (live is null)
        {
            await _api.CreateAsync(slice, cancellationToken);
        }
        else if (!Copies.AreSame(live, slice))
        {
            await _api.ReplaceAsync(slice, cancellationToken);
        }
    }

    private async Task PublishEndpointsAsync(V1Service service, List<V1Pod> pods, CancellationToken cancellationToken)
    {
        var key = ObjectKey.Of(service);
        var live = await _api.FindAsync<V1Endpoints>(key, cancellationToken);
        var endpoints = live is null ? new V1Endpoints { Metadata = new V1ObjectMeta() } : Copies.Of(live);
        endpoints.Metadata.Name = key.Name;
        endpoints.Metadata.NamespaceProperty = key.Namespace;
        endpoints.Metadata.Labels = service.Metadata.Labels;
        endpoints.Metadata.OwnerReferences = [Owners.Reference(service)];
        var ready = pods.Where(pod => Serves(service, pod)).ToList();
        var others = pods.Where(pod => !Serves(service, pod) && pod.Metadata.DeletionTimestamp is null).ToList();
        var ports = PortsOf(service, pods);
        endpoints.Subsets = ready.Count + others.Count == 0 ? null :
        [
            new V1EndpointSubset
            {
                Addresses = ready.Count == 0 ? null : [.. ready.Select(AddressOf)],
                NotReadyAddresses = others.Count == 0 ? null : [.. others.Select(AddressOf)],
                Ports = ports.Count == 0 ? null : [.. ports.Select(EndpointsPort)],
            },
        ];
        if (live is null)
        {
            await _api.CreateAsync(endpoints, cancellationToken);
        }
        else if (!Copies.AreSame(live, endpoints))
        {
            await _api.ReplaceAsync(endpoints, cancellationToken);
        }
    }

    private static bool Serves(V1Service service, V1Pod pod) =>
        service.Spec.PublishNotReadyAddresses == true || (PodState.IsReady(pod) && pod.Metadata.DeletionTimestamp is null);

    private static V1Endpoint EndpointOf(V1Service service, V1Pod pod, string address) => new()
    {
        Addresses = [address],
        Conditions = new V1EndpointConditions
        {
            Ready = Serves(service, pod),
            Serving = PodState.IsReady(pod),
            Terminating = pod.Metadata.DeletionTimestamp is not null,
        },
        NodeName = pod.Spec.NodeName,
        TargetRef = ReferenceTo(pod),
        Hostname = pod.Spec.Subdomain == service.Metadata.Name ? pod.Spec.Hostname : null,
    };

    private static V1EndpointAddress AddressOf(V1Pod pod) => new()
    {
        Ip = pod.Status.PodIP,
        NodeName = pod.Spec.NodeName,
        TargetRef = ReferenceTo(pod),
    };

    private static Corev1EndpointPort EndpointsPort((string Name, int Number, string Protocol) port) => new()
    {
        Name = port.Name.Length == 0 ? null : port.Name,
        Port = port.Number,
        Protocol = port.Protocol,
    };

    private static V1ObjectReference ReferenceTo(V1Pod pod) => new()
    {
        Kind = "Pod",
        Name = pod.Metadata.Name,
        NamespaceProperty = pod.Metadata.NamespaceProperty,
        Uid = pod.Metadata.Uid,
    };

    private static List<(string Name, int Number, string Protocol)> PortsOf(V1Service service, List<V1Pod> pods) =>
    [
        .. from port in service.Spec.Ports ?? []
           let number = NumberOf(port, pods)
           where number is not null
           select (port.Name ?? "", number.Value, port.Protocol ?? "TCP"),
    ];

    private static int? NumberOf(V1ServicePort port, List<V1Pod> pods)
    {
        var target = port.TargetPort?.Value is { Length: > 0 } text ? text : port.Port.ToString();
        return int.TryParse(target, out var number)
            ? number
            : pods.SelectMany(pod => pod.Spec.Containers).SelectMany(container => container.Ports ?? [])
                .FirstOrDefault(candidate => candidate.Name == target)?.ContainerPort;
    }
}
