namespace KafkaLogstash.Bridge.Hosting;

/// <summary>Which of librdkafka's properties are secret.</summary>
internal static class KafkaCredentials
{
    /// <summary>Shorter values would make any text unreadable.</summary>
    private const int ShortestHidden = 4;

    /// <summary>A line of a PEM key that is shorter tells nothing.</summary>
    private const int ShortestHiddenLine = 16;

    private static readonly string[] Words = ["password", "secret", "key.pem", "oauthbearer.config", "jaas"];

    /// <summary>Whether a property's value is secret.</summary>
    public static bool IsSecret(string property) => Array.Exists(Words, word => property.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>The texts that must never be seen, longest first.</summary>
    public static string[] In(IReadOnlyDictionary<string, string> properties) =>
    [
        .. properties.Where(property => IsSecret(property.Key)).SelectMany(property => Texts(property.Value))
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(text => text.Length),
    ];

    /// <summary>A text without them.</summary>
    public static string Hide(string text, string[] secrets)
    {
        foreach (var secret in secrets)
        {
            text = text.Replace(secret, "***", StringComparison.Ordinal);
        }

        return text;
    }

    private static IEnumerable<string> Texts(string value)
    {
        var lines = value.Split('\n', StringSplitOptions.TrimEntries);
        return lines.Length == 1
            ? Enumerable.Repeat(value, value.Length >= ShortestHidden ? 1 : 0)
            : lines.Where(line => line.Length >= ShortestHiddenLine && !line.StartsWith("-----", StringComparison.Ordinal)).Prepend(value);
    }
}
