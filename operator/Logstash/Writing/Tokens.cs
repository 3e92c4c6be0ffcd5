namespace KafkaLogstash.Logstash.Writing;

/// <summary>What unquoted tokens may look like.</summary>
internal static class Tokens
{
    public static bool IsName(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    public static bool IsBareword(string text) =>
        text.Length > 1 && !char.IsAsciiDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    public static bool IsNumber(string text)
    {
        var digits = text.StartsWith('-') ? 1 : 0;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var end = dot < 0 ? text.Length : dot;
        return end > digits && text.AsSpan(digits, end - digits).IndexOfAnyExceptInRange('0', '9') < 0
            && (dot < 0 || text.AsSpan(dot + 1).IndexOfAnyExceptInRange('0', '9') < 0);
    }

    /// <summary>Letters, digits, underscores and dots; no digit first. Anything else stays literal text to Logstash.</summary>
    public static bool IsPlaceholderName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.');
}
