using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>
/// <see href="https://kubernetes.io/docs/reference/using-api/server-side-apply/">Server-side apply</see>: sets what a manager
/// applies, removes what it applied before and nobody else owns, and reports conflicts with other managers.
/// </summary>
internal static class ServerSideApply
{
    private const string BeforeFirstApply = "before-first-apply";

    /// <summary>
    /// The object after an apply, with its owners. An apply that changes neither the object nor its owners returns an equal object.
    /// </summary>
    /// <param name="live">The stored object; null when the apply creates it.</param>
    /// <param name="applied">
    /// What is applied: no defaults, and without what the request may not set (<c>status</c> of a kind with that subresource; all but
    /// <c>status</c> when the subresource is applied), for all that is in it will be owned.
    /// </param>
    /// <param name="context">Who applies.</param>
    /// <exception cref="ApplyConflictException">Fields of other managers would change, and force is not set.</exception>
    /// <exception cref="InvalidFieldsException">The applied object does not fit the schema.</exception>
    public static JsonObject Apply(JsonObject? live, JsonObject applied, ApplyContext context)
    {
        if (applied["metadata"]?["managedFields"] is not null)
        {
            throw new InvalidFieldsException("metadata.managedFields must be nil");
        }

        var before = FieldOwners.Remove(live ?? []);
        var owners = FieldOwners.Read(live);
        if (owners.IsEmpty)
        {
            var manager = ManagerIdentity.Updater(BeforeFirstApply, context.ApiVersion, context.Subresource);
            owners = ManagedFields.Track(owners, [], before, manager, context.Now, context.Schema);
        }

        var (merged, after) = ApplyOrUpgrade(before, applied, owners, context);
        if (LastAppliedConfiguration.IsKeptBy(context.Manager))
        {
            merged = LastAppliedConfiguration.Refresh(merged, applied);
        }

        return after.WriteTo(merged);
    }

    // kubectl may take over what it set itself by client-side apply.
    private static (JsonObject Merged, FieldOwners Owners) ApplyOrUpgrade(
        JsonObject live, JsonObject applied, FieldOwners owners, ApplyContext context)
    {
        try
        {
            return Apply(live, applied, owners, context);
        }
        catch (ApplyConflictException exception) when (LastAppliedConfiguration.IsKeptBy(context.Manager))
        {
            var own = LastAppliedConfiguration.UnchangedFields(live, context.Schema);
            var conflicts = exception.Conflicts.Where(conflict => FieldSet.Of([conflict.Path]).Intersect(own).IsEmpty).ToList();
            return conflicts.Count == 0
                ? Apply(live, applied, owners, context with { Force = true })
                : throw new ApplyConflictException(conflicts);
        }
    }

    private static (JsonObject Merged, FieldOwners Owners) Apply(JsonObject live, JsonObject applied, FieldOwners owners, ApplyContext context)
    {
        var manager = ManagerIdentity.Applier(context.Manager, context.Subresource);
        var schema = context.Schema;
        var last = owners.FieldsOf(manager);
        var set = AppliedFields.Of(applied, schema, strict: true);
        var owned = owners.Owners.Where(owner => owner.Key != manager).Aggregate(set, (fields, owner) => fields.Union(owner.Value.Fields));
        var merged = Prune(FieldMerge.Merge(live, applied, schema), last, owned, schema);

        var change = FieldComparison.Of(live, merged, schema);
        if (!context.Force && owners.ConflictsWith(manager, change) is { Count: > 0 } conflicts)
        {
            throw new ApplyConflictException(conflicts);
        }

        var isSame = JsonNode.DeepEquals(live, merged);
        var time = isSame ? owners.Owners.GetValueOrDefault(manager)?.Time : context.Now;
        return (merged, owners.After(manager, change).With(manager, new OwnedFields(set, context.ApiVersion, time)));
    }

    // Removes what the manager applied last time and nobody owns now. A struct or list item survives when anything owned is in it.
    private static JsonObject Prune(JsonObject merged, FieldSet last, FieldSet owned, FieldSchema schema)
    {
        if (last.IsEmpty)
        {
            return merged;
        }

        var formerly = last.WithParentsOf(schema);
        var there = FieldsOf(merged);
        var left = FieldsOf(FieldRemoval.Remove(merged, formerly, schema));
        var pruned = FieldRemoval.Remove(merged, there.Except(left.Union(owned.WithParentsOf(schema))), schema);
        return FieldRemoval.Remove(merged, there.Except(FieldsOf(pruned)).Intersect(formerly), schema);

        FieldSet FieldsOf(JsonObject value) => AppliedFields.Of(value, schema, strict: false).WithParentsOf(schema);
    }
}
