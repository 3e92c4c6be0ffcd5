using k8s;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>The informers of a program, started and stopped together.</summary>
internal sealed class InformerSet : IInformers
{
    private readonly IReadOnlyDictionary<Type, IRunningInformer> _informers;

    public InformerSet(InformerCatalogue catalogue, InformerContext context) => _informers = catalogue.Create(context);

    /// <summary>Whether every cache holds its first list.</summary>
    public bool HasSynced => _informers.Values.All(static i => i.HasSynced);

    /// <summary>The kinds whose first list is still missing.</summary>
    public IReadOnlyList<ResourceKind> Missing => [.. _informers.Values.Where(static i => !i.HasSynced).Select(static i => i.Kind)];

    public IInformer<T> For<T>()
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        _informers.TryGetValue(typeof(T), out var informer)
            ? (IInformer<T>)informer
            : throw new InvalidOperationException(
                $"No informer of {typeof(T)} is registered. Name it in {nameof(ControllerRuntimeBuilder)}.{nameof(ControllerRuntimeBuilder.Informer)}.");

    public Task WaitForSyncAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_informers.Values.Select(i => i.WaitForSyncAsync(cancellationToken)));

    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(_informers.Values.Select(i => i.RunAsync(cancellationToken)));
}
