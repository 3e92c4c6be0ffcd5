using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Logstash;

/// <summary>What parsing a config gave.</summary>
/// <param name="Document">The tree. Where there are errors, what could be read around them.</param>
/// <param name="Errors">
/// The errors in the order of the text, 20 at most; empty exactly when Logstash accepts the text.
/// </param>
public sealed record ParseResult(ConfigDocument Document, IReadOnlyList<ConfigError> Errors)
{
    /// <summary>Whether Logstash's grammar accepts the text.</summary>
    public bool Succeeded => Errors.Count == 0;
}

/// <summary>What parsing a fragment, a condition or a value, gave.</summary>
/// <typeparam name="T">The kind of fragment.</typeparam>
/// <param name="Node">The tree; null exactly when there are errors.</param>
/// <param name="Errors">The errors in the order of the text, 20 at most.</param>
public sealed record FragmentResult<T>(T? Node, IReadOnlyList<ConfigError> Errors)
    where T : SyntaxNode;
