using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace KafkaLogstash.Api.Yaml;

/// <summary>What an unquoted scalar means: as kubectl takes it, which follows YAML 1.1.</summary>
internal static partial class PlainScalars
{
    /// <summary>The value of an unquoted scalar; null for YAML's null.</summary>
    public static JsonNode? Read(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "y" or "Y" => JsonValue.Create(true),
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "n" or "N" => JsonValue.Create(false),
        _ => Number(text) ?? JsonValue.Create(text),
    };

    /// <summary>Whether a text means itself when it stands unquoted.</summary>
    public static bool IsText(string text) => Read(text) is JsonValue value && value.TryGetValue<string>(out _);

    private static JsonValue? Number(string text)
    {
        if (Whole().IsMatch(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return JsonValue.Create(whole);
        }

        var digits = text.Replace("_", "", StringComparison.Ordinal);
        if (Hexadecimal().IsMatch(digits))
        {
            return long.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : null;
        }

        if (Octal().IsMatch(digits))
        {
            return JsonValue.Create(Convert.ToInt64(digits.TrimStart('0', 'o'), 8));
        }

        return Fraction().IsMatch(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var fraction) && double.IsFinite(fraction)
            ? JsonValue.Create(fraction)
            : null;
    }

    [GeneratedRegex("^[-+]?(0|[1-9][0-9]*)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Whole();

    [GeneratedRegex("^0x[0-9A-Fa-f]+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hexadecimal();

    [GeneratedRegex("^0o?[1-7][0-7]{0,19}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Octal();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fraction();
}
