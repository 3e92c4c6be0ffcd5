using System.Buffers;

namespace KafkaLogstash.Logstash.Patterns;

/// <summary>What Kafka takes for the name of a topic (org.apache.kafka.common.internals.Topic).</summary>
public static class TopicName
{
    /// <summary>The longest name, in characters.</summary>
    public const int LongestLength = 249;

    private static readonly SearchValues<byte> Legal = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"u8);
    private static readonly SearchValues<char> LegalCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Whether a name is one.</summary>
    /// <param name="utf8">The name.</param>
    public static bool IsValid(ReadOnlySpan<byte> utf8) =>
        utf8.Length is > 0 and <= LongestLength && !utf8.ContainsAnyExcept(Legal) && !utf8.SequenceEqual("."u8) && !utf8.SequenceEqual(".."u8);

    /// <summary>Why a name is none.</summary>
    /// <param name="name">The name.</param>
    /// <returns>A sentence; null if it is one.</returns>
    public static string? Problem(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name switch
        {
            "" => "A topic's name can't be empty.",
            "." or ".." => $"A topic can't be called '{name}'.",
            { Length: > LongestLength } => $"A topic's name has at most {LongestLength} characters, this one has {name.Length}.",
            _ => IllegalCharacterAt(name) is >= 0 and var index
                ? $"A topic's name is made of letters a-z and A-Z, digits, '.', '_' and '-'; character {index + 1} of this one is none of them."
                : null,
        };
    }

    /// <summary>The index of the first character that no topic's name can hold; -1 if there is none.</summary>
    internal static int IllegalCharacterAt(ReadOnlySpan<char> text) => text.IndexOfAnyExcept(LegalCharacters);
}
