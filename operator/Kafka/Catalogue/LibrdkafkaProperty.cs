using System.Globalization;

namespace KafkaLogstash.Kafka.Catalogue;

/// <summary>Which of librdkafka's clients a property is for.</summary>
public enum PropertyOwner
{
    /// <summary>Consumers and producers.</summary>
    Both,

    /// <summary>Consumers alone.</summary>
    Consumer,

    /// <summary>Producers alone.</summary>
    Producer,
}

/// <summary>A property of librdkafka that is set by text.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Type">Its type: boolean, integer, float, enum, flags or string.</param>
/// <param name="Values">Its range as <c>1 .. 100</c>, or its values separated by commas; empty where any will do.</param>
public sealed record LibrdkafkaProperty(string Name, PropertyOwner Owner, string Type, string Values)
{
    /// <summary>Says what is wrong with a value; null where nothing is.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The end of a sentence about the value.</returns>
    public string? Problem(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Type switch
        {
            "boolean" => value is "true" or "false" ? null : "must be true or false",
            "enum" => Words.Contains(value, StringComparer.OrdinalIgnoreCase) ? null : $"must be one of {Values}",
            "flags" when Values.Length > 0 => value.Split(',', StringSplitOptions.TrimEntries).FirstOrDefault(word => !Words.Contains(word, StringComparer.Ordinal)) is { } unknown
                ? $"must be some of {Values}, separated by commas; '{unknown}' is none"
                : null,
            "integer" => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && Within(number) ? null : $"must be a whole number, {Values}",
            "float" => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? null : $"must be a number, {Values}",
            _ => null,
        };
    }

    private string[] Words => Values.Split(',', StringSplitOptions.TrimEntries);

    private bool Within(long number)
    {
        var bounds = Values.Split(" .. ");
        return bounds.Length != 2
            || (number >= long.Parse(bounds[0], CultureInfo.InvariantCulture) && number <= long.Parse(bounds[1], CultureInfo.InvariantCulture));
    }
}
