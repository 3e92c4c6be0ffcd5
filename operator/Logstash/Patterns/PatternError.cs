namespace KafkaLogstash.Logstash.Patterns;

/// <summary>Why a text is no pattern.</summary>
/// <param name="Position">Where, from 1, in characters of the text.</param>
/// <param name="Message">What is wrong and what to write instead, as a sentence without a place.</param>
public sealed record PatternError(int Position, string Message)
{
    /// <summary>Place and message in one line.</summary>
    public override string ToString() => $"character {Position}: {Message}";
}
