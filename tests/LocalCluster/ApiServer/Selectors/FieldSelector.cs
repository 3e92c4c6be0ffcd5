using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;

namespace KafkaLogstash.LocalCluster.ApiServer.Selectors;

/// <summary>A field selector (<c>metadata.name=a,status.phase!=Running</c>) for one resource.</summary>
internal sealed class FieldSelector
{
    public static readonly FieldSelector Everything = new([]);

    private readonly IReadOnlyList<(Func<JsonObject, string> Read, string Field, string Value, bool Equal)> _terms;

    private FieldSelector(IReadOnlyList<(Func<JsonObject, string>, string, string, bool)> terms) => _terms = terms;

    /// <summary>The one name that can match, where the selector demands one.</summary>
    public string? Name => _terms.FirstOrDefault(term => term is { Field: "metadata.name", Equal: true }).Value;

    public bool Matches(JsonObject obj) => _terms.All(term => term.Read(obj) == term.Value == term.Equal);

    public static FieldSelector Parse(string? text, ResourceType type)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return Everything;
        }

        var terms = new List<(Func<JsonObject, string>, string, string, bool)>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var (field, value, equal) = Split(part, text);
            terms.Add((Reader(field, type), field, value, equal));
        }

        return new(terms);
    }

    private static string Known(ResourceType type) => string.Join(
        ", ",
        type.Strategy.SelectableFields.Keys.Append("metadata.name").Concat(type.Namespaced ? ["metadata.namespace"] : Array.Empty<string>())
            .Order(StringComparer.Ordinal).Select(name => $"\"{name}\""));

    private static (string Field, string Value, bool Equal) Split(string part, string whole)
    {
        foreach (var (symbol, equal) in (ReadOnlySpan<(string, bool)>)[("!=", false), ("==", true), ("=", true)])
        {
            if (part.IndexOf(symbol, StringComparison.Ordinal) is >= 0 and var at)
            {
                return (part[..at].Trim(), part[(at + symbol.Length)..].Trim(), equal);
            }
        }

        throw ApiException.BadRequest($"invalid selector: '{part}'; can't understand '{whole}'");
    }

    private static Func<JsonObject, string> Reader(string field, ResourceType type) => field switch
    {
        "metadata.name" => obj => obj.Name() ?? "",
        "metadata.namespace" when type.Namespaced => obj => obj.Namespace() ?? "",
        _ when type.Strategy.SelectableFields.TryGetValue(field, out var read) => read,
        _ => throw ApiException.BadRequest($"\"{field}\" is not a known field selector: only {Known(type)}"),
    };
}
