namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>What the fields of one model type are beyond what its C# type says.</summary>
internal sealed class FieldRules
{
    private readonly HashSet<string> _presentFields = new(StringComparer.Ordinal);
    private readonly HashSet<string> _atomicMaps = new(StringComparer.Ordinal);
    private readonly HashSet<string> _granularFields = new(StringComparer.Ordinal);
    private readonly HashSet<string> _keyRetainingFields = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ListKind> _listKinds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<ListKey>> _listKeys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PatchStrategy> _patchStrategies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _patchMergeKeys = new(StringComparer.Ordinal);

    /// <summary>A type with no rule of its own: granular, with atomic lists.</summary>
    public static FieldRules None { get; } = new();

    /// <summary>True when objects of the type are owned and replaced as a whole.</summary>
    public bool IsAtomic { get; private set; }

    /// <summary>Fields that are there in every object of the type, empty when a request leaves them out.</summary>
    public IReadOnlySet<string> PresentFields => _presentFields;

    /// <summary>Maps that are owned and replaced as a whole.</summary>
    public IReadOnlySet<string> AtomicMaps => _atomicMaps;

    /// <summary>Fields whose type is atomic elsewhere, but not here.</summary>
    public IReadOnlySet<string> GranularFields => _granularFields;

    /// <summary>Fields whose keys exclude each other.</summary>
    public IReadOnlySet<string> KeyRetainingFields => _keyRetainingFields;

    /// <summary>The lists that are not atomic.</summary>
    public IReadOnlyDictionary<string, ListKind> ListKinds => _listKinds;

    /// <summary>The keys of keyed lists.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ListKey>> ListKeys => _listKeys;

    /// <summary>The strategies of strategic merge patches, where they are not the default.</summary>
    public IReadOnlyDictionary<string, PatchStrategy> PatchStrategies => _patchStrategies;

    /// <summary>The merge keys of strategic merge patches.</summary>
    public IReadOnlyDictionary<string, string> PatchMergeKeys => _patchMergeKeys;

    /// <summary>Declares the type atomic.</summary>
    public FieldRules Atomic()
    {
        IsAtomic = true;
        return this;
    }

    /// <summary>Declares maps atomic.</summary>
    public FieldRules AtomicMap(string field)
    {
        _atomicMaps.Add(field);
        return this;
    }

    /// <summary>Declares a field of an atomic type granular.</summary>
    public FieldRules Granular(string field)
    {
        _granularFields.Add(field);
        return this;
    }

    /// <summary>Declares fields that exist in every object.</summary>
    public FieldRules Present(params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            _presentFields.Add(field);
        }

        return this;
    }

    /// <summary>Declares a list whose items are told apart by one field, for apply and for strategic merge patches.</summary>
    public FieldRules Keyed(string list, string key) => Keyed(list, new ListKey(key));

    /// <summary>Declares a list whose items are told apart by several fields; strategic merge patches use only the first.</summary>
    public FieldRules Keyed(string list, params ReadOnlySpan<ListKey> keys)
    {
        KeyedByApply(list, keys);
        return MergedByPatches(list, keys[0].Name);
    }

    /// <summary>Declares a keyed list that strategic merge patches replace.</summary>
    public FieldRules KeyedByApply(string list, params ReadOnlySpan<ListKey> keys)
    {
        _listKinds[list] = ListKind.Keyed;
        _listKeys[list] = keys.ToArray();
        return this;
    }

    /// <summary>Declares a list of scalars, each owned by itself.</summary>
    public FieldRules Set(string list)
    {
        _listKinds[list] = ListKind.Set;
        return this;
    }

    /// <summary>Declares a list that strategic merge patches merge.</summary>
    public FieldRules MergedByPatches(string list, string? key = null)
    {
        _patchStrategies[list] = PatchStrategy.Merge;
        if (key is not null)
        {
            _patchMergeKeys[list] = key;
        }

        return this;
    }

    /// <summary>Declares a field whose keys exclude each other.</summary>
    public FieldRules RetainsKeys(string field)
    {
        _keyRetainingFields.Add(field);
        return this;
    }

    /// <summary>Declares an object that strategic merge patches replace.</summary>
    public FieldRules ReplacedByPatches(string field)
    {
        _patchStrategies[field] = PatchStrategy.Replace;
        return this;
    }
}
