using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>
/// Keeps <c>metadata.managedFields</c> through creates, replaces and patches other than apply
/// (<see href="https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management">field management</see>).
/// </summary>
internal static class ManagedFields
{
    private const int MostUpdaters = 10;
    private const string AncientChanges = "ancient-changes";

    /// <summary>
    /// The updated object with its owners: the manager owns what it changed, nobody owns what it removed. Nothing changed means
    /// nothing is written, not even a time. A request with <c>managedFields: [{}]</c> clears the owners; an object without owners
    /// stays without until somebody applies.
    /// </summary>
    /// <param name="live">The stored object; null for a create.</param>
    /// <param name="updated">The object to be stored, complete: defaulted, and with what the request may not change taken from the live one.</param>
    /// <param name="context">Who updates.</param>
    public static JsonObject TrackUpdate(JsonObject? live, JsonObject updated, UpdateContext context)
    {
        var owners = OwnersBefore(live, updated, context.Subresource);
        if (live is not null && owners.IsEmpty)
        {
            return FieldOwners.Remove(updated);
        }

        var manager = ManagerIdentity.Updater(context.Manager, context.ApiVersion, context.Subresource);
        var tracked = Track(owners, live ?? [], updated, manager, context.Now, context.Schema);
        return MergeAncientChanges(tracked).WriteTo(updated);
    }

    /// <summary>The owners after a manager's update.</summary>
    internal static FieldOwners Track(
        FieldOwners owners, JsonObject live, JsonObject updated, ManagerIdentity manager, DateTimeOffset now, FieldSchema schema)
    {
        var change = FieldComparison.Of(FieldOwners.Remove(live), FieldOwners.Remove(updated), schema);
        var taken = change.Modified.Union(change.Added);
        var kept = owners.FieldsOf(manager).Except(change.Removed);
        var time = owners.Owners.TryGetValue(manager, out var before) && taken.IsEmpty ? before.Time : now;
        return owners.After(manager, change).With(manager, new OwnedFields(kept.Union(taken), manager.ApiVersion, time));
    }

    private static FieldOwners OwnersBefore(JsonObject? live, JsonObject updated, string? subresource)
    {
        if (subresource is { Length: > 0 })
        {
            return FieldOwners.Read(live);
        }

        if (updated["metadata"]?["managedFields"] is JsonArray and [JsonObject { Count: 0 }])
        {
            return FieldOwners.None;
        }

        var sent = FieldOwners.Read(updated);
        return sent.IsEmpty ? FieldOwners.Read(live) : sent;
    }

    // An API server keeps ten updaters; the entries of the oldest become one per version.
    private static FieldOwners MergeAncientChanges(FieldOwners owners)
    {
        var updaters = owners.Owners.Where(owner => !owner.Key.Applies)
            .OrderBy(owner => owner.Value.Time?.ToUnixTimeSeconds() ?? 0)
            .ThenBy(owner => owner.Key, ManagerIdentity.Order)
            .ToList();
        var merged = owners;
        var surplus = updaters.Count - MostUpdaters;
        var first = new Dictionary<string, ManagerIdentity>(StringComparer.Ordinal);
        foreach (var (manager, owned) in updaters)
        {
            if (surplus <= 0)
            {
                break;
            }

            if (!first.TryGetValue(owned.ApiVersion, out var bucket))
            {
                first[owned.ApiVersion] = manager;
                continue;
            }

            var ancient = ManagerIdentity.Updater(AncientChanges, owned.ApiVersion, subresource: null);
            var fields = merged.FieldsOf(bucket).Union(owned.Fields);
            merged = new FieldOwners(merged.Owners.Remove(bucket).Remove(manager).SetItem(ancient, owned with { Fields = fields }));
            first[owned.ApiVersion] = ancient;
            surplus--;
        }

        return merged;
    }
}
