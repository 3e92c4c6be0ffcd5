using System.Text.Json;
using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>JSON seen as CEL values in the light of its schema; members and items are converted when they are looked at.</summary>
internal static class JsonCelValues
{
    public static CelValue From(JsonNode? node, SchemaNode schema)
    {
        if (node is null)
        {
            return schema.Nullable ? NullValue.Instance : new ErrorValue("invalid data, got null for schema with nullable=false");
        }

        if (schema.IntOrString)
        {
            return node is JsonValue scalar && scalar.GetValueKind() == JsonValueKind.String ? new StringValue(scalar.GetValue<string>())
                : JsonNumber.TryRead(node, out var number) && number.IsInteger ? new IntValue(number.Integer)
                : new ErrorValue("invalid data, expected XIntOrString value to be either a string or integer");
        }

        return schema.Type switch
        {
            "object" => node is JsonObject members
                ? new JsonMapValue(members, schema.EmbeddedResource ? DeclType.WithObjectMeta(schema) : schema)
                : new ErrorValue("invalid data, expected a map for the provided schema with type=object"),
            "array" => node is JsonArray items && schema.Items is not null
                ? new JsonListValue(items, schema)
                : new ErrorValue("invalid data, expected an array for the provided schema with type=array"),
            "string" => node is JsonValue text && text.GetValueKind() == JsonValueKind.String
                ? FromText(text.GetValue<string>(), schema.Format)
                : new ErrorValue($"invalid data, expected string, got {GoTypeName(node)}"),
            "number" => JsonNumber.TryRead(node, out var number)
                ? new DoubleValue(number.Double)
                : new ErrorValue($"invalid data, expected float, got {GoTypeName(node)}"),
            "integer" => JsonNumber.TryRead(node, out var number) && number.IsInteger
                ? new IntValue(number.Integer)
                : new ErrorValue($"invalid data, expected int, got {GoTypeName(node)}"),
            "boolean" => node.GetValueKind() is JsonValueKind.True or JsonValueKind.False
                ? BoolValue.Of(node.GetValue<bool>())
                : new ErrorValue($"invalid data, expected bool, got {GoTypeName(node)}"),
            _ => new ErrorValue("invalid type, expected object, array, number, integer, boolean or string, or no type with "
                + "x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields is true, got " + schema.Type),
        };
    }

    /// <summary>JSON of which no schema is known: every member can be looked at.</summary>
    public static CelValue Untyped(JsonNode? node) => node switch
    {
        null => NullValue.Instance,
        JsonObject members => new DictionaryValue([.. members.Select(member => KeyValuePair.Create<CelValue, CelValue>(new StringValue(member.Key), Untyped(member.Value)))]),
        JsonArray items => new ArrayValue([.. items.Select(Untyped)]),
        _ when JsonNumber.TryRead(node, out var number) => number.IsInteger ? new IntValue(number.Integer) : new DoubleValue(number.Double),
        _ when node.GetValueKind() is JsonValueKind.True or JsonValueKind.False => BoolValue.Of(node.GetValue<bool>()),
        _ => new StringValue(node.GetValue<string>()),
    };

    private static CelValue FromText(string text, string format) => format switch
    {
        "duration" => GoTime.TryParseOpenApiDuration(text, out var nanoseconds)
            ? new DurationValue(nanoseconds)
            : new ErrorValue($"Invalid duration {text}: unable to parse {text} as duration"),
        "date" => GoTime.TryParseDate(text, out var day) ? new TimestampValue(day, 0) : new ErrorValue($"Invalid date formatted string {text}"),
        "date-time" => GoTime.TryParseTimestamp(text, out var seconds, out var fraction)
            ? new TimestampValue(seconds, fraction)
            : new ErrorValue($"Invalid date-time formatted string {text}"),
        "byte" => Formats.IsValid("byte", text) ? new BytesValue(Convert.FromBase64String(text)) : new ErrorValue($"Invalid byte formatted string {text}"),
        _ => new StringValue(text),
    };

    private static string GoTypeName(JsonNode node) => node switch
    {
        JsonObject => "map[string]interface {}",
        JsonArray => "[]interface {}",
        _ => node.GetValueKind() switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.True or JsonValueKind.False => "bool",
            _ => JsonNumber.TryRead(node, out var number) && number.IsInteger ? "int64" : "float64",
        },
    };

    private sealed class JsonMapValue(JsonObject members, SchemaNode schema) : MapValue
    {
        private readonly bool _isObject = schema.Properties.Count > 0;
        private readonly Dictionary<string, CelValue> _converted = new(StringComparer.Ordinal);

        public override int Count => members.Count;

        public override IEnumerable<CelValue> Keys => members
            .Where(member => schema.Member(member.Key) is not null)
            .Select(member => new StringValue(_isObject ? PropertyNames.Escape(member.Key) ?? member.Key : member.Key));

        public override CelValue? Find(CelValue key)
        {
            if (key is not StringValue text)
            {
                return NoSuchOverload;
            }

            var name = _isObject ? PropertyNames.Unescape(text.Value) : text.Value;
            if (name is null || !members.TryGetPropertyValue(name, out var member) || (_isObject && member is null)
                || (_isObject ? schema.Properties.GetValueOrDefault(name) : schema.AdditionalProperties) is not { } memberSchema)
            {
                return null;
            }

            if (!_converted.TryGetValue(name, out var value))
            {
                _converted[name] = value = From(member, memberSchema);
            }

            return value;
        }

        /// <summary>Fields that the schema does not specify, which are not there for rules, count for equality all the same.</summary>
        public override CelValue EqualTo(MapValue other) =>
            other is JsonMapValue json && members.Any(member => schema.Member(member.Key) is null && !json.HasEqual(member.Key, member.Value))
                ? BoolValue.False
                : base.EqualTo(other);

        private bool HasEqual(string name, JsonNode? value) =>
            members.TryGetPropertyValue(name, out var mine) && JsonNode.DeepEquals(mine, value);
    }

    private sealed class JsonListValue(JsonArray items, SchemaNode schema) : ListValue
    {
        private readonly CelValue?[] _converted = new CelValue?[items.Count];

        public override int Count => items.Count;

        public override CelValue this[int index] => _converted[index] ??= From(items[index], schema.Items!);

        public override CelValue EqualTo(ListValue other)
        {
            if (schema.ListType is not ("set" or "map") || Count != other.Count)
            {
                return base.EqualTo(other);
            }

            foreach (var item in other.Items)
            {
                var match = Items.FirstOrDefault(mine => IsSame(mine, item));
                var equal = match is null ? BoolValue.False : Equality.Compare(match, item);
                if (equal != BoolValue.True)
                {
                    return equal;
                }
            }

            return BoolValue.True;
        }

        public override ListValue Concat(ListValue other)
        {
            if (schema.ListType is not ("set" or "map"))
            {
                return base.Concat(other);
            }

            var merged = Items.ToList();
            foreach (var item in other.Items)
            {
                var index = merged.FindIndex(mine => IsSame(mine, item));
                if (index < 0)
                {
                    merged.Add(item);
                }
                else
                {
                    merged[index] = item;
                }
            }

            return new ArrayValue(merged);
        }

        /// <summary>Whether two items take the same place: equal ones of a set, ones with equal keys of a list-map.</summary>
        private bool IsSame(CelValue left, CelValue right) => schema.ListType == "map" && left is MapValue a && right is MapValue b
            ? schema.ListMapKeys.All(key => HaveEqual(a, b, new StringValue(PropertyNames.Escape(key) ?? key)))
            : Equality.Compare(left, right) == BoolValue.True;

        private static bool HaveEqual(MapValue left, MapValue right, StringValue key) => (left.Find(key), right.Find(key)) switch
        {
            (null, null) => true,
            ({ } a, { } b) => Equality.Compare(a, b) == BoolValue.True,
            _ => false,
        };
    }
}
