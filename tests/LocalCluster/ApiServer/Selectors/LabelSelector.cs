using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;

namespace KafkaLogstash.LocalCluster.ApiServer.Selectors;

/// <summary>A label selector, from a query (<c>a=b,c!=d,e in (f,g),h,!i</c>) or from an object's <c>matchLabels</c> and <c>matchExpressions</c>.</summary>
internal sealed class LabelSelector
{
    public static readonly LabelSelector Everything = new([]);

    private readonly IReadOnlyList<Requirement> _requirements;

    private LabelSelector(IReadOnlyList<Requirement> requirements) => _requirements = requirements;

    private enum Relation
    {
        In,
        NotIn,
        Exists,
        DoesNotExist,
        Greater,
        Less,
    }

    public bool Matches(JsonNode obj) => Holds(obj.Map("metadata", "labels"));

    public bool Holds(JsonObject? labels) => _requirements.All(requirement => requirement.Holds(labels.Text(requirement.Key)));

    public static LabelSelector Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return Everything;
        }

        return new([.. SplitOutsideBrackets(text).Select(part => ParseRequirement(part.Trim()))]);
    }

    /// <summary>The selector of a metav1.LabelSelector; an absent one matches nothing, an empty one everything.</summary>
    public static LabelSelector? FromObject(JsonObject? selector)
    {
        if (selector is null)
        {
            return null;
        }

        var requirements = selector.Entries("matchLabels").Select(pair => new Requirement(pair.Key, Relation.In, [pair.Value])).ToList();
        requirements.AddRange(selector.Objects("matchExpressions").Select(item => new Requirement(
            item.Text("key") ?? "",
            item.Text("operator") switch
            {
                "In" => Relation.In,
                "NotIn" => Relation.NotIn,
                "Exists" => Relation.Exists,
                _ => Relation.DoesNotExist,
            },
            [.. item.Texts("values")])));
        return new(requirements);
    }

    /// <summary>Text form of a metav1.LabelSelector as the scale subresource and kubectl's columns show it.</summary>
    public static string Describe(JsonObject? selector)
    {
        if (selector is null)
        {
            return "";
        }

        var parts = selector.Entries("matchLabels").OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")
            .Concat(selector.Objects("matchExpressions").Select(item => item.Text("operator") switch
            {
                "In" => $"{item.Text("key")} in ({string.Join(',', item.Texts("values"))})",
                "NotIn" => $"{item.Text("key")} notin ({string.Join(',', item.Texts("values"))})",
                "Exists" => $"{item.Text("key")}",
                _ => $"!{item.Text("key")}",
            }));
        return string.Join(',', parts);
    }

    private static Requirement ParseRequirement(string part)
    {
        if (part.Length == 0)
        {
            throw Unparsable("found '', expected: identifier");
        }

        if (part[0] == '!')
        {
            return new(Key(part[1..]), Relation.DoesNotExist, []);
        }

        if (part.IndexOf('(', StringComparison.Ordinal) is > 0 and var bracket && part.EndsWith(')'))
        {
            var words = part[..bracket].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words is [var key, "in" or "notin"])
            {
                var values = part[(bracket + 1)..^1].Split(',').Select(value => value.Trim()).ToList();
                return new(Key(key), words[1] == "in" ? Relation.In : Relation.NotIn, values);
            }

            throw Unparsable($"found '{part}', expected: in, notin");
        }

        foreach (var (symbol, relation) in (ReadOnlySpan<(string, Relation)>)
            [("!=", Relation.NotIn), ("==", Relation.In), ("=", Relation.In), (">", Relation.Greater), ("<", Relation.Less)])
        {
            if (part.IndexOf(symbol, StringComparison.Ordinal) is >= 0 and var at)
            {
                return new(Key(part[..at]), relation, [part[(at + symbol.Length)..].Trim()]);
            }
        }

        return new(Key(part), Relation.Exists, []);
    }

    private static string Key(string text)
    {
        var key = text.Trim();
        if (key.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [_, var second, ..])
        {
            throw Unparsable($"found '{second}', expected: in, notin, =, ==, !=, gt, lt");
        }

        return key.Length > 0 && key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '/')
            ? key
            : throw Unparsable($"<nil>: Invalid value: \"{key}\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')");
    }

    private static ApiException Unparsable(string why) =>
        ApiException.BadRequest($"unable to parse requirement: {why}");

    private static IEnumerable<string> SplitOutsideBrackets(string text)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '(':
                    depth++;
                    break;
                case ')':
                    depth--;
                    break;
                case ',' when depth == 0:
                    yield return text[start..i];
                    start = i + 1;
                    break;
            }
        }

        yield return text[start..];
    }

    private sealed record Requirement(string Key, Relation Relation, IReadOnlyList<string> Values)
    {
        public bool Holds(string? value) => Relation switch
        {
            Relation.In => value is not null && Values.Contains(value),
            Relation.NotIn => value is null || !Values.Contains(value),
            Relation.Exists => value is not null,
            Relation.DoesNotExist => value is null,
            Relation.Greater => long.TryParse(value, out var number) && long.TryParse(Values[0], out var bound) && number > bound,
            _ => long.TryParse(value, out var number) && long.TryParse(Values[0], out var bound) && number < bound,
        };
    }
}
