using System.Globalization;
using System.Text.Json;
using KafkaLogstash.Logstash.Writing;

namespace KafkaLogstash.Logstash.Catalogue;

/// <summary>Judges JSON values the way Logstash's validators judge the literals that they become.</summary>
internal static class OptionValues
{
    /// <summary>What is wrong with a value, or null.</summary>
    public static string? Problem(OptionDescription option, JsonElement value) => option.Type switch
    {
        OptionType.Number => NumberProblem(value),
        OptionType.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False || Text(value) is "true" or "false" || IsPlaceholder(value)
            ? null
            : "must be true or false",
        OptionType.Choice => ChoiceProblem(option.Choices, value),
        OptionType.List => ListProblem(value),
        OptionType.Hash => HashProblem(value),
        _ => TextProblem(value),
    };

    private static string? NumberProblem(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            return value.TryGetInt64(out _) ? null : "must be a whole number without exponent: Kafka takes no fractions";
        }

        if (IsPlaceholder(value))
        {
            return null;
        }

        return Text(value) is { } text && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number.ToString(CultureInfo.InvariantCulture) == text
            ? null
            : "must be a whole number, without unit, blanks or leading zeros";
    }

    private static string? ChoiceProblem(IReadOnlyList<string> choices, JsonElement value)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => Text(value),
        };
        if (IsPlaceholder(value) || (text is not null && choices.Contains(text, StringComparer.Ordinal)))
        {
            return null;
        }

        var number = value.ValueKind == JsonValueKind.Number ? ", as a quoted string" : "";
        return $"must be one of {string.Join(", ", choices)}{number}";
    }

    private static string? ListProblem(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => null,
        JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => null,
        _ => "must be a list of strings",
    };

    private static string? HashProblem(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
            && value.EnumerateObject().All(entry => IsPlain(entry.Value) || (entry.Value.ValueKind == JsonValueKind.Array && entry.Value.EnumerateArray().All(IsPlain)))
            ? null
            : "must be keys with plain values, or lists of them";

    private static bool IsPlain(JsonElement value) => value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;

    private static string? TextProblem(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String or JsonValueKind.True or JsonValueKind.False => null,
        JsonValueKind.Number => "must be a string: put the number in quotes",
        JsonValueKind.Array when value.GetArrayLength() == 1 => TextProblem(value[0]),
        _ => "must be a single string",
    };

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static bool IsPlaceholder(JsonElement value) => Text(value) is { } text && Quoting.HasPlaceholder(text);
}
