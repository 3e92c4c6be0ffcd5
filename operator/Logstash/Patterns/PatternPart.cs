using System.Text;
using System.Text.RegularExpressions;

namespace KafkaLogstash.Logstash.Patterns;

/// <summary>A piece of a pattern: text, a field, or a date.</summary>
/// <param name="Text">The piece as it stands in the pattern.</param>
/// <param name="Position">Where it begins, from 1.</param>
/// <param name="Path">The names on the way to the field that it needs; null for text.</param>
/// <param name="Date">How that field is written as a date; null where it is written as it is.</param>
internal sealed record PatternPart(string Text, int Position, string[]? Path, DatePattern? Date)
{
    /// <summary>The piece as it stands in the pattern.</summary>
    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(Text);

    /// <summary>A regular expression for what it can give in a topic's name.</summary>
    public string Shape => Path is null ? Regex.Escape(Text) : Date?.Shape ?? "[a-zA-Z0-9._-]+";
}
