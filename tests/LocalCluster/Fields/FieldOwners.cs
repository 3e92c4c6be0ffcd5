using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>What a manager owns.</summary>
/// <param name="Fields">Its fields.</param>
/// <param name="ApiVersion">The version in which it last wrote them.</param>
/// <param name="Time">When it last changed the object; null when it never did.</param>
internal sealed record OwnedFields(FieldSet Fields, string ApiVersion, DateTimeOffset? Time);

/// <summary>The owners of an object's fields: <c>metadata.managedFields</c>.</summary>
/// <param name="Owners">What each manager owns; never empty sets.</param>
internal sealed record FieldOwners(ImmutableDictionary<ManagerIdentity, OwnedFields> Owners)
{
    // Identity and bookkeeping of an object belong to nobody.
    private static readonly FieldSet Unowned = FieldSet.Of(
    [
        FieldPath.OfFields("apiVersion"),
        FieldPath.OfFields("kind"),
        FieldPath.OfFields("metadata"),
        .. new[] { "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields", "resourceVersion" }
            .Select(name => FieldPath.OfFields("metadata", name)),
    ]);

    /// <summary>No owners.</summary>
    public static FieldOwners None { get; } = new(ImmutableDictionary<ManagerIdentity, OwnedFields>.Empty);

    /// <summary>True when nothing is owned.</summary>
    public bool IsEmpty => Owners.IsEmpty;

    /// <summary>Reads an object's owners. Entries that cannot be read make it an object without owners, as for the API server.</summary>
    public static FieldOwners Read(JsonObject? value)
    {
        try
        {
            var entries = value?["metadata"]?["managedFields"] as JsonArray ?? [];
            return new FieldOwners(entries.OfType<JsonObject>().Where(entry => entry.Count > 0).Select(ReadEntry).ToImmutableDictionary());
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException or ArgumentException)
        {
            return None;
        }
    }

    /// <summary>A copy of an object with these owners, or without <c>managedFields</c> when there are none.</summary>
    public JsonObject WriteTo(JsonObject value)
    {
        var written = Remove(value);
        if (!IsEmpty)
        {
            var entries = from owner in Owners
                          orderby owner.Key.Operation, owner.Value.Time?.ToUnixTimeSeconds() ?? 0, owner.Key.Manager,
                              owner.Value.ApiVersion, owner.Key.Subresource
                          select WriteEntry(owner.Key, owner.Value);
            if (written["metadata"] is not JsonObject metadata)
            {
                written["metadata"] = metadata = [];
            }

            metadata["managedFields"] = new JsonArray([.. entries]);
        }

        return written;
    }

    /// <summary>A copy of an object without <c>managedFields</c>.</summary>
    public static JsonObject Remove(JsonObject value)
    {
        var copy = value.DeepClone().AsObject();
        (copy["metadata"] as JsonObject)?.Remove("managedFields");
        return copy;
    }

    /// <summary>These owners with one manager's fields replaced; what belongs to nobody is left out.</summary>
    public FieldOwners With(ManagerIdentity manager, OwnedFields owned)
    {
        var fields = owned.Fields.Except(Unowned);
        return new FieldOwners(fields.IsEmpty ? Owners.Remove(manager) : Owners.SetItem(manager, owned with { Fields = fields }));
    }

    /// <summary>The fields of a manager; empty when it owns none.</summary>
    public FieldSet FieldsOf(ManagerIdentity manager) => Owners.TryGetValue(manager, out var owned) ? owned.Fields : FieldSet.Empty;

    /// <summary>The fields of other managers that a change sets.</summary>
    public IReadOnlyList<ApplyConflict> ConflictsWith(ManagerIdentity manager, FieldComparison change)
    {
        var set = change.Modified.Union(change.Added);
        return
        [
            .. from owner in Owners.OrderBy(owner => owner.Key, ManagerIdentity.Order)
               where owner.Key != manager
               from path in owner.Value.Fields.Intersect(set).Paths()
               select new ApplyConflict(owner.Key, path),
        ];
    }

    /// <summary>These owners after a manager's change: nobody else owns what it set, nobody owns what it removed.</summary>
    public FieldOwners After(ManagerIdentity manager, FieldComparison change)
    {
        var lost = change.Modified.Union(change.Added).Union(change.Removed);
        var owners = Owners;
        foreach (var (other, owned) in Owners.Where(owner => owner.Key != manager))
        {
            var left = owned.Fields.Except(lost);
            owners = left.IsEmpty ? owners.Remove(other) : owners.SetItem(other, owned with { Fields = left });
        }

        return new FieldOwners(owners);
    }

    private static KeyValuePair<ManagerIdentity, OwnedFields> ReadEntry(JsonObject entry)
    {
        string Text(string name) => entry[name]?.GetValue<string>() ?? "";

        var fields = entry["fieldsV1"] as JsonObject ?? throw new FormatException("An entry of managedFields has no fieldsV1.");
        var time = Text("time") is { Length: > 0 } written
            ? DateTimeOffset.Parse(written, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            : (DateTimeOffset?)null;
        var manager = Text("operation") == "Apply"
            ? ManagerIdentity.Applier(Text("manager"), Text("subresource"))
            : ManagerIdentity.Updater(Text("manager"), Text("apiVersion"), Text("subresource"));
        return KeyValuePair.Create(manager, new OwnedFields(FieldSet.Parse(fields), Text("apiVersion"), time));
    }

    private static JsonObject WriteEntry(ManagerIdentity manager, OwnedFields owned)
    {
        var entry = new JsonObject
        {
            ["manager"] = manager.Manager,
            ["operation"] = manager.Operation,
            ["apiVersion"] = owned.ApiVersion,
        };
        if (owned.Time is { } time)
        {
            entry["time"] = time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        }

        entry["fieldsType"] = "FieldsV1";
        entry["fieldsV1"] = owned.Fields.ToJson();
        if (manager.Subresource.Length > 0)
        {
            entry["subresource"] = manager.Subresource;
        }

        return entry;
    }
}
