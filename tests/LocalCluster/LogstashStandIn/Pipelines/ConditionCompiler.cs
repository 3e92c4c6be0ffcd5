using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KafkaLogstash.LocalCluster.LogstashStandIn.Events;
using KafkaLogstash.LocalCluster.LogstashStandIn.Settings;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Pipelines;

/// <summary>
/// Turns a condition into a function of an event, with Logstash's rules: a constant that is exactly one placeholder is replaced, what is missing equals
/// nothing, numbers and texts are never equal and can't be ordered.
/// </summary>
internal sealed class ConditionCompiler(PipelineSettings pipeline, Surroundings surroundings)
{
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    /// <summary>Compiles a condition. The function throws <see cref="PipelineException"/> where an event's values can't be compared.</summary>
    /// <exception cref="PipelineException">The condition parses but means nothing to Logstash.</exception>
    public Func<LogEvent, bool> Compile(ConditionSyntax condition)
    {
        if (condition.Rest.Count > 1 && condition.Rest.Any(operand => operand.Operator is BooleanOperator.Xor or BooleanOperator.Nand))
        {
            throw new PipelineException($"The condition on line {condition.Span.Line} has xor or nand beside another operator; put parentheses around each pair.");
        }

        // `and` binds tighter than `or`: a list of alternatives, each a list of what must all hold.
        var alternatives = new List<List<Func<LogEvent, bool>>> { new() { Compile(condition.First) } };
        foreach (var (operation, expression) in condition.Rest)
        {
            var next = Compile(expression);
            switch (operation)
            {
                case BooleanOperator.And:
                    alternatives[^1].Add(next);
                    break;
                case BooleanOperator.Or:
                    alternatives.Add([next]);
                    break;
                case BooleanOperator.Xor:
                    var left = alternatives[0][0];
                    return logEvent => left(logEvent) ^ next(logEvent);
                default:
                    var first = alternatives[0][0];
                    return logEvent => !(first(logEvent) && next(logEvent));
            }
        }

        return logEvent => alternatives.Exists(all => all.TrueForAll(holds => holds(logEvent)));
    }

    private Func<LogEvent, bool> Compile(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case GroupSyntax group:
                var inner = Compile(group.Condition);
                return group.Negated ? logEvent => !inner(logEvent) : inner;
            case NegatedFieldSyntax negated:
                var path = FieldPath.Of(negated.Field);
                return logEvent => !IsTrue(logEvent.Get(path));
            case TruthSyntax truth:
                var operand = Operand(truth.Operand);
                return logEvent => IsTrue(operand(logEvent));
            case MembershipSyntax membership:
                var (needle, haystack) = (Operand(membership.Left), Operand(membership.Right));
                return logEvent => Contains(haystack(logEvent), needle(logEvent)) != membership.Negated;
            case ComparisonSyntax comparison:
                var (left, right) = (Operand(comparison.Left), Operand(comparison.Right));
                return logEvent => Compare(left(logEvent), comparison.Operator, right(logEvent));
            case MatchSyntax match:
                var (text, pattern) = (Operand(match.Left), Pattern(match.Pattern));
                return logEvent => (text(logEvent) is JsonValue value && value.TryGetValue<string>(out var found) && pattern.IsMatch(found)) != match.Negated;
            default:
                throw Meaningless(expression);
        }
    }

    private Func<LogEvent, JsonNode?> Operand(ValueSyntax value)
    {
        if (value is FieldReferenceSyntax reference)
        {
            var path = FieldPath.Of(reference);
            return logEvent => logEvent.Get(path);
        }

        var constant = Constant(value);
        return _ => constant;
    }

    private JsonNode Constant(ValueSyntax value) => value switch
    {
        StringSyntax text => JsonValue.Create(Placeholders.ReplaceWhole(text.Value(pipeline.SupportEscapes), surroundings)),
        NumberSyntax number => JsonValue.Create(double.Parse(number.Text, CultureInfo.InvariantCulture)),
        ArraySyntax array => new JsonArray([.. array.Items.Select(Constant)]),
        _ => throw Meaningless(value),
    };

    private Regex Pattern(ValueSyntax pattern)
    {
        var text = pattern switch
        {
            RegexSyntax regex => regex.Text.Replace("\\/", "/", StringComparison.Ordinal),
            StringSyntax constant => constant.Value(pipeline.SupportEscapes),
            _ => throw Meaningless(pattern),
        };
        try
        {
            // In Ruby ^ and $ are the ends of lines.
            return new Regex(text, RegexOptions.Multiline | RegexOptions.CultureInvariant, LongestMatch);
        }
        catch (ArgumentException e)
        {
            throw new PipelineException($"The regular expression on line {pattern.Span.Line} can't be used by the stand-in: {e.Message}", e);
        }
    }

    private static bool IsTrue(JsonNode? node) => node switch
    {
        null => false,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        JsonValue value when value.TryGetValue<string>(out var text) => text.Length > 0 && text != "false",
        _ => true,
    };

    private static bool Contains(JsonNode? haystack, JsonNode? needle) => (haystack, needle) switch
    {
        (null, _) or (_, null) => false,
        (JsonArray list, _) => list.Any(item => AreEqual(item, needle)),
        (JsonObject map, JsonValue key) => map.ContainsKey(LogEvent.TextOf(key)),
        (JsonValue text, JsonValue part) when text.GetValueKind() == JsonValueKind.String && part.GetValueKind() == JsonValueKind.String
            => LogEvent.TextOf(text).Contains(LogEvent.TextOf(part), StringComparison.Ordinal),
        _ => AreEqual(haystack, needle),
    };

    private static bool Compare(JsonNode? left, ComparisonOperator operation, JsonNode? right) => operation switch
    {
        ComparisonOperator.Equal => AreEqual(left, right),
        ComparisonOperator.NotEqual => !AreEqual(left, right),
        _ when left is null || right is null => false,
        ComparisonOperator.Less => Order(left, right) < 0,
        ComparisonOperator.LessOrEqual => Order(left, right) <= 0,
        ComparisonOperator.Greater => Order(left, right) > 0,
        _ => Order(left, right) >= 0,
    };

    private static bool AreEqual(JsonNode? left, JsonNode? right)
        => left is not null && right is not null && (Number(left) is { } a && Number(right) is { } b ? a.Equals(b) : JsonNode.DeepEquals(left, right));

    private static int Order(JsonNode left, JsonNode right)
    {
        if (Number(left) is { } a && Number(right) is { } b)
        {
            return a.CompareTo(b);
        }

        return left.GetValueKind() == JsonValueKind.String && right.GetValueKind() == JsonValueKind.String
            ? string.CompareOrdinal(LogEvent.TextOf(left), LogEvent.TextOf(right))
            : throw new PipelineException($"A condition can't order a {Kind(left)} and a {Kind(right)}");
    }

    private static string Kind(JsonNode node) => $"{node.GetValueKind()}".ToUpperInvariant();

    private static double? Number(JsonNode node)
        => node.GetValueKind() == JsonValueKind.Number && double.TryParse(node.ToJsonString(), CultureInfo.InvariantCulture, out var number) ? number : null;

    private static PipelineException Meaningless(SyntaxNode node)
        => new($"The condition on line {node.Span.Line} parses, but Logstash has no meaning for it: compare fields, texts, numbers and lists of two or more.");
}
