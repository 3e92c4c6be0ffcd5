using System.Text.Json;
using System.Text.Json.Nodes;

namespace KafkaLogstash.Runtime;

/// <summary>Why a field makes an apply necessary.</summary>
internal enum DifferenceReason
{
    /// <summary>The live value is another one.</summary>
    Value,

    /// <summary>The live object lacks the field.</summary>
    Missing,

    /// <summary>The value is right, but another manager set it and could take it away.</summary>
    NotOwned,

    /// <summary>This manager set the field once, and no longer wants it.</summary>
    NoLongerDesired,
}

/// <summary>One field in which the desired and the live object differ.</summary>
/// <param name="Path">Where, for instance <c>.spec.replicas</c>.</param>
/// <param name="Reason">In which way.</param>
/// <param name="Live">The live value as JSON; never for a log, it may be secret.</param>
internal sealed record Difference(string Path, DifferenceReason Reason, string? Live)
{
    public override string ToString() => $"{Path} ({Reason})";
}

/// <summary>
/// Decides whether a server-side apply would change anything, without asking the API server: it would not when every desired field has its value and is owned by
/// this manager, and this manager owns nothing else. The record of ownership also tells how lists are merged (by key, as a set, or as one piece), so that no
/// schema is needed.
/// </summary>
internal static class ObjectDifference
{
    private static readonly string[] Identity = ["apiVersion", "kind"];
    private static readonly string[] MetadataIdentity = ["name", "namespace", "generateName"];

    /// <summary>
    /// What the API server adds on its own to structures that it merges in one piece, where an addition can't be told from a leftover by ownership:
    /// parent field, field, value.
    /// </summary>
    private static readonly HashSet<(string Parent, string Field, string Value)> Defaults =
    [
        ("fieldRef", "apiVersion", "\"v1\""),
        ("resourceFieldRef", "divisor", "\"0\""),
        ("ports", "protocol", "\"TCP\""),
        ("serviceAccountToken", "expirationSeconds", "3600"),
    ];

    /// <summary>The values that stand under these names are quantities, wherever they occur in Kubernetes' own kinds.</summary>
    private static readonly HashSet<string> QuantityParents = new(StringComparer.Ordinal) { "limits", "requests", "hard", "capacity", "overhead" };

    private static readonly HashSet<string> QuantityFields = new(StringComparer.Ordinal) { "sizeLimit", "divisor", "averageValue" };

    /// <summary>The differences; none when an apply would change nothing.</summary>
    /// <param name="desired">The desired object in canonical form.</param>
    /// <param name="live">The live object, with the <c>managedFields</c> of at least this manager.</param>
    /// <param name="manager">The field manager.</param>
    /// <param name="subresource">The subresource to be written; null for the object itself.</param>
    public static IReadOnlyList<Difference> Find(JsonObject desired, JsonObject live, string manager, string? subresource)
    {
        var found = new List<Difference>();
        var owned = ManagedFields.AppliedBy(live, manager, subresource) ?? [];
        foreach (var (name, value) in desired)
        {
            if (Identity.Contains(name, StringComparer.Ordinal))
            {
                continue;
            }

            var mine = owned[$"f:{name}"];
            if (name == "metadata")
            {
                var metadata = (JsonObject)value!.DeepClone();
                foreach (var part in MetadataIdentity)
                {
                    metadata.Remove(part);
                }

                CompareFields(metadata, live[name] as JsonObject ?? [], mine as JsonObject ?? [], $".{name}", found);
            }
            else
            {
                Compare(value, live[name], mine, $".{name}", found);
            }
        }

        FindLeftovers(owned, name => desired.ContainsKey(name), name => live[name], "", found);
        return found;
    }

    private static void Compare(JsonNode? desired, JsonNode? live, JsonNode? owned, string path, List<Difference> found)
    {
        if (live is null)
        {
            // What is empty is left away by the API server where that means the same; it then still says that the field is ours, save for lists
            // that are merged by key, where there is nothing to own.
            if (!IsEmpty(desired) || (owned is null && desired is not JsonArray))
            {
                found.Add(new Difference(path, DifferenceReason.Missing, null));
            }

            return;
        }

        switch (desired)
        {
            case JsonObject fields when live is JsonObject liveFields && owned is JsonObject { Count: > 0 } mine:
                CompareFields(fields, liveFields, mine, path, found);
                return;
            case JsonArray items when live is JsonArray liveItems && owned is JsonObject { Count: > 0 } mine:
                CompareItems(items, liveItems, mine, path, found);
                return;
        }

        if (!AreEqual(desired, live, path))
        {
            found.Add(new Difference(path, DifferenceReason.Value, live.ToJsonString()));
        }
        else if (owned is null)
        {
            found.Add(new Difference(path, DifferenceReason.NotOwned, null));
        }
    }

    private static void CompareFields(JsonObject desired, JsonObject live, JsonObject owned, string path, List<Difference> found)
    {
        foreach (var (name, value) in desired)
        {
            Compare(value, live[name], owned[$"f:{name}"], $"{path}.{name}", found);
        }

        FindLeftovers(owned, desired.ContainsKey, name => live[name], path, found);
    }

    private static void FindLeftovers(JsonObject owned, Func<string, bool> isDesired, Func<string, JsonNode?> live, string path, List<Difference> found)
    {
        foreach (var (entry, _) in owned)
        {
            if (entry.StartsWith("f:", StringComparison.Ordinal) && !isDesired(entry[2..]))
            {
                found.Add(new Difference($"{path}.{entry[2..]}", DifferenceReason.NoLongerDesired, live(entry[2..])?.ToJsonString()));
            }
        }
    }

    private static void CompareItems(JsonArray desired, JsonArray live, JsonObject owned, string path, List<Difference> found)
    {
        var unmatched = desired.ToList();
        foreach (var (entry, mine) in owned)
        {
            var itemPath = $"{path}[{entry}]";
            if (entry.StartsWith("v:", StringComparison.Ordinal))
            {
                var value = JsonNode.Parse(entry.AsSpan(2).ToString());
                if (unmatched.RemoveAll(item => JsonNode.DeepEquals(item, value)) == 0)
                {
                    found.Add(new Difference(itemPath, DifferenceReason.NoLongerDesired, null));
                }
                else if (!live.Any(item => JsonNode.DeepEquals(item, value)))
                {
                    found.Add(new Difference(itemPath, DifferenceReason.Missing, null));
                }
            }
            else if (entry.StartsWith("k:", StringComparison.Ordinal))
            {
                var key = JsonNode.Parse(entry.AsSpan(2).ToString())!.AsObject();
                var item = unmatched.OfType<JsonObject>().FirstOrDefault(candidate => HasKey(candidate, key));
                if (item is null)
                {
                    found.Add(new Difference(itemPath, DifferenceReason.NoLongerDesired, null));
                    continue;
                }

                unmatched.Remove(item);
                CompareItem(item, live.OfType<JsonObject>().FirstOrDefault(candidate => HasKey(candidate, key)), (JsonObject)mine!, key, itemPath, found);
            }
        }

        found.AddRange(unmatched.Select(item => new Difference($"{path}[{desired.IndexOf(item)}]", DifferenceReason.NotOwned, null)));
    }

    private static void CompareItem(JsonObject desired, JsonObject? live, JsonObject owned, JsonObject key, string path, List<Difference> found)
    {
        if (live is null)
        {
            found.Add(new Difference(path, DifferenceReason.Missing, null));
            return;
        }

        foreach (var (name, value) in desired)
        {
            if (!key.ContainsKey(name))
            {
                Compare(value, live[name], owned[$"f:{name}"], $"{path}.{name}", found);
            }
        }

        FindLeftovers(owned, name => desired.ContainsKey(name) || key.ContainsKey(name), name => live[name], path, found);
    }

    /// <summary>Whether an item of a list has that key. A part of the key that the item leaves away has its default, of which there is one: TCP.</summary>
    private static bool HasKey(JsonObject item, JsonObject key) =>
        key.All(part => item[part.Key] is { } value ? AreEqual(value, part.Value!, part.Key) : part.Value is JsonValue text && text.ToString() == "TCP");

    private static bool IsEmpty(JsonNode? node) => node switch
    {
        JsonObject fields => fields.Count == 0,
        JsonArray items => items.Count == 0,
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.False => true,
            JsonValueKind.String => value.GetValue<string>().Length == 0,
            JsonValueKind.Number => value.ToJsonString() == "0",
            _ => false,
        },
        _ => true,
    };

    private static bool AreEqual(JsonNode? desired, JsonNode? live, string path) => (desired, live) switch
    {
        (JsonObject fields, JsonObject liveFields) =>
            fields.All(p => liveFields[p.Key] is { } value ? AreEqual(p.Value, value, $"{path}.{p.Key}") : IsEmpty(p.Value))
            && liveFields.All(p => fields.ContainsKey(p.Key) || IsDefault(path, p.Key, p.Value)),
        (JsonArray items, JsonArray liveItems) =>
            items.Count == liveItems.Count && items.Zip(liveItems).All(pair => AreEqual(pair.First, pair.Second, path)),
        (JsonValue value, JsonValue liveValue) => AreEqual(value, liveValue, path),
        _ => desired is null && live is null,
    };

    private static bool AreEqual(JsonValue desired, JsonValue live, string path)
    {
        if (JsonNode.DeepEquals(desired, live))
        {
            return true;
        }

        var (one, other) = (desired.ToString(), live.ToString());
        if (desired.GetValueKind() != live.GetValueKind())
        {
            // "80" and 80: only an IntOrString can be either, and typed clients don't keep them apart.
            return one == other && desired.GetValueKind() is JsonValueKind.Number or JsonValueKind.String;
        }

        var segments = path.Split('.');
        return desired.GetValueKind() == JsonValueKind.String
            && (QuantityFields.Contains(segments[^1]) || (segments.Length > 1 && QuantityParents.Contains(segments[^2])))
            && Quantity.AreEqual(one, other);
    }

    private static bool IsDefault(string path, string field, JsonNode? value) =>
        value is not null && Defaults.Contains((path[(path.LastIndexOf('.') + 1)..], field, value.ToJsonString()));
}
