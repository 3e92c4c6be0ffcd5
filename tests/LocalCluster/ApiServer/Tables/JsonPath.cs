using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;

namespace KafkaLogstash.LocalCluster.ApiServer.Tables;

/// <summary>
/// The JSONPath of printer columns: <c>.a.b</c>, <c>['a']</c>, <c>[0]</c>, <c>[*]</c> and filters <c>[?(@.type=="Ready")]</c>.
/// </summary>
internal sealed class JsonPath
{
    private readonly IReadOnlyList<Func<JsonNode?, IEnumerable<JsonNode?>>> _steps;

    private JsonPath(IReadOnlyList<Func<JsonNode?, IEnumerable<JsonNode?>>> steps) => _steps = steps;

    public IEnumerable<JsonNode?> Find(JsonNode? root) =>
        _steps.Aggregate(Enumerable.Repeat(root, 1), (nodes, step) => nodes.SelectMany(step));

    /// <summary>Reads a path.</summary>
    /// <exception cref="FormatException">The text is no path of this kind.</exception>
    public static JsonPath Parse(string text)
    {
        var steps = new List<Func<JsonNode?, IEnumerable<JsonNode?>>>();
        var path = text.TrimStart('$');
        var i = 0;
        while (i < path.Length)
        {
            if (path[i] == '.')
            {
                var end = EndOfName(path, i + 1);
                var name = path[(i + 1)..end].Replace("\\.", ".", StringComparison.Ordinal);
                if (name.Length > 0)
                {
                    steps.Add(name == "*" ? All : node => Member(node, name));
                }

                i = end;
            }
            else if (path[i] == '[' && EndOfBracket(path, i) is var close and > 0)
            {
                steps.Add(Bracket(path[(i + 1)..close].Trim(), text));
                i = close + 1;
            }
            else
            {
                throw new FormatException($"the JSONPath '{text}' is not understood at position {i}");
            }
        }

        return new(steps);
    }

    private static int EndOfName(string path, int from)
    {
        var i = from;
        while (i < path.Length && path[i] is not ('.' or '['))
        {
            i += path[i] == '\\' ? 2 : 1;
        }

        return Math.Min(i, path.Length);
    }

    private static int EndOfBracket(string path, int open)
    {
        char? quote = null;
        for (var i = open + 1; i < path.Length; i++)
        {
            if (quote is { } mark)
            {
                quote = path[i] == mark ? null : quote;
            }
            else if (path[i] is '"' or '\'')
            {
                quote = path[i];
            }
            else if (path[i] == ']')
            {
                return i;
            }
        }

        return -1;
    }

    private static Func<JsonNode?, IEnumerable<JsonNode?>> Bracket(string inside, string whole)
    {
        if (inside is "*" or ":")
        {
            return All;
        }

        if (int.TryParse(inside, out var index))
        {
            return node => node is JsonArray array && (index < 0 ? array.Count + index : index) is >= 0 and var at && at < array.Count ? [array[at]] : [];
        }

        if (inside is ['\'' or '"', .., '\'' or '"'])
        {
            return node => Member(node, inside[1..^1]);
        }

        if (inside.StartsWith("?(", StringComparison.Ordinal) && inside.EndsWith(')'))
        {
            return Filter(inside[2..^1], whole);
        }

        throw new FormatException($"the JSONPath '{whole}' is not understood at [{inside}]");
    }

    private static Func<JsonNode?, IEnumerable<JsonNode?>> Filter(string condition, string whole)
    {
        foreach (var symbol in (ReadOnlySpan<string>)["==", "!="])
        {
            var at = condition.IndexOf(symbol, StringComparison.Ordinal);
            if (at < 0)
            {
                continue;
            }

            var path = Parse(condition[..at].Trim().TrimStart('@'));
            var wanted = condition[(at + 2)..].Trim().Trim('"', '\'');
            var equal = symbol == "==";
            return node => All(node).Where(item => path.Find(item).Any(found => TextOf(found) == wanted) == equal);
        }

        throw new FormatException($"the JSONPath '{whole}' has a filter other than == and !=");
    }

    private static string? TextOf(JsonNode? node) => node.Text() ?? node?.ToJsonString();

    private static IEnumerable<JsonNode?> Member(JsonNode? node, string name) =>
        node is JsonObject obj && obj.TryGetPropertyValue(name, out var value) ? [value] : [];

    private static IEnumerable<JsonNode?> All(JsonNode? node) => node switch
    {
        JsonArray array => array,
        JsonObject obj => obj.Select(pair => pair.Value),
        _ => [],
    };
}
