using System.Globalization;
using System.Numerics;
using System.Text;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary><c>'%s has %d'.format([...])</c>.</summary>
internal static class StringFormat
{
    private const int DefaultPrecision = 6;

    public static CelValue Format(string format, ListValue arguments)
    {
        var text = new StringBuilder();
        var used = 0;
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%')
            {
                text.Append(format[at]);
                continue;
            }

            if (++at >= format.Length)
            {
                return new ErrorValue("unexpected end of format string");
            }

            if (format[at] == '%')
            {
                text.Append('%');
                continue;
            }

            var precision = ReadPrecision(format, ref at);
            if (at >= format.Length)
            {
                return new ErrorValue("could not parse formatting clause: unexpected end of format string");
            }

            if (used >= arguments.Count)
            {
                return new ErrorValue($"index {used} out of range");
            }

            var argument = arguments[used++];
            if (argument is ErrorValue)
            {
                return argument;
            }

            if (Clause(format[at], precision, argument) is not { } clause)
            {
                return new ErrorValue($"could not parse formatting clause: unrecognized formatting clause \"{format[at]}\"");
            }

            text.Append(clause);
        }

        return new StringValue(text.ToString());
    }

    private static int ReadPrecision(string format, ref int at)
    {
        if (format[at] != '.')
        {
            return DefaultPrecision;
        }

        var start = ++at;
        while (at < format.Length && char.IsAsciiDigit(format[at]))
        {
            at++;
        }

        return int.TryParse(format.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var precision) ? precision : DefaultPrecision;
    }

    private static string? Clause(char verb, int precision, CelValue argument) => verb switch
    {
        's' => Text(argument),
        'd' when argument is IntValue or UintValue or DoubleValue => argument.ToString(),
        'f' when Number(argument) is { } number => number.ToString("F" + precision, CultureInfo.InvariantCulture),
        'e' when Number(argument) is { } number => Exponent(number, precision),
        'b' when argument is BoolValue flag => flag.Value ? "1" : "0",
        'b' when Integer(argument) is { } number => Signed(number, number => number.ToString("B", CultureInfo.InvariantCulture).TrimStart('0')),
        'o' when Integer(argument) is { } number => Signed(number, Octal),
        'x' or 'X' => Hex(argument, verb == 'X'),
        _ => null,
    };

    private static double? Number(CelValue value) => value switch
    {
        DoubleValue number => number.Value,
        IntValue number => number.Value,
        UintValue number => number.Value,
        _ => null,
    };

    private static BigInteger? Integer(CelValue value) => value switch
    {
        IntValue number => number.Value,
        UintValue number => number.Value,
        _ => null,
    };

    private static string Exponent(double number, int precision)
    {
        var text = number.ToString((precision == 0 ? "0" : "0." + new string('0', precision)) + "e+00", CultureInfo.InvariantCulture);
        return text;
    }

    private static string Signed(BigInteger number, Func<BigInteger, string> digits)
    {
        var text = digits(BigInteger.Abs(number));
        return (number.Sign < 0 ? "-" : "") + (text.Length == 0 ? "0" : text);
    }

    private static string Octal(BigInteger number)
    {
        var digits = new StringBuilder();
        for (var rest = number; rest > 0; rest /= 8)
        {
            digits.Insert(0, (int)(rest % 8));
        }

        return digits.ToString();
    }

    private static string? Hex(CelValue argument, bool isUpper)
    {
        var text = argument switch
        {
            StringValue value => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(value.Value)),
            BytesValue value => Convert.ToHexStringLower(value.Value),
            _ when Integer(argument) is { } number => Signed(number, value => value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0')),
            _ => null,
        };
        return isUpper ? text?.ToUpperInvariant() : text;
    }

    private static string Nested(CelValue value) => value is StringValue text ? $"\"{text.Value}\"" : Text(value);

    private static string Text(CelValue value) => value switch
    {
        ListValue list => $"[{string.Join(", ", list.Items.Select(Nested))}]",
        MapValue map => "{" + string.Join(", ", map.Keys.OrderBy(key => key.ToString(), StringComparer.Ordinal).Select(key => $"{Nested(key)}: {Nested(map.Find(key)!)}")) + "}",
        _ => value.ToString()!,
    };
}
