using k8s;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>The informers that a program wants, before they exist.</summary>
internal sealed class InformerCatalogue
{
    private readonly Dictionary<Type, object> _options = [];
    private readonly Dictionary<Type, Func<InformerContext, IRunningInformer>> _create = [];

    public void Add<T>(InformerOptions<T>? options)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var known = Find<T>();
        Keep(options is null ? known : options with { Indexes = Union(known.Indexes, options.Indexes) });
    }

    public void AddIndex<T>(string name, Func<T, IEnumerable<string>> values)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var known = Find<T>();
        Keep(known with { Indexes = Union(known.Indexes, [KeyValuePair.Create(name, values)]) });
    }

    public IReadOnlyDictionary<Type, IRunningInformer> Create(InformerContext context) =>
        _create.ToDictionary(static p => p.Key, p => p.Value(context));

    private void Keep<T>(InformerOptions<T> options)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        _options[typeof(T)] = options;
        _create[typeof(T)] = context => new Informer<T>(context, options);
    }

    private InformerOptions<T> Find<T>()
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        _options.TryGetValue(typeof(T), out var known) ? (InformerOptions<T>)known : new InformerOptions<T>();

    private static Dictionary<string, TValue> Union<TValue>(
        IEnumerable<KeyValuePair<string, TValue>> first, IEnumerable<KeyValuePair<string, TValue>> second)
    {
        var union = new Dictionary<string, TValue>(first, StringComparer.Ordinal);
        foreach (var (name, value) in second)
        {
            union[name] = value;
        }

        return union;
    }
}
