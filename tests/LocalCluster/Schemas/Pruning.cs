using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>Finds, and on demand removes, the fields that a schema does not specify.</summary>
internal sealed class Pruning
{
    private static readonly HashSet<string> MetaFields = new(["apiVersion", "kind", "metadata"], StringComparer.Ordinal);

    private readonly List<string> _unknown = [];
    private readonly bool _remove;

    private Pruning(bool remove) => _remove = remove;

    /// <summary>Removes unknown fields; <paramref name="isRoot"/> protects <c>apiVersion</c>, <c>kind</c> and <c>metadata</c> of the object itself.</summary>
    public static void Apply(JsonNode? value, SchemaNode schema, bool isRoot) => new Pruning(remove: true).Start(value, schema, isRoot);

    /// <summary>The paths of unknown fields, sorted.</summary>
    public static IReadOnlyList<string> Find(JsonNode? value, SchemaNode schema, bool isRoot)
    {
        var pruning = new Pruning(remove: false);
        pruning.Start(value, schema, isRoot);
        pruning._unknown.Sort(StringComparer.Ordinal);
        return pruning._unknown;
    }

    private void Start(JsonNode? value, SchemaNode schema, bool isRoot) =>
        Visit(value, isRoot && !schema.EmbeddedResource ? schema with { EmbeddedResource = true } : schema, FieldPath.Root);

    private void Visit(JsonNode? value, SchemaNode? schema, FieldPath path)
    {
        if (schema is { PreservesUnknownFields: true })
        {
            VisitPreserved(value, schema, path);
            return;
        }

        switch (value)
        {
            case JsonObject members:
                foreach (var (name, member) in members.ToList())
                {
                    if (schema is { EmbeddedResource: true } && MetaFields.Contains(name))
                    {
                        continue;
                    }

                    if (schema is not null && (schema.Properties.ContainsKey(name) || schema.HasAdditionalProperties))
                    {
                        Visit(member, schema.Member(name), path.Child(name));
                        continue;
                    }

                    _unknown.Add(path.Child(name).ToString());
                    if (_remove)
                    {
                        members.Remove(name);
                    }
                }

                break;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                {
                    Visit(items[i], schema?.Items, path.Index(i));
                }

                break;
        }
    }

    /// <summary>Everything is kept at this level; only members with a schema of their own are looked into.</summary>
    private void VisitPreserved(JsonNode? value, SchemaNode schema, FieldPath path)
    {
        switch (value)
        {
            case JsonObject members:
                foreach (var (name, member) in members.ToList())
                {
                    if (!(schema.EmbeddedResource && MetaFields.Contains(name))
                        && (schema.Properties.ContainsKey(name) || schema.HasAdditionalProperties))
                    {
                        Visit(member, schema.Member(name), path.Child(name));
                    }
                }

                break;
            case JsonArray items when schema.Items is { } itemSchema:
                for (var i = 0; i < items.Count; i++)
                {
                    VisitPreserved(items[i], itemSchema, path.Index(i));
                }

                break;
        }
    }
}
