using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>Fills in defaults. A null where the schema does not allow one counts as missing: it is replaced by the default, or removed.</summary>
internal static class Defaulting
{
    public static void Apply(JsonNode? value, SchemaNode schema)
    {
        RemoveStrayNulls(value, schema);
        Fill(value, schema);
    }

    private static void RemoveStrayNulls(JsonNode? value, SchemaNode? schema)
    {
        switch (value)
        {
            case JsonObject members:
                foreach (var (name, member) in members.ToList())
                {
                    var memberSchema = schema?.Member(name);
                    if (member is null && memberSchema is { Nullable: false, Default: null })
                    {
                        members.Remove(name);
                    }
                    else
                    {
                        RemoveStrayNulls(member, memberSchema);
                    }
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    RemoveStrayNulls(item, schema?.Items);
                }

                break;
        }
    }

    private static void Fill(JsonNode? value, SchemaNode? schema)
    {
        if (schema is null)
        {
            return;
        }

        switch (value)
        {
            case JsonObject members:
                foreach (var (name, property) in schema.Properties)
                {
                    if (property.Default is not null && (!members.TryGetPropertyValue(name, out var present) || IsStrayNull(present, property)))
                    {
                        members[name] = property.Default.DeepClone();
                    }
                }

                foreach (var (name, member) in members.ToList())
                {
                    if (!schema.Properties.ContainsKey(name) && IsStrayNull(member, schema.AdditionalProperties))
                    {
                        members[name] = schema.AdditionalProperties!.Default?.DeepClone();
                    }

                    Fill(members[name], schema.Member(name));
                }

                break;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                {
                    if (IsStrayNull(items[i], schema.Items))
                    {
                        items[i] = schema.Items!.Default?.DeepClone();
                    }

                    Fill(items[i], schema.Items);
                }

                break;
        }
    }

    private static bool IsStrayNull(JsonNode? value, SchemaNode? schema) => value is null && schema is { Nullable: false };
}
