using System.Globalization;
using System.Text.RegularExpressions;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>A Kubernetes quantity: <c>500m</c>, <c>1.5Gi</c>, <c>3e2</c>.</summary>
internal sealed class QuantityValue(decimal value) : CelValue
{
    public decimal Value { get; } = value;

    public override CelType Type => CelType.Quantity;

    public override string ToString() => Value.ToString("0.#########", CultureInfo.InvariantCulture);
}

/// <summary><c>quantity()</c>, <c>isQuantity()</c>, arithmetic and comparison.</summary>
internal static partial class QuantityLibrary
{
    private const string Malformed =
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

    private static readonly string[] DecimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    private static readonly string[] BinarySuffixes = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

    public static IEnumerable<Overload> Overloads =>
    [
        Overload.Global("quantity", "string_to_quantity", [CelType.String], CelType.Quantity, values =>
            TryParse(((StringValue)values[0]).Value, out var value) ? new QuantityValue(value) : new ErrorValue(Malformed)),
        Overload.Global("isQuantity", "is_quantity_string", [CelType.String], CelType.Bool, values => BoolValue.Of(TryParse(((StringValue)values[0]).Value, out _))),
        Overload.Member("sign", "quantity_sign", [CelType.Quantity], CelType.Int, values => new IntValue(Math.Sign(Number(values[0])))),
        Overload.Member("isGreaterThan", "quantity_is_greater_than", [CelType.Quantity, CelType.Quantity], CelType.Bool, values =>
            BoolValue.Of(Number(values[0]) > Number(values[1]))),
        Overload.Member("isLessThan", "quantity_is_less_than", [CelType.Quantity, CelType.Quantity], CelType.Bool, values =>
            BoolValue.Of(Number(values[0]) < Number(values[1]))),
        Overload.Member("compareTo", "quantity_compare_to", [CelType.Quantity, CelType.Quantity], CelType.Int, values =>
            new IntValue(Number(values[0]).CompareTo(Number(values[1])))),
        Overload.Member("asApproximateFloat", "quantity_get_float", [CelType.Quantity], CelType.Double, values => new DoubleValue((double)Number(values[0]))),
        Overload.Member("asInteger", "quantity_get_int", [CelType.Quantity], CelType.Int, values =>
            IsInteger(Number(values[0])) ? new IntValue((long)Number(values[0])) : new ErrorValue("cannot convert value to integer")),
        Overload.Member("isInteger", "quantity_is_integer", [CelType.Quantity], CelType.Bool, values => BoolValue.Of(IsInteger(Number(values[0])))),
        Arithmetic("add", (left, right) => left + right),
        ArithmeticWithInt("add", (left, right) => left + right),
        Arithmetic("sub", (left, right) => left - right),
        ArithmeticWithInt("sub", (left, right) => left - right),
    ];

    private static decimal Number(CelValue value) => ((QuantityValue)value).Value;

    private static bool IsInteger(decimal value) => decimal.Truncate(value) == value && value is >= long.MinValue and <= long.MaxValue;

    private static Overload Arithmetic(string function, Func<decimal, decimal, decimal> compute) => Overload.Member(
        function, $"quantity_{function}", [CelType.Quantity, CelType.Quantity], CelType.Quantity, values =>
            new QuantityValue(compute(Number(values[0]), Number(values[1]))));

    private static Overload ArithmeticWithInt(string function, Func<decimal, decimal, decimal> compute) => Overload.Member(
        function, $"quantity_{function}_int", [CelType.Quantity, CelType.Int], CelType.Quantity, values =>
            new QuantityValue(compute(Number(values[0]), ((IntValue)values[1]).Value)));

    private static bool TryParse(string text, out decimal value)
    {
        value = 0;
        var match = Quantity().Match(text);
        if (!match.Success || !decimal.TryParse(match.Groups["number"].ValueSpan, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        var suffix = match.Groups["suffix"].Value;
        var (scale, power) = match.Groups["exponent"].Success
            ? (10.0, int.TryParse(match.Groups["exponent"].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent) ? exponent : 0)
            : suffix.EndsWith('i') ? (1024.0, Array.IndexOf(BinarySuffixes, suffix) + 1)
            : (1000.0, Array.IndexOf(DecimalSuffixes, suffix) - 3);

        // Beyond 64 bits a quantity is capped; the comparison with any sensible bound comes out the same.
        var factor = Math.Pow(scale, Math.Abs(power));
        value = factor > 1e20 ? (power < 0 ? 0 : Math.Sign(number) * (decimal)long.MaxValue)
            : power < 0 ? number / (decimal)factor
            : Math.Abs((double)number * factor) > 1e27 ? Math.Sign(number) * (decimal)long.MaxValue
            : number * (decimal)factor;
        return true;
    }

    [GeneratedRegex("^(?<number>[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+))(?:[eE](?<exponent>[+-]?[0-9]+)|(?<suffix>[KMGTPE]i|[numkMGTPE]?))\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Quantity();
}
