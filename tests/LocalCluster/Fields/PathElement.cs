using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>
/// One step of the path to a field, in the notation of <c>fieldsV1</c>: <c>f:name</c> is a field or key, <c>k:{...}</c> the item of a
/// keyed list, <c>v:...</c> the item of a set, <c>i:0</c> a position.
/// </summary>
internal sealed class PathElement : IEquatable<PathElement>
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _name;
    private readonly JsonNode? _value;
    private readonly KeyValuePair<string, JsonNode?>[] _keys;
    private readonly ElementKind _kind;

    private PathElement(ElementKind kind, string text, string name = "", JsonNode? value = null, KeyValuePair<string, JsonNode?>[]? keys = null)
    {
        _kind = kind;
        Text = text;
        _name = name;
        _value = value;
        _keys = keys ?? [];
    }

    private enum ElementKind
    {
        Field,
        Key,
        Value,
        Index,
    }

    /// <summary>The order in which an API server writes elements: fields, then keyed items, then values, then positions.</summary>
    public static IComparer<PathElement> Order { get; } = Comparer<PathElement>.Create(Compare);

    /// <summary>The element as <c>fieldsV1</c> writes it.</summary>
    public string Text { get; }

    /// <summary>The name of the field or key; null for the item of a list.</summary>
    public string? FieldName => _kind == ElementKind.Field ? _name : null;

    /// <summary>True for the item of a keyed list.</summary>
    public bool IsKey => _kind == ElementKind.Key;

    /// <summary>A field of a struct or a key of a map.</summary>
    public static PathElement Field(string name) => new(ElementKind.Field, "f:" + name, name);

    /// <summary>The item of a set.</summary>
    public static PathElement Value(JsonNode value) => new(ElementKind.Value, "v:" + Write(value), value: value);

    /// <summary>The item of a keyed list.</summary>
    public static PathElement Key(IEnumerable<KeyValuePair<string, JsonNode?>> keys)
    {
        var sorted = keys.OrderBy(key => key.Key, StringComparer.Ordinal).ToArray();
        var text = string.Join(',', sorted.Select(key => $"{Write(JsonValue.Create(key.Key))}:{Write(key.Value)}"));
        return new PathElement(ElementKind.Key, $"k:{{{text}}}", keys: sorted);
    }

    /// <summary>Reads an element of <c>fieldsV1</c>.</summary>
    /// <exception cref="FormatException">The text is no path element.</exception>
    public static PathElement Parse(string text)
    {
        try
        {
            return text.AsSpan(0, Math.Min(2, text.Length)) switch
            {
                "f:" => Field(text[2..]),
                "v:" when JsonNode.Parse(text[2..]) is { } value => Value(value),
                "k:" when JsonNode.Parse(text[2..]) is JsonObject keys => Key(keys),
                "i:" => new PathElement(ElementKind.Index, text, value: int.Parse(text.AsSpan(2), CultureInfo.InvariantCulture)),
                _ => throw new FormatException($"'{text}' is no path element of fieldsV1."),
            };
        }
        catch (JsonException exception)
        {
            throw new FormatException($"'{text}' is no path element of fieldsV1: {exception.Message}", exception);
        }
    }

    /// <summary>The element as messages write it: <c>.name</c>, <c>[key="value"]</c>, <c>[="value"]</c>.</summary>
    public override string ToString() => _kind switch
    {
        ElementKind.Field => "." + _name,
        ElementKind.Key => $"[{string.Join(',', _keys.Select(key => $"{key.Key}={Write(key.Value)}"))}]",
        ElementKind.Value => $"[={Write(_value)}]",
        _ => $"[{Write(_value)}]",
    };

    /// <inheritdoc/>
    public bool Equals(PathElement? other) => other is not null && Compare(this, other) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PathElement);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    private static int Compare(PathElement left, PathElement right) => (left._kind, right._kind) switch
    {
        (ElementKind.Field, ElementKind.Field) => string.CompareOrdinal(left._name, right._name),
        (ElementKind.Key, ElementKind.Key) => CompareKeys(left._keys, right._keys),
        var (l, r) when l == r => CompareScalars(left._value, right._value),
        var (l, r) => l.CompareTo(r),
    };

    private static int CompareKeys(KeyValuePair<string, JsonNode?>[] left, KeyValuePair<string, JsonNode?>[] right)
    {
        foreach (var (l, r) in left.Zip(right))
        {
            var order = string.CompareOrdinal(l.Key, r.Key);
            order = order == 0 ? CompareScalars(l.Value, r.Value) : order;
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length.CompareTo(right.Length);
    }

    private static int CompareScalars(JsonNode? left, JsonNode? right)
    {
        var (leftKind, rightKind) = (left?.GetValueKind() ?? JsonValueKind.Null, right?.GetValueKind() ?? JsonValueKind.Null);
        return (leftKind, rightKind) switch
        {
            (JsonValueKind.Number, JsonValueKind.Number) => Number(left!).CompareTo(Number(right!)),
            (JsonValueKind.Number, _) => -1,
            (_, JsonValueKind.Number) => 1,
            (JsonValueKind.String, JsonValueKind.String) => string.CompareOrdinal(left!.GetValue<string>(), right!.GetValue<string>()),
            (JsonValueKind.String, _) => -1,
            (_, JsonValueKind.String) => 1,
            _ => string.CompareOrdinal(Write(left), Write(right)),
        };
    }

    private static double Number(JsonNode value) => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);

    // Go's encoder also escapes the characters that matter in HTML; the text is a key others compare, so it must be the same.
    private static string Write(JsonNode? value) => value is null
        ? "null"
        : value.ToJsonString(Json)
            .Replace("<", "\\u003c", StringComparison.Ordinal)
            .Replace(">", "\\u003e", StringComparison.Ordinal)
            .Replace("&", "\\u0026", StringComparison.Ordinal);
}
