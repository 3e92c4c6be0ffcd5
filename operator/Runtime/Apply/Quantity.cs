using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace KafkaLogstash.Runtime;

/// <summary>
/// Compares Kubernetes quantities (<c>1</c> is <c>1000m</c>, <c>1Gi</c> is <c>1024Mi</c>), which the API server rewrites to a form of its own.
/// Quantities are rounded up to nano, as the API server does.
/// </summary>
internal static class Quantity
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("+-.0123456789");

    private static readonly Dictionary<string, BigInteger> Nanos = new(StringComparer.Ordinal)
    {
        ["n"] = 1,
        ["u"] = Ten(3),
        ["m"] = Ten(6),
        [""] = Ten(9),
        ["k"] = Ten(12),
        ["M"] = Ten(15),
        ["G"] = Ten(18),
        ["T"] = Ten(21),
        ["P"] = Ten(24),
        ["E"] = Ten(27),
        ["Ki"] = Ten(9) << 10,
        ["Mi"] = Ten(9) << 20,
        ["Gi"] = Ten(9) << 30,
        ["Ti"] = Ten(9) << 40,
        ["Pi"] = Ten(9) << 50,
        ["Ei"] = Ten(9) << 60,
    };

    /// <summary>Whether both texts are quantities, and of the same size.</summary>
    public static bool AreEqual(string first, string second) =>
        TryParse(first) is { } one && TryParse(second) is { } other && one == other;

    /// <summary>The quantity in billionths; null for what is no quantity.</summary>
    internal static BigInteger? TryParse(string text)
    {
        var end = text.AsSpan().IndexOfAnyExcept(NumberCharacters);
        var number = end < 0 ? text : text[..end];
        var suffix = end < 0 ? "" : text[end..];
        if (!decimal.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
        {
            return null;
        }

        BigInteger unit;
        if (suffix.Length > 1 && suffix[0] is 'e' or 'E' && int.TryParse(suffix.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent))
        {
            if (exponent is < -9 or > 18)
            {
                return null;
            }

            unit = Ten(9 + exponent);
        }
        else if (!Nanos.TryGetValue(suffix, out unit))
        {
            return null;
        }

        var (quotient, remainder) = BigInteger.DivRem(Unscaled(value) * unit, Ten(value.Scale));
        return remainder.Sign > 0 ? quotient + 1 : quotient;
    }

    /// <summary>The decimal's digits as a whole number, without its point.</summary>
    private static BigInteger Unscaled(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var digits = ((BigInteger)(uint)bits[2] << 64) + ((BigInteger)(uint)bits[1] << 32) + (uint)bits[0];
        return decimal.IsNegative(value) ? -digits : digits;
    }

    private static BigInteger Ten(int exponent) => BigInteger.Pow(10, exponent);
}
