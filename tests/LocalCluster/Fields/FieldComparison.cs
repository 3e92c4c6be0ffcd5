using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>What differs between two states of an object.</summary>
/// <param name="Added">Fields and items that only the later state has.</param>
/// <param name="Modified">Fields with another value.</param>
/// <param name="Removed">Fields and items that only the earlier state has.</param>
internal sealed record FieldComparison(FieldSet Added, FieldSet Modified, FieldSet Removed)
{
    /// <summary>Compares two states of an object.</summary>
    /// <exception cref="InvalidFieldsException">A list has an item without a key.</exception>
    public static FieldComparison Of(JsonObject before, JsonObject after, FieldSchema schema)
    {
        var walk = new Walk();
        walk.Compare(FieldPath.Root, FieldValue.Of(before), FieldValue.Of(after), schema);
        return new FieldComparison(FieldSet.Of(walk.Added), FieldSet.Of(walk.Modified), FieldSet.Of(walk.Removed));
    }

    private sealed class Walk
    {
        public List<FieldPath> Added { get; } = [];

        public List<FieldPath> Modified { get; } = [];

        public List<FieldPath> Removed { get; } = [];

        public void Compare(FieldPath path, FieldValue before, FieldValue after, FieldSchema schema)
        {
            var (left, right) = FieldValue.Resolve(schema, before, after);
            if (left != right)
            {
                Visit(path, before, after, left);
            }

            if (!Visit(path, before, after, right) && before.Exists != after.Exists)
            {
                (after.Exists ? Added : Removed).Add(path);
            }
        }

        // True when the value was compared as a whole.
        private bool Visit(FieldPath path, FieldValue before, FieldValue after, FieldSchema schema) => schema switch
        {
            ObjectSchema { IsAtomic: false } type => VisitFields(path, before, after, type),
            ListSchema { Kind: not ListKind.Atomic } list when !before.IsEmpty || !after.IsEmpty => VisitItems(path, before, after, list),
            _ => VisitLeaf(path, before, after),
        };

        private bool VisitLeaf(FieldPath path, FieldValue before, FieldValue after)
        {
            if (before.Exists != after.Exists)
            {
                (after.Exists ? Added : Removed).Add(path);
            }
            else if (!JsonNode.DeepEquals(before.Node, after.Node))
            {
                Modified.Add(path);
            }

            return true;
        }

        private bool VisitFields(FieldPath path, FieldValue before, FieldValue after, ObjectSchema schema)
        {
            var implied = schema.Fields.Where(field => field.Value.WhenAbsent != AbsentField.Absent).Select(field => field.Key);
            var names = before.FieldNames().Union(after.FieldNames(), StringComparer.Ordinal).Union(implied, StringComparer.Ordinal).ToList();
            if (names.Count == 0)
            {
                return VisitLeaf(path, before, after);
            }

            foreach (var name in names)
            {
                var (left, right) = (FieldOf(before, name, schema), FieldOf(after, name, schema));
                if (left.Exists || right.Exists)
                {
                    Compare(path.Append(PathElement.Field(name)), left, right, schema.TypeOf(name) ?? FieldSchema.Any);
                }
            }

            return false;
        }

        private static FieldValue FieldOf(FieldValue value, string name, ObjectSchema schema)
        {
            var field = value.Field(name);
            if (field.Exists || value.Node is not JsonObject || !schema.Fields.TryGetValue(name, out var declared))
            {
                return field;
            }

            return declared.WhenAbsent switch
            {
                AbsentField.EmptyObject => FieldValue.Of(new JsonObject()),
                AbsentField.Null => FieldValue.Of(null),
                _ => field,
            };
        }

        private bool VisitItems(FieldPath path, FieldValue before, FieldValue after, ListSchema list)
        {
            var left = ListItems.ByElement(list, before.Items(), path);
            var right = ListItems.ByElement(list, after.Items(), path);
            foreach (var element in left.Concat(right).Select(items => items.Key).Distinct())
            {
                VisitItem(path.Append(element), [.. left[element]], [.. right[element]], list.Element);
            }

            return false;
        }

        // Items that share a key are owned together, as one value.
        private void VisitItem(FieldPath path, JsonNode?[] before, JsonNode?[] after, FieldSchema schema)
        {
            switch (before.Length, after.Length)
            {
                case ( <= 1, <= 1):
                    Compare(path, FirstOf(before), FirstOf(after), schema);
                    break;
                case ( > 1, > 1):
                    if (!before.SequenceEqual(after, EqualNodes.Instance))
                    {
                        Modified.Add(path);
                    }

                    break;
                case ( > 1, _):
                    if (after.Length > 0)
                    {
                        Compare(path, FieldValue.Absent, FirstOf(after), schema);
                    }

                    Removed.Add(path);
                    break;
                default:
                    if (before.Length > 0)
                    {
                        Compare(path, FirstOf(before), FieldValue.Absent, schema);
                    }

                    Added.Add(path);
                    break;
            }
        }

        private static FieldValue FirstOf(JsonNode?[] items) => items.Length == 0 ? FieldValue.Absent : FieldValue.Of(items[0]);
    }

    private sealed class EqualNodes : IEqualityComparer<JsonNode?>
    {
        public static EqualNodes Instance { get; } = new();

        public bool Equals(JsonNode? x, JsonNode? y) => JsonNode.DeepEquals(x, y);

        public int GetHashCode(JsonNode? obj) => 0;
    }
}
