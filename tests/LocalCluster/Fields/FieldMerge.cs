using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>Merges an applied object into a live one.</summary>
internal static class FieldMerge
{
    /// <summary>The live object with the applied fields set; neither is changed.</summary>
    /// <exception cref="InvalidFieldsException">A list has an item without a key.</exception>
    public static JsonObject Merge(JsonObject live, JsonObject applied, FieldSchema schema) =>
        (JsonObject)Merge(FieldPath.Root, FieldValue.Of(live), FieldValue.Of(applied), schema).Node!;

    private static FieldValue Merge(FieldPath path, FieldValue live, FieldValue applied, FieldSchema schema)
    {
        var (_, type) = FieldValue.Resolve(schema, live, applied);
        return type switch
        {
            _ when live.IsEmpty && applied.IsEmpty => Take(applied.Exists ? applied : live),
            ObjectSchema { IsAtomic: false } fields => MergeFields(path, live, applied, fields),
            ListSchema { Kind: not ListKind.Atomic } list => MergeItems(path, live, applied, list),
            _ => Take(applied.Exists ? applied : live),
        };
    }

    private static FieldValue Take(FieldValue value) => value with { Node = value.Node?.DeepClone() };

    private static FieldValue MergeFields(FieldPath path, FieldValue live, FieldValue applied, ObjectSchema schema)
    {
        var merged = new JsonObject();
        foreach (var name in live.FieldNames().Union(applied.FieldNames(), StringComparer.Ordinal))
        {
            var field = path.Append(PathElement.Field(name));
            merged[name] = Merge(field, live.Field(name), applied.Field(name), schema.TypeOf(name) ?? FieldSchema.Any).Node;
        }

        return FieldValue.Of(merged);
    }

    // Applied items keep their order. Items that only the live list has keep their place before the applied item that follows them.
    private static FieldValue MergeItems(FieldPath path, FieldValue live, FieldValue applied, ListSchema list)
    {
        var liveItems = live.Items();
        var liveElements = ListItems.Elements(list, liveItems, path);
        var liveByElement = ListItems.ByElement(list, liveItems, path);
        var appliedByElement = ListItems.ByElement(list, applied.Items(), path);
        var shared = new Queue<PathElement>(appliedByElement.Select(items => items.Key).Where(liveByElement.Contains));
        var merged = new JsonArray();
        var next = 0;

        void TakeLiveItemsBefore(PathElement? element)
        {
            for (; next < liveItems.Count && !liveElements[next].Equals(element); next++)
            {
                if (!appliedByElement.Contains(liveElements[next]))
                {
                    merged.Add(liveItems[next]?.DeepClone());
                }
            }
        }

        foreach (var items in appliedByElement)
        {
            shared.TryPeek(out var nextShared);
            TakeLiveItemsBefore(nextShared);
            if (items.Key.Equals(nextShared))
            {
                shared.Dequeue();
                next += next < liveItems.Count ? 1 : 0;
            }

            var same = liveByElement[items.Key].ToList();
            var liveItem = same.Count switch { 0 => FieldValue.Absent, 1 => FieldValue.Of(same[0]), _ => FieldValue.Of(null) };
            merged.Add(Merge(path.Append(items.Key), liveItem, FieldValue.Of(items.Last()), list.Element).Node);
        }

        TakeLiveItemsBefore(null);
        return FieldValue.Of(merged);
    }
}
