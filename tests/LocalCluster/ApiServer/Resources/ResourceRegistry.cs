using System.Collections.Immutable;

namespace KafkaLogstash.LocalCluster.ApiServer.Resources;

/// <summary>All resources served now: the built-in ones, and those of established CustomResourceDefinitions.</summary>
internal sealed class ResourceRegistry(IEnumerable<ResourceType> builtIns)
{
    private readonly ImmutableList<ResourceType> _builtIns = [.. builtIns];
    private ImmutableSortedDictionary<string, Served> _custom =
        ImmutableSortedDictionary.Create<string, Served>(StringComparer.Ordinal);

    public IEnumerable<ResourceType> All => _builtIns.Concat(_custom.Values.SelectMany(served => served.Types));

    public ResourceType? Find(string group, string version, string plural) =>
        All.FirstOrDefault(type => type.Plural == plural && type.Group == group && type.Version == version);

    public ResourceType? FindKind(string group, string kind) => All.FirstOrDefault(type => type.Kind == kind && type.Group == group);

    /// <summary>Another object whenever the custom resources have changed.</summary>
    public object Edition => _custom;

    /// <summary>Names of the CustomResourceDefinitions that are served.</summary>
    public IEnumerable<string> Definitions => _custom.Keys;

    /// <summary>Serves a generation of a CustomResourceDefinition, unless it is served already.</summary>
    public void PublishOnce(string definition, string uid, long generation, Func<IEnumerable<ResourceType>> types)
    {
        if (_custom.GetValueOrDefault(definition) is { } served && served.Uid == uid && served.Generation >= generation)
        {
            return;
        }

        var entry = new Served(uid, generation, [.. types()]);
        ImmutableInterlocked.Update(ref _custom, static (all, added) => all.SetItem(added.definition, added.entry), (definition, entry));
    }

    public void Withdraw(string definition) =>
        ImmutableInterlocked.Update(ref _custom, static (all, gone) => all.Remove(gone), definition);

    private sealed record Served(string Uid, long Generation, ImmutableList<ResourceType> Types);
}
