using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;

namespace KafkaLogstash.Api.Schema;

/// <summary>
/// Writes what a custom resource definition says as a page of Markdown: a section for each object with its fields, their types, bounds and defaults, and the rules over
/// several fields. Objects of the same shape get one section, the others point to it.
/// </summary>
internal sealed class ReferencePage
{
    private readonly JsonObject _definition;
    private readonly Dictionary<string, string> _formats;
    private readonly StringBuilder _text = new();

    /// <summary>Where the section of a shape is.</summary>
    private readonly Dictionary<string, string> _sections = new(StringComparer.Ordinal);

    private readonly Queue<(string Path, JsonObject Schema)> _pending = new();

    private ReferencePage(JsonObject definition)
    {
        _definition = definition;
        _formats = Formats().ToDictionary(field => (string)field.GetRawConstantValue()!, field => field.Name, StringComparer.Ordinal);
    }

    /// <summary>Writes the page of a definition with one version.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="docs">What the named formats are.</param>
    public static string Write(JsonObject definition, FieldDocs docs) => new ReferencePage(definition).Whole(docs);

    private static IEnumerable<FieldInfo> Formats() => typeof(Patterns).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.FieldType == typeof(string));

    private string Whole(FieldDocs docs)
    {
        var spec = _definition["spec"]!;
        var version = spec["versions"]!.AsArray().Single()!;
        var names = spec["names"]!;
        var root = version["schema"]!["openAPIV3Schema"]!.AsObject();
        Line($"# {names["kind"]}");
        Line("<!-- Written from the types in operator/Api by `make crds`: change those, not this page. -->");
        Line((string)root["description"]!);
        Line();
        Line("| | |");
        Line("| --- | --- |");
        Line($"| `apiVersion` | `{spec["group"]}/{version["name"]}` |");
        Line($"| `kind` | `{names["kind"]}` |");
        Line($"| with kubectl | `{names["plural"]}`, `{names["singular"]}`, {Codes(names["shortNames"])}; with all of its category {Codes(names["categories"])} |");
        Line($"| scope | {((string)spec["scope"]! == "Namespaced" ? "in a namespace" : "the whole cluster")} |");
        Line($"| `kubectl scale`, HPA | sets `{Trim(version["subresources"]!["scale"]!["specReplicasPath"])}`, reads `{Trim(version["subresources"]!["scale"]!["statusReplicasPath"])}` |");
        Line();
        Line("A field in **bold** is needed; where the default is `{}`, the fields inside have defaults. *Set*: no item twice. *Unique by*: no two items with the same, and items merge by it. Every");
        Line("other list is replaced as a whole. Names such as Topic are [formats](#formats). The API server holds resources to all of this; what depends on Logstash's version or on the text of a pipeline");
        Line("is checked by the operator, and by [lint](lint.md) before.");
        Line("`kafka-logstash-operator crd --output markdown` prints this page as the operator that you run has it.");
        Rules(root, "");

        Columns(version["additionalPrinterColumns"]!.AsArray());
        foreach (var part in (string[])["spec", "status"])
        {
            _pending.Enqueue((part, root["properties"]![part]!.AsObject()));
            while (_pending.TryDequeue(out var section))
            {
                Section(section.Path, section.Schema);
            }
        }

        Line();
        Line("## Formats");
        Line("| name | what it is | regular expression |");
        Line("| --- | --- | --- |");
        foreach (var field in Formats())
        {
            Line($"| {field.Name} | {Escaped(docs.Of(field)!)} | {Code((string)field.GetRawConstantValue()!)} |");
        }

        return _text.ToString();
    }

    private void Columns(JsonArray columns)
    {
        Line();
        Line("## Columns of kubectl get");
        Line("| column | shows | |");
        Line("| --- | --- | --- |");
        foreach (var column in columns)
        {
            Line($"| {((string)column!["name"]!).ToUpperInvariant()} | {Escaped((string)column["description"]!)} | {(column["priority"] is not null ? "with `-o wide`" : "")} |");
        }
    }

    private void Section(string path, JsonObject schema)
    {
        Line();
        Line($"{(path.Contains('.', StringComparison.Ordinal) ? "###" : "##")} {path}");
        if (schema["description"] is { } description)
        {
            Line(Escaped((string)description!));
            Line();
        }

        Line("| field | type | default | what it is |");
        Line("| --- | --- | --- | --- |");
        var required = (schema["required"] as JsonArray ?? []).Select(name => (string)name!).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, value) in schema["properties"]!.AsObject().OrderBy(field => !required.Contains(field.Key)))
        {
            var field = value!.AsObject();
            Line($"| {(required.Contains(name) ? $"**`{name}`**" : $"`{name}`")} | {Type($"{path}.{name}", field)} | {(field["default"] is { } standard ? Code(standard.ToJsonString()) : "")} | {Escaped((string?)field["description"] ?? "")} |");
        }

        Rules(schema, path);
    }

    /// <summary>The rules of an object, and those of its fields that have no section.</summary>
    private void Rules(JsonObject schema, string path)
    {
        var rules = Own(schema, path)
            .Concat((schema["properties"] as JsonObject ?? []).Where(field => field.Value!["properties"] is null).SelectMany(field => Own(field.Value!.AsObject(), $"{path}.{field.Key}")))
            .ToList();
        if (rules.Count == 0)
        {
            return;
        }

        Line();
        Line("| rule | is told as |");
        Line("| --- | --- |");
        rules.ForEach(Line);

        static IEnumerable<string> Own(JsonObject schema, string path) => (schema["x-kubernetes-validations"] as JsonArray ?? []).Select(rule =>
            $"| {Code((string)rule!["rule"]!)} | {Escaped($"{(path + (string?)rule["fieldPath"]) switch { "" => "", var field => $"{field}: " }}{rule["message"]}")} |");
    }

    private string Type(string path, JsonObject schema)
    {
        var parts = new List<string>();
        switch ((string?)schema["type"])
        {
            case "array":
                parts.Add("list");
                parts.Add(Bounds(schema, "minItems", "maxItems", "items"));
                parts.Add((string?)schema["x-kubernetes-list-type"] switch
                {
                    "set" => "set",
                    "map" => $"unique by {string.Join(", ", schema["x-kubernetes-list-map-keys"]!.AsArray().Select(key => $"`{key}`"))}",
                    _ => "",
                });
                parts.Add($"of {Type($"{path}[]", schema["items"]!.AsObject())}");
                break;
            case "object" when schema["properties"] is not null:
                parts.Add(Object(path, schema));
                parts.Add(Bounds(schema, "minProperties", "maxProperties", "fields"));
                break;
            case "object" when schema["additionalProperties"] is JsonObject values:
                parts.Add($"map to {Type($"{path}{{}}", values)}");
                parts.Add(Bounds(schema, "minProperties", "maxProperties", "fields"));
                break;
            case "object":
                parts.Add("object with any fields");
                break;
            case "integer":
                parts.Add("integer");
                parts.Add(schema["minimum"] is { } minimum ? $"{minimum} to {schema["maximum"]}" : "");
                break;
            case "string" when schema["enum"] is JsonArray values:
                parts.Add(string.Join(", ", values.Select(value => (string?)value is "" ? "empty" : Code((string)value!))));
                break;
            case "string" when schema["format"] is { } format:
                parts.Add((string)format! == "date-time" ? "time (RFC 3339)" : (string)format!);
                break;
            case { } other:
                parts.Add(other == "string" ? "text" : other);
                break;
            default:
                parts.Add("text or number");
                break;
        }

        parts.Add(Bounds(schema, "minLength", "maxLength", "characters"));
        parts.Add(schema["pattern"] is { } pattern ? Format((string)pattern!) : "");
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }

    private string Object(string path, JsonObject schema)
    {
        var shape = schema.DeepClone().AsObject();
        shape.Remove("description");
        shape.Remove("default");
        var key = shape.ToJsonString();
        if (!_sections.TryGetValue(key, out var section))
        {
            _sections[key] = section = path;
            _pending.Enqueue((path, schema));
        }

        return $"[{(section == path ? "object" : section)}](#{Anchor(section)})";
    }

    /// <summary>A heading's anchor, as Markdown viewers make it.</summary>
    private static string Anchor(string heading) => string.Concat(heading.ToLowerInvariant().Where(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_'));

    private string Format(string pattern)
    {
        const string OrEmpty = "^$|";
        var isOptional = pattern.StartsWith(OrEmpty, StringComparison.Ordinal);
        var format = isOptional ? pattern[OrEmpty.Length..] : pattern;
        return $"{(isOptional ? "empty or " : "")}{(_formats.TryGetValue(format, out var name) ? $"[{name}](#formats)" : Code(format))}";
    }

    private static string Bounds(JsonObject schema, string minimum, string maximum, string unit) => (Number(schema[minimum]), Number(schema[maximum])) switch
    {
        ({ } least, { } most) when least == most => $"{least} {(least == 1 ? unit[..^1] : unit)}",
        ({ } least, { } most) => $"{least} to {most} {unit}",
        ({ } least, null) => $"at least {least} {unit}",
        (null, { } most) => $"at most {most} {unit}",
        _ => "",
    };

    /// <summary>A number, whether it was built or read from YAML.</summary>
    private static long? Number(JsonNode? node) => node is null ? null : long.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);

    private static string Trim(JsonNode? path) => ((string)path!).TrimStart('.');

    private static string Codes(JsonNode? names) => string.Join(", ", names!.AsArray().Select(name => Code((string)name!)));

    /// <summary>Code in a table's cell: a bar would end the cell.</summary>
    private static string Code(string text) => $"`{text.Replace("|", @"\|", StringComparison.Ordinal)}`";

    private static string Escaped(string text) => text
        .Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("|", @"\|", StringComparison.Ordinal)
        .Replace("*", @"\*", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal);

    private void Line(string text = "") => _text.Append(text).Append('\n');
}
