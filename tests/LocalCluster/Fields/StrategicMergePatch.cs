using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>
/// <see href="https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/">Strategic merge patches</see>:
/// merge patches that merge lists by key, with directives to delete, replace and order.
/// </summary>
internal static class StrategicMergePatch
{
    private const string Directive = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string SetElementOrder = "$setElementOrder/";
    private const string DeleteFromPrimitiveList = "$deleteFromPrimitiveList/";

    /// <summary>The target after the patch; neither is changed.</summary>
    /// <exception cref="InvalidPatchException">A directive is unknown, or an item lacks its merge key.</exception>
    public static JsonObject Apply(JsonObject target, JsonObject patch, FieldSchema schema) =>
        MergeObject(target, patch, schema);

    private static JsonObject MergeObject(JsonObject target, JsonObject patch, FieldSchema schema)
    {
        switch (DirectiveOf(patch))
        {
            case "delete":
                return [];
            case "replace":
                return Clean(patch, schema);
        }

        var type = schema.Resolve(patch) as ObjectSchema;
        var patched = Retain(target, patch);
        foreach (var (name, change) in patch)
        {
            if (name.StartsWith(DeleteFromPrimitiveList, StringComparison.Ordinal))
            {
                DeleteItems(patched, name[DeleteFromPrimitiveList.Length..], change as JsonArray);
            }
            else if (!IsDirective(name))
            {
                Set(patched, name, change, Declared(type, name), patch[SetElementOrder + name] as JsonArray);
            }
        }

        foreach (var (directive, order) in patch.Where(field => field.Key.StartsWith(SetElementOrder, StringComparison.Ordinal)))
        {
            var name = directive[SetElementOrder.Length..];
            if (patch[name] is null && patched[name] is JsonArray live && order is JsonArray elements)
            {
                patched[name] = Reorder([.. live], live, elements, Declared(type, name).PatchMergeKey);
            }
        }

        return patched;
    }

    private static FieldDeclaration Declared(ObjectSchema? type, string name) =>
        type?.Fields.GetValueOrDefault(name) ?? new FieldDeclaration(type?.Values ?? FieldSchema.Any);

    private static JsonObject Retain(JsonObject target, JsonObject patch)
    {
        var patched = target.DeepClone().AsObject();
        if (patch[RetainKeys] is not JsonArray keys)
        {
            return patched;
        }

        var retained = keys.Select(key => key?.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        foreach (var name in patched.Select(field => field.Key).Where(name => !retained.Contains(name)).ToList())
        {
            patched.Remove(name);
        }

        return patched;
    }

    private static void Set(JsonObject patched, string name, JsonNode? change, FieldDeclaration field, JsonArray? order)
    {
        switch (change, patched[name])
        {
            case (null, _):
                patched.Remove(name);
                break;
            case (JsonObject fields, JsonObject live) when field.PatchStrategy != PatchStrategy.Replace:
                if (DirectiveOf(fields) == "delete")
                {
                    patched.Remove(name);
                }
                else
                {
                    patched[name] = MergeObject(live, fields, field.Schema);
                }

                break;
            case (JsonArray items, JsonArray live) when field.PatchStrategy == PatchStrategy.Merge:
                patched[name] = MergeList(live, items, field, order, name);
                break;
            default:
                patched[name] = CleanValue(change, field);
                break;
        }
    }

    private static JsonArray MergeList(JsonArray live, JsonArray patch, FieldDeclaration field, JsonArray? order, string name)
    {
        var element = (field.Schema as ListSchema)?.Element ?? FieldSchema.Any;
        if (patch.Any(item => item is JsonObject fields && DirectiveOf(fields) == "replace"))
        {
            return CleanList(patch, element);
        }

        var merged = field.PatchMergeKey is { } key
            ? MergeByKey(live, patch, key, element, name)
            : [.. live.Concat(patch).DistinctBy(item => item?.ToJsonString(), StringComparer.Ordinal)];
        var reordered = Reorder(merged, live, patch, field.PatchMergeKey);
        return order is null ? reordered : Reorder([.. reordered], live, order, field.PatchMergeKey);
    }

    private static List<JsonNode?> MergeByKey(JsonArray live, JsonArray patch, string key, FieldSchema element, string list)
    {
        var merged = live.ToList();
        foreach (var item in patch)
        {
            if (item is not JsonObject fields || fields[key] is not { } value)
            {
                throw new InvalidPatchException(
                    PatchFailure.Malformed, $"{list}: {item?.ToJsonString() ?? "null"} does not contain declared merge key: {key}");
            }

            var index = merged.FindIndex(other => other is JsonObject && JsonNode.DeepEquals(other[key], value));
            switch (DirectiveOf(fields), index)
            {
                case ("delete", _):
                    merged.RemoveAll(other => other is JsonObject && JsonNode.DeepEquals(other[key], value));
                    break;
                case (_, < 0):
                    merged.Add(Clean(fields, element));
                    break;
                default:
                    merged[index] = MergeObject(merged[index]!.AsObject(), fields, element);
                    break;
            }
        }

        return merged;
    }

    // Items named in the order follow it; the others stay in front of the named item they stood in front of.
    private static JsonArray Reorder(List<JsonNode?> merged, JsonArray live, JsonArray order, string? key)
    {
        var ordered = order.Select(item => merged.Find(other => AreSame(item, other, key))).Where(item => item is not null).ToList();
        var others = new Queue<JsonNode?>(merged.Where(item => !order.Any(other => AreSame(item, other, key))));
        var result = new List<JsonNode?>();
        foreach (var item in ordered)
        {
            var position = PositionOf(item);
            while (position >= 0 && others.TryPeek(out var other) && PositionOf(other) is >= 0 and var before && before < position)
            {
                result.Add(others.Dequeue());
            }

            result.Add(item);
        }

        return new JsonArray([.. result.Concat(others).Select(item => item?.DeepClone())]);

        int PositionOf(JsonNode? item) => live.ToList().FindIndex(other => AreSame(item, other, key));
    }

    private static bool AreSame(JsonNode? left, JsonNode? right, string? key) => key is null
        ? JsonNode.DeepEquals(left, right)
        : left is JsonObject && right is JsonObject && JsonNode.DeepEquals(left[key], right[key]);

    private static void DeleteItems(JsonObject patched, string name, JsonArray? items)
    {
        if (patched[name] is JsonArray live && items is not null)
        {
            live.RemoveAll(item => items.Any(deleted => JsonNode.DeepEquals(item, deleted)));
        }
    }

    private static JsonNode? CleanValue(JsonNode? value, FieldDeclaration field) => value switch
    {
        JsonObject fields => Clean(fields, field.Schema),
        JsonArray items when field.PatchStrategy == PatchStrategy.Merge =>
            CleanList(items, (field.Schema as ListSchema)?.Element ?? FieldSchema.Any),
        _ => value?.DeepClone(),
    };

    // What a patch sets where nothing was: its values without directives and deletions.
    private static JsonObject Clean(JsonObject patch, FieldSchema schema)
    {
        var type = schema.Resolve(patch) as ObjectSchema;
        return new JsonObject(
            from field in patch
            where field.Value is not null && !IsDirective(field.Key)
            select KeyValuePair.Create(field.Key, CleanValue(field.Value, Declared(type, field.Key))));
    }

    private static JsonArray CleanList(JsonArray items, FieldSchema element) =>
    [
        .. items.Where(item => item is not JsonObject fields || DirectiveOf(fields) is null or "merge")
            .Select(item => item is JsonObject fields ? Clean(fields, element) : item?.DeepClone()),
    ];

    private static string? DirectiveOf(JsonObject patch) => patch[Directive]?.GetValue<string>() switch
    {
        null => null,
        "delete" or "replace" or "merge" => patch[Directive]!.GetValue<string>(),
        var unknown => throw new InvalidPatchException(PatchFailure.Malformed, $"unknown patch type: {unknown}"),
    };

    private static bool IsDirective(string name) =>
        name is Directive or RetainKeys
        || name.StartsWith(SetElementOrder, StringComparison.Ordinal)
        || name.StartsWith(DeleteFromPrimitiveList, StringComparison.Ordinal);
}
