using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KafkaLogstash.Api.Schema;
using KafkaLogstash.Api.Yaml;
using KafkaLogstash.Logstash.Catalogue;

namespace KafkaLogstash.Api.Validation;

/// <summary>
/// Checks a value against a schema made by <see cref="SchemaBuilder"/>, as far as such schemas go, with messages for people. Unlike the API server,
/// which drops what it does not know, it reports unknown fields. A null counts as left out.
/// </summary>
internal static class SchemaCheck
{
    private static readonly ConcurrentDictionary<string, Regex> Compiled = new(StringComparer.Ordinal);

    /// <summary>What is wrong with a value, in its order.</summary>
    public static IEnumerable<FieldError> Run(JsonNode? value, JsonObject schema, string path)
    {
        if (value is null)
        {
            return [];
        }

        if (schema.ContainsKey("x-kubernetes-int-or-string"))
        {
            return IntOrString(value, schema, path);
        }

        return (string?)schema["type"] switch
        {
            "object" => value is JsonObject map ? Object(map, schema, path) : [Wrong(path, "must be a map of fields")],
            "array" => value is JsonArray list ? List(list, schema, path) : [Wrong(path, "must be a list")],
            "string" => value.GetValueKind() == JsonValueKind.String ? Text((string)value!, schema, path) : [Wrong(path, $"must be a text{QuoteHint(value)}")],
            "integer" => TryWhole(value, out var number) ? Number(number, schema, path) : [Wrong(path, "must be a whole number, without quotes")],
            "boolean" => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? [] : [Wrong(path, "must be true or false, without quotes")],
            _ => [],
        };
    }

    private static IEnumerable<FieldError> Object(JsonObject map, JsonObject schema, string path)
    {
        var properties = schema["properties"] as JsonObject ?? [];
        var others = schema["additionalProperties"] as JsonObject;
        var isFree = schema.ContainsKey("x-kubernetes-preserve-unknown-fields") || (properties.Count == 0 && others is null);
        foreach (var (name, value) in map)
        {
            var field = FieldPaths.Child(path, name);
            if ((properties[name] ?? others) is JsonObject known)
            {
                foreach (var error in Run(value, known, field))
                {
                    yield return error;
                }
            }
            else if (!isFree)
            {
                yield return new FieldError(field, "unknown-field", $"there is no such field here{NearestName.Hint(name, properties.Select(property => property.Key)).TrimEnd('.')}");
            }
        }

        foreach (var missing in (schema["required"] as JsonArray ?? []).Select(name => (string)name!).Where(name => map[name] is null))
        {
            yield return new FieldError(FieldPaths.Child(path, missing), "required", "must be set");
        }

        var count = map.Count(field => field.Value is not null);
        if (count > Bound(schema, "maxProperties", int.MaxValue))
        {
            yield return new FieldError(path, "too-many", $"may have at most {schema["maxProperties"]} fields");
        }

        if (count < Bound(schema, "minProperties", 0))
        {
            yield return new FieldError(path, "required", $"must have one of the fields {string.Join(", ", properties.Select(property => property.Key))}");
        }
    }

    private static IEnumerable<FieldError> List(JsonArray list, JsonObject schema, string path)
    {
        var keys = (schema["x-kubernetes-list-map-keys"] as JsonArray)?.Select(key => (string)key!).ToList();
        var unique = keys is not null || (string?)schema["x-kubernetes-list-type"] == ListTypeAttribute.Set;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, item) in list.Index())
        {
            var place = FieldPaths.Item(path, index);
            if (item is null)
            {
                yield return Wrong(place, "must not be empty: remove the item, or write its value");
                continue;
            }

            foreach (var error in Run(item, schema["items"]!.AsObject(), place))
            {
                yield return error;
            }

            if (unique && !seen.Add(keys is null ? item.ToJsonString() : string.Join('\n', keys.Select(key => (item as JsonObject)?[key]?.ToJsonString()))))
            {
                yield return new FieldError(place, "duplicate", keys is null ? "is there already: remove it" : $"the same {string.Join(" and ", keys)} is there already: choose another, or remove it");
            }
        }

        if (list.Count > Bound(schema, "maxItems", int.MaxValue))
        {
            yield return new FieldError(path, "too-many", $"may have at most {schema["maxItems"]} items");
        }

        if (list.Count < Bound(schema, "minItems", 0))
        {
            yield return new FieldError(path, "required", "must have at least one item");
        }
    }

    private static IEnumerable<FieldError> Text(string text, JsonObject schema, string path)
    {
        if (text.Length == 0 && Bound(schema, "minLength", 0) > 0)
        {
            yield return new FieldError(path, "required", "must not be empty");
            yield break;
        }

        if (schema["enum"] is JsonArray values && values.All(value => (string?)value != text))
        {
            var known = values.Select(value => (string)value!).ToList();
            yield return new FieldError(path, "unsupported-value", $"must be one of {string.Join(", ", known)}{NearestName.Hint(text, known).TrimEnd('.')}");
        }

        if (text.EnumerateRunes().Count() > Bound(schema, "maxLength", int.MaxValue))
        {
            yield return new FieldError(path, "too-long", $"may have at most {schema["maxLength"]} characters");
        }
        else if ((string?)schema["pattern"] is { } pattern && !Compile(pattern).IsMatch(text))
        {
            yield return new FieldError(path, "malformed", PatternMeanings.Of(pattern));
        }
    }

    private static IEnumerable<FieldError> Number(long number, JsonObject schema, string path)
    {
        if (number < Bound(schema, "minimum", long.MinValue) || number > Bound(schema, "maximum", long.MaxValue))
        {
            yield return new FieldError(path, "out-of-range", $"must be from {schema["minimum"]} to {schema["maximum"]}");
        }
    }

    private static IEnumerable<FieldError> IntOrString(JsonNode value, JsonObject schema, string path) => value.GetValueKind() switch
    {
        JsonValueKind.String => Text((string)value!, schema, path),
        _ when TryWhole(value, out _) => [],
        _ => [Wrong(path, $"must be a text or a whole number{QuoteHint(value)}")],
    };

    private static FieldError Wrong(string path, string message) => new(path, "wrong-type", message);

    private static string QuoteHint(JsonNode value) => value is JsonValue ? ": put it into quotes" : "";

    private static bool TryWhole(JsonNode value, out long number)
    {
        number = 0;
        return value.GetValueKind() == JsonValueKind.Number && long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }

    private static long Bound(JsonObject schema, string keyword, long otherwise) => schema[keyword] is { } bound && TryWhole(bound, out var number) ? number : otherwise;

    /// <summary>The API server's expressions end where the text does; those of .NET also before a last line break, unless told so.</summary>
    private static Regex Compile(string pattern) =>
        Compiled.GetOrAdd(pattern, text => new Regex(text.Replace("$", @"\z", StringComparison.Ordinal), RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1)));
}
