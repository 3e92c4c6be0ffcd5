using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>Checks that lists with <c>x-kubernetes-list-type</c> <c>set</c> or <c>map</c> hold no duplicates.</summary>
internal static class ListTypes
{
    public static IReadOnlyList<FieldError> Validate(SchemaNode schema, JsonNode? value)
    {
        var errors = new List<FieldError>();
        Visit(schema, value, FieldPath.Root, errors);
        return errors;
    }

    private static void Visit(SchemaNode schema, JsonNode? value, FieldPath path, List<FieldError> errors)
    {
        switch (value)
        {
            case JsonObject members:
                foreach (var (name, member) in members)
                {
                    if (schema.Properties.TryGetValue(name, out var property))
                    {
                        Visit(property, member, path.Child(name), errors);
                    }
                    else if (schema.AdditionalProperties is { } additional)
                    {
                        Visit(additional, member, path.Key(name), errors);
                    }
                }

                break;
            case JsonArray items:
                if (schema.ListType == "set")
                {
                    errors.AddRange(Repeated(items).Select(index => FieldError.Duplicate(path.Index(index), items[index])));
                }
                else if (schema.ListType == "map")
                {
                    CheckKeys(schema, items, path, errors);
                }

                for (var i = 0; schema.Items is not null && i < items.Count; i++)
                {
                    Visit(schema.Items, items[i], path.Index(i), errors);
                }

                break;
        }
    }

    private static void CheckKeys(SchemaNode schema, JsonArray items, FieldPath path, List<FieldError> errors)
    {
        var keys = new List<JsonNode?>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is not (null or JsonObject))
            {
                errors.Add(FieldError.Invalid(path.Index(i), items[i], "must be an object for an array of list-type map"));
                return;
            }

            var members = items[i] as JsonObject;
            keys.Add(new JsonObject(schema.ListMapKeys
                .Where(key => members?.ContainsKey(key) == true)
                .Select(key => KeyValuePair.Create(key, members![key]?.DeepClone()))));
        }

        errors.AddRange(Repeated(keys).Select(index => FieldError.Duplicate(path.Index(index), keys[index])));
    }

    /// <summary>The indices of the second appearances; a third one is not reported again.</summary>
    private static IEnumerable<int> Repeated(IList<JsonNode?> values)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < values.Count; i++)
        {
            var text = GoText.Json(values[i]);
            var times = seen[text] = seen.GetValueOrDefault(text) + 1;
            if (times == 2)
            {
                yield return i;
            }
        }
    }
}
