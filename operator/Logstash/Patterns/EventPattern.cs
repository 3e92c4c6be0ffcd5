using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace KafkaLogstash.Logstash.Patterns;

/// <summary>
/// A text with references to an event's fields, as Logstash's <c>sprintf</c> takes it: <c>orders-%{[order][region]}</c>, <c>%{field}</c>, <c>logs-%{+YYYY.MM.dd}</c> (Joda's letters),
/// <c>logs-%{{yyyy.MM.dd}}</c> (Java's), <c>%{+%s}</c> (seconds since 1970). Dates are those of the event's <c>@timestamp</c>, in UTC. Immutable.
/// </summary>
public sealed class EventPattern
{
    private readonly Lazy<Regex> _names;
    private readonly Lazy<EventFields> _fields;

    internal EventPattern(string text, PatternPart[] parts)
    {
        (Text, Parts) = (text, parts);
        References = [.. parts.Where(part => part is { Path: not null, Date: null }).Select(part => string.Concat(part.Path!.Select(name => $"[{name}]")))];
        _names = new(() => new Regex($"^{string.Concat(parts.Select(part => part.Shape))}$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture));
        _fields = new(() => new EventFields(this));
    }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>Whether it gives the same for every event.</summary>
    public bool IsConstant => Array.TrueForAll(Parts, part => part.Path is null);

    /// <summary>The fields that it refers to, each as <c>[a][b]</c>; dates are none.</summary>
    public IReadOnlyList<string> References { get; }

    internal PatternPart[] Parts { get; }

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pattern">The pattern; null if the text is none.</param>
    /// <param name="error">Why it is none.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out EventPattern? pattern, [NotNullWhen(false)] out PatternError? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new PatternParser(text).TryParse(out pattern, out error);
    }

    /// <summary>Reads a pattern for names of topics: what stands between references must be able to stand in one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pattern">The pattern; null if the text is none.</param>
    /// <param name="error">Why it is none.</param>
    public static bool TryParseTopic(string text, [NotNullWhen(true)] out EventPattern? pattern, [NotNullWhen(false)] out PatternError? error)
    {
        if (!TryParse(text, out pattern, out error))
        {
            return false;
        }

        error = TopicProblem(pattern);
        pattern = error is null ? pattern : null;
        return error is null;
    }

    /// <summary>The pattern with an event's values. A reference without a value stays as it stands in the pattern, as in Logstash.</summary>
    /// <param name="json">The event, a JSON object in UTF-8.</param>
    /// <param name="unresolved">The first reference without a value, as it stands in the pattern; null when all have one.</param>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public string Evaluate(ReadOnlySpan<byte> json, out string? unresolved)
    {
        var fields = _fields.Value;
        var values = new FieldValue[fields.Count];
        var reader = new Utf8JsonReader(json, EventFields.ReaderOptions);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("An event is a JSON object.");
        }

        fields.Read(ref reader, values);
        var output = new ArrayBufferWriter<byte>();
        unresolved = fields.Patterns[0].Write(json, values, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>Whether there can be an event for which the pattern gives this name of a topic.</summary>
    /// <param name="topic">The name.</param>
    public bool CanName(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return TopicName.Problem(topic) is null && _names.Value.IsMatch(topic);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static PatternError? TopicProblem(EventPattern pattern)
    {
        foreach (var part in pattern.Parts.Where(part => part.Path is null || part.Date is not null))
        {
            if (part.Date is { } date)
            {
                if (date.Literals.FirstOrDefault(literal => TopicName.IllegalCharacterAt(literal) >= 0) is { } illegal)
                {
                    return new(part.Position, $"The date gives '{illegal}', which can't stand in a topic's name: use letters a-z and A-Z, digits, '.', '_' and '-'.");
                }
            }
            else if (TopicName.IllegalCharacterAt(part.Text) is >= 0 and var index)
            {
                return new(part.Position + index, $"'{part.Text[index]}' can't stand in a topic's name: use letters a-z and A-Z, digits, '.', '_' and '-'.");
            }
        }

        return pattern.IsConstant && TopicName.Problem(pattern.Text) is { } problem ? new(1, problem)
            : pattern.Parts.Where(part => part.Path is null).Sum(part => part.Text.Length) >= TopicName.LongestLength ? new(1, $"A topic's name has at most {TopicName.LongestLength} characters.")
            : null;
    }
}
