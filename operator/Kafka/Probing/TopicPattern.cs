using System.Text.RegularExpressions;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>A pattern of topics, which Kafka's Java client matches against whole names.</summary>
internal sealed class TopicPattern
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly Regex? _expression;

    /// <summary>Reads a pattern (java.util.regex.Pattern).</summary>
    public TopicPattern(string pattern)
    {
        if (JavaPatternTranslation.Translate(pattern) is not { } translated)
        {
            return;
        }

        try
        {
            _expression = new Regex($@"\A(?:{translated})\z", RegexOptions.CultureInvariant, Patience);
        }
        catch (ArgumentException)
        {
            // Java's dialect says something here that .NET's does not.
        }
    }

    /// <summary>The names that match, in order; null where it can't be said which do: only Java knows, or matching takes for ever.</summary>
    /// <param name="topics">Names of topics.</param>
    public IReadOnlyList<string>? Matching(IEnumerable<string> topics)
    {
        if (_expression is null)
        {
            return null;
        }

        try
        {
            return [.. topics.Where(topic => !InternalTopics.Contains(topic) && _expression.IsMatch(topic)).Order(StringComparer.Ordinal)];
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }
}
