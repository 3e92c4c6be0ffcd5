using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>Durations and instants in the notations that Go reads and prints; a duration is a count of nanoseconds in 64 bits.</summary>
internal static partial class GoTime
{
    public const long Microsecond = 1_000;
    public const long Millisecond = 1_000_000;
    public const long Second = 1_000_000_000;
    public const long Minute = 60 * Second;
    public const long Hour = 60 * Minute;

    private static readonly (string[] Names, long Nanoseconds)[] LongUnits =
    [
        (["ns", "nano"], 1), (["us", "µs", "micro"], Microsecond), (["ms", "milli"], Millisecond), (["s", "sec"], Second),
        (["m", "min"], Minute), (["h", "hr", "hour"], Hour), (["d", "day"], 24 * Hour), (["w", "wk", "week"], 7 * 24 * Hour),
    ];

    /// <summary>Reads <c>1h30m</c>, <c>-1.5s</c>, <c>300ms</c>; a unit is needed but for 0.</summary>
    public static bool TryParseDuration(string text, out long nanoseconds)
    {
        nanoseconds = 0;
        var match = Duration().Match(text);
        if (!match.Success)
        {
            return false;
        }

        decimal total = 0;
        for (var i = 0; i < match.Groups["number"].Captures.Count; i++)
        {
            var number = match.Groups["number"].Captures[i].Value;
            if (number.Length > 25 || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            {
                return false;
            }

            total += value * UnitNanoseconds(match.Groups["unit"].Captures[i].Value);
        }

        total = decimal.Truncate(match.Groups["sign"].Value == "-" ? -total : total);
        if (total is < long.MinValue or > long.MaxValue)
        {
            return false;
        }

        nanoseconds = (long)total;
        return true;
    }

    /// <summary>Reads what the OpenAPI format <c>duration</c> allows: a Go duration, or whole numbers with long unit names (<c>3 days</c>).</summary>
    public static bool TryParseOpenApiDuration(string text, out long nanoseconds)
    {
        if (TryParseDuration(text, out nanoseconds))
        {
            return true;
        }

        var found = false;
        foreach (Match match in LongDuration().Matches(text))
        {
            if (!long.TryParse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            var unit = match.Groups["unit"].Value.ToLowerInvariant();
            foreach (var (names, size) in LongUnits)
            {
                if (names.Contains(unit, StringComparer.Ordinal) || unit.StartsWith(names[^1], StringComparison.Ordinal))
                {
                    found = true;
                    nanoseconds = unchecked(nanoseconds + (number * size));
                }
            }
        }

        return found;
    }

    /// <summary>A duration as seconds with a fraction where there is one: <c>90.5s</c>.</summary>
    public static string FormatSeconds(long nanoseconds)
    {
        var value = new decimal(nanoseconds) / Second;
        return value.ToString("0.#########", CultureInfo.InvariantCulture) + "s";
    }

    /// <summary>A duration as Go prints it: <c>1h30m0s</c>, <c>1.5ms</c>.</summary>
    public static string FormatDuration(long nanoseconds)
    {
        var size = Math.Abs(new decimal(nanoseconds));
        var sign = nanoseconds < 0 ? "-" : "";
        if (size < Second)
        {
            return sign + size switch
            {
                0 => "0s",
                < Microsecond => $"{size}ns",
                < Millisecond => $"{Fraction(size / Microsecond)}µs",
                _ => $"{Fraction(size / Millisecond)}ms",
            };
        }

        var text = new StringBuilder(sign);
        if (size >= Hour)
        {
            text.Append(CultureInfo.InvariantCulture, $"{decimal.Truncate(size / Hour)}h");
        }

        if (size >= Minute)
        {
            text.Append(CultureInfo.InvariantCulture, $"{decimal.Truncate(size % Hour / Minute)}m");
        }

        return text.Append(Fraction(size % Minute / Second)).Append('s').ToString();
    }

    /// <summary>Reads an RFC 3339 instant: seconds since 1970 and nanoseconds.</summary>
    public static bool TryParseTimestamp(string text, out long seconds, out int nanoseconds)
    {
        (seconds, nanoseconds) = (0, 0);
        var match = Rfc3339().Match(text);
        if (!match.Success || !DateTime.TryParseExact(
            match.Groups["date"].Value + "T" + match.Groups["time"].Value,
            "yyyy-MM-ddTHH:mm:ss",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var clock))
        {
            return false;
        }

        var offset = 0;
        if (match.Groups["hours"].Success)
        {
            var (hours, minutes) = (int.Parse(match.Groups["hours"].ValueSpan, CultureInfo.InvariantCulture),
                int.Parse(match.Groups["minutes"].ValueSpan, CultureInfo.InvariantCulture));
            if (hours > 24 || minutes > 60)
            {
                return false;
            }

            offset = ((hours * 60) + minutes) * (match.Groups["offset"].Value == "-" ? -60 : 60);
        }

        seconds = ((clock.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond) - offset;
        var fraction = match.Groups["fraction"].Value;
        nanoseconds = fraction.Length == 0 ? 0 : int.Parse(fraction.PadRight(9, '0').AsSpan(0, 9), CultureInfo.InvariantCulture);
        return true;
    }

    /// <summary>Whether a text is a calendar date, <c>2026-02-28</c>.</summary>
    public static bool TryParseDate(string text, out long seconds)
    {
        var valid = DateTime.TryParseExact(
            text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date);
        seconds = valid ? (date.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond : 0;
        return valid;
    }

    private static string Fraction(decimal value) => value.ToString("0.#########", CultureInfo.InvariantCulture);

    private static long UnitNanoseconds(string unit) => unit switch
    {
        "ns" => 1,
        "us" or "µs" or "μs" => Microsecond,
        "ms" => Millisecond,
        "s" => Second,
        "m" => Minute,
        "h" => Hour,
        _ => 0,
    };

    [GeneratedRegex(@"^(?<sign>[-+])?(?:0|(?:(?<number>[0-9]+\.?[0-9]*|\.[0-9]+)(?<unit>ns|us|µs|μs|ms|s|m|h))+)\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Duration();

    [GeneratedRegex(@"(?<number>[0-9]+)\s*(?<unit>[A-Za-zµ]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LongDuration();

    [GeneratedRegex(@"^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,](?<fraction>[0-9]+))?(?:[Zz]|(?<offset>[-+])(?<hours>[0-9]{2}):(?<minutes>[0-9]{2}))\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rfc3339();
}
