using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KafkaLogstash.LocalCluster.Schemas;

namespace KafkaLogstash.Tests.Unit.LocalCluster.Schemas;

/// <summary>
/// Schemas and objects with the verdicts of a real kube-apiserver 1.36 (<c>verdicts.json</c>): what it refused and in which words,
/// and what it stored of what it took.
/// </summary>
public sealed partial class VerdictTests
{
    private static readonly Dictionary<string, JsonObject> Cases = Load();

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_verdict_is_that_of_a_real_api_server(string name)
    {
        var verdict = Cases[name];
        var expected = Expected(verdict);
        var schema = Parse(verdict["schema"]!.AsObject(), out var errors);

        Assert.Equal(expected, Texts(errors));
        foreach (var (index, entry) in (verdict["objects"]?.AsArray() ?? []).Index())
        {
            var stored = Submit(schema!, entry!, old: null, "x" + index.ToString(CultureInfo.InvariantCulture) + "-long");
            foreach (var update in entry!["updates"]?.AsArray() ?? [])
            {
                stored = Submit(schema!, update!, stored, "x" + index.ToString(CultureInfo.InvariantCulture) + "-long") ?? stored;
            }
        }
    }

    private static StructuralSchema? Parse(JsonObject schema, out IReadOnlyList<FieldError> errors)
    {
        try
        {
            errors = [];
            return StructuralSchema.Parse(schema);
        }
        catch (InvalidSchemaException exception)
        {
            errors = exception.Errors;
            return null;
        }
    }

    /// <summary>Prunes, defaults and validates one object, and compares with the verdict.</summary>
    /// <returns>The object where it was accepted.</returns>
    private static JsonObject? Submit(StructuralSchema schema, JsonNode entry, JsonObject? old, string name)
    {
        var obj = entry["object"]!.DeepClone().AsObject();
        (obj["apiVersion"], obj["kind"], obj["metadata"]) = ("g.example.com/v1", "Thing", new JsonObject { ["name"] = name });
        var unknown = schema.UnknownFields(obj);
        schema.Prune(obj);
        schema.Default(obj);
        Assert.True(unknown.Count == 0 || schema.UnknownFields(obj).Count == 0);

        var errors = schema.Validate(obj, old);

        Assert.Equal(Expected(entry), Texts(errors));
        if (errors.Count > 0)
        {
            return null;
        }

        var stored = new JsonObject(obj.Where(member => member.Key is not ("apiVersion" or "kind" or "metadata"))
            .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
        Assert.True(JsonNode.DeepEquals(entry["stored"], stored), $"stored {stored.ToJsonString()}, expected {entry["stored"]?.ToJsonString()}");
        return obj;
    }

    private static List<string> Expected(JsonNode verdict) =>
    [
        .. (verdict["errors"]?.AsArray() ?? [])
            .Select(error => Line((string)error!["type"]!, (string)error["field"]!, (string)error["detail"]!))
            .Order(StringComparer.Ordinal),
    ];

    private static List<string> Texts(IEnumerable<FieldError> errors) =>
        [.. errors.Select(error => Line(error.Type, error.Field, error.Detail)).Order(StringComparer.Ordinal)];

    /// <summary>The server makes up a name for the type of an object anew each time.</summary>
    private static string Line(string type, string field, string detail) => $"{type} {field}: {SelfType().Replace(detail, "selfType")}";

    private static Dictionary<string, JsonObject> Load([CallerFilePath] string path = "")
    {
        var text = File.ReadAllText(Path.Combine(Path.GetDirectoryName(path)!, "verdicts.json"));
        return JsonSerializer.Deserialize<JsonArray>(text)!.ToDictionary(node => (string)node!["name"]!, node => node!.AsObject(), StringComparer.Ordinal);
    }

    [GeneratedRegex("selfType[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SelfType();
}
