using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Logstash.Writing;

/// <summary>
/// Writes syntax trees as text. What is written reads back as the same tree; a tree for which that can't be is refused with the reason.
/// </summary>
public static class ConfigWriter
{
    /// <summary>Writes a whole config.</summary>
    /// <param name="document">The tree. Where its nodes stood in another text plays no part.</param>
    /// <returns>The text or the refusals.</returns>
    public static WriteResult Write(ConfigDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return Write(
            emitter =>
            {
                foreach (var section in document.Sections)
                {
                    emitter.Section(section);
                }
            },
            text => LogstashConfig.Parse(text) is { Succeeded: true } read && read.Document.Equals(document));
    }

    /// <summary>Writes a condition, as it stands between <c>if</c> and <c>{</c>.</summary>
    /// <param name="condition">The condition.</param>
    /// <returns>The text or the refusals.</returns>
    public static WriteResult Write(ConditionSyntax condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return Write(emitter => emitter.Condition(condition), text => condition.Equals(LogstashConfig.ParseCondition(text).Node));
    }

    /// <summary>Writes the value of an attribute.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The text or the refusals.</returns>
    public static WriteResult Write(ValueSyntax value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Write(emitter => emitter.Value(value), text => value.Equals(LogstashConfig.ParseValue(text).Node));
    }

    private static WriteResult Write(Action<SyntaxEmitter> write, Func<string, bool> readsBack)
    {
        var emitter = new SyntaxEmitter();
        write(emitter);
        if (emitter.Refusals.Count > 0)
        {
            return new WriteResult(null, emitter.Refusals);
        }

        var text = emitter.Text.ToString();
        return readsBack(text) ? new WriteResult(text, []) : new WriteResult(null, [Differently("")]);
    }

    internal static WriteRefusal Differently(string path) => new(
        path,
        RefusalReason.ReadsDifferently,
        "Logstash would read this text as something else: a plugin whose name begins with `if` or `else` is taken for a branch.");
}
