using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>An immutable set of fields, as <c>fieldsV1</c> holds it: a tree in which every node may be a member, have inner fields, or both.</summary>
internal sealed class FieldSet
{
    private const string Self = ".";

    private readonly SortedDictionary<PathElement, Node> _nodes;

    private FieldSet(SortedDictionary<PathElement, Node> nodes) => _nodes = nodes;

    private sealed record Node(bool IsMember, FieldSet Inner);

    /// <summary>The set without fields.</summary>
    public static FieldSet Empty { get; } = new(new SortedDictionary<PathElement, Node>(PathElement.Order));

    /// <summary>True when the set has no fields.</summary>
    public bool IsEmpty => _nodes.Count == 0;

    /// <summary>The set of some paths.</summary>
    public static FieldSet Of(IEnumerable<FieldPath> paths)
    {
        var tree = new Tree();
        foreach (var path in paths)
        {
            tree.Add(path.Elements());
        }

        return tree.ToFieldSet();
    }

    /// <summary>Reads <c>fieldsV1</c>.</summary>
    /// <exception cref="FormatException">A key is no path element, or a value is no object.</exception>
    public static FieldSet Parse(JsonObject fieldsV1)
    {
        var nodes = new SortedDictionary<PathElement, Node>(PathElement.Order);
        foreach (var (text, value) in fieldsV1)
        {
            if (text == Self)
            {
                continue;
            }

            var fields = value as JsonObject ?? throw new FormatException($"'{text}' of fieldsV1 is no object.");
            nodes[PathElement.Parse(text)] = new Node(fields.Count == 0 || fields.ContainsKey(Self), Parse(fields));
        }

        return new FieldSet(nodes);
    }

    /// <summary>The set as <c>fieldsV1</c>, in the order in which an API server writes it.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject();
        foreach (var (element, node) in _nodes)
        {
            var fields = node.Inner.ToJson();
            if (node.IsMember && !node.Inner.IsEmpty)
            {
                fields.Insert(0, Self, new JsonObject());
            }

            json[element.Text] = fields;
        }

        return json;
    }

    /// <summary>The fields in this set, the other, or both.</summary>
    public FieldSet Union(FieldSet other) => Combine(other, static (left, right) => left || right);

    /// <summary>The fields in both sets.</summary>
    public FieldSet Intersect(FieldSet other) => Combine(other, static (left, right) => left && right);

    /// <summary>The fields in this set that are not in the other; inner fields of those stay.</summary>
    public FieldSet Except(FieldSet other) => Combine(other, static (left, right) => left && !right);

    /// <summary>True when the set holds the field or item directly below the root.</summary>
    public bool Contains(PathElement element) => _nodes.TryGetValue(element, out var node) && node.IsMember;

    /// <summary>The fields below a field or item, seen from there.</summary>
    public FieldSet Below(PathElement element) => _nodes.TryGetValue(element, out var node) ? node.Inner : Empty;

    /// <summary>Adds the declared fields that hold members: whoever owns <c>.spec.replicas</c> of a struct has <c>.spec</c> there.</summary>
    public FieldSet WithParentsOf(FieldSchema? schema)
    {
        var declared = schema as ObjectSchema;
        var nodes = new SortedDictionary<PathElement, Node>(PathElement.Order);
        foreach (var (element, node) in _nodes)
        {
            var isDeclared = element.FieldName is { } name && declared?.Fields.ContainsKey(name) == true;
            nodes[element] = new Node(
                node.IsMember || (isDeclared && !node.Inner.IsEmpty),
                node.Inner.WithParentsOf(TypeOf(schema, element)));
        }

        return new FieldSet(nodes);
    }

    /// <summary>The paths of the fields, those nearer to the root first.</summary>
    public IEnumerable<FieldPath> Paths() => Paths(FieldPath.Root);

    private static FieldSchema? TypeOf(FieldSchema? schema, PathElement element) => schema switch
    {
        ObjectSchema type when element.FieldName is { } name => type.TypeOf(name),
        ListSchema list when element.IsKey => list.Element,
        _ => null,
    };

    private IEnumerable<FieldPath> Paths(FieldPath prefix) =>
        _nodes.Where(node => node.Value.IsMember).Select(node => prefix.Append(node.Key))
            .Concat(_nodes.SelectMany(node => node.Value.Inner.Paths(prefix.Append(node.Key))));

    private FieldSet Combine(FieldSet other, Func<bool, bool, bool> isMember)
    {
        var nodes = new SortedDictionary<PathElement, Node>(PathElement.Order);
        foreach (var element in _nodes.Keys.Union(other._nodes.Keys))
        {
            var node = new Node(
                isMember(Contains(element), other.Contains(element)),
                Below(element).Combine(other.Below(element), isMember));
            if (node.IsMember || !node.Inner.IsEmpty)
            {
                nodes[element] = node;
            }
        }

        return new FieldSet(nodes);
    }

    private sealed class Tree
    {
        private readonly SortedDictionary<PathElement, Tree> _inner = new(PathElement.Order);
        private bool _isMember;

        public void Add(IReadOnlyList<PathElement> path)
        {
            var tree = this;
            foreach (var element in path)
            {
                if (!tree._inner.TryGetValue(element, out var next))
                {
                    tree._inner[element] = next = new Tree();
                }

                tree = next;
            }

            tree._isMember = true;
        }

        public FieldSet ToFieldSet()
        {
            var nodes = new SortedDictionary<PathElement, Node>(PathElement.Order);
            foreach (var (element, tree) in _inner)
            {
                nodes[element] = new Node(tree._isMember, tree.ToFieldSet());
            }

            return new FieldSet(nodes);
        }
    }
}
