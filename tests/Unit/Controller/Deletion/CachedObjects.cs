using k8s;
using k8s.Models;
using KafkaLogstash.Controller;
using KafkaLogstash.Runtime;

namespace KafkaLogstash.Tests.Unit.Controller.Deletion;

/// <summary>Informers that hold what a test puts in.</summary>
internal sealed class CachedObjects : IInformers
{
    private readonly Dictionary<Type, object> _informers = [];

    public void Add<T>(T value)
        where T : class, IKubernetesObject<V1ObjectMeta> => Informer<T>().Objects.Set(value);

    public void Clear() => _informers.Clear();

    public IInformer<T> For<T>()
        where T : class, IKubernetesObject<V1ObjectMeta> => Informer<T>();

    private Filled<T> Informer<T>()
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        if (!_informers.TryGetValue(typeof(T), out var informer))
        {
            _informers[typeof(T)] = informer = new Filled<T>();
        }

        return (Filled<T>)informer;
    }

    private sealed class Filled<T> : IInformer<T>
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        public IndexedCache<T> Objects { get; } = new(new Dictionary<string, Func<T, IEnumerable<string>>>
        {
            [OwnedKinds.OwnerIndex] = live => OwnedKinds.OwnerOf(live),
            [ConnectionController.PodIndex] = live => live is V1Pod pod ? ConnectionController.ConnectionOf(pod) : [],
        });

        public IIndexedCache<T> Cache => Objects;

        public bool HasSynced => true;

        public Task WaitForSyncAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public IDisposable Subscribe(Action<ResourceChange<T>> handler) => throw new NotSupportedException("Nothing changes here.");
    }
}
