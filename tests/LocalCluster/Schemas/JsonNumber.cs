using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>A JSON number as the API server decodes it: a 64-bit integer where it is written as one and fits, else a double.</summary>
internal readonly record struct JsonNumber(bool IsInteger, long Integer, double Double)
{
    /// <summary>Whether the number has no fraction and can be taken for an integer, as <c>1.0</c> can.</summary>
    public bool IsWhole => IsInteger
        || (Double == Math.Floor(Double) && Math.Abs(Double) <= 9007199254740991d);

    public static bool TryRead(JsonNode? node, out JsonNumber number)
    {
        number = default;
        if (node is not JsonValue scalar || scalar.GetValueKind() != JsonValueKind.Number)
        {
            return false;
        }

        if (scalar.TryGetValue<long>(out var integer) || (scalar.TryGetValue<int>(out var small) && (integer = small) == small))
        {
            number = new JsonNumber(true, integer, integer);
            return true;
        }

        var text = scalar.ToJsonString();
        number = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out integer)
            ? new JsonNumber(true, integer, integer)
            : new JsonNumber(false, 0, double.Parse(text, CultureInfo.InvariantCulture));
        return true;
    }

    public override string ToString() => IsInteger ? Integer.ToString(CultureInfo.InvariantCulture) : GoText.Double(Double);
}
