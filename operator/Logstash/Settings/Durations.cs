using System.Buffers;
using System.Globalization;

namespace KafkaLogstash.Logstash.Settings;

/// <summary>Durations as people write them: <c>50ms</c>, <c>3s</c>, <c>5m</c>, <c>1h30m</c>.</summary>
public static class Durations
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private static readonly (string Suffix, TimeSpan Unit)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)), ("h", TimeSpan.FromHours(1)), ("d", TimeSpan.FromDays(1)),
    ];

    /// <summary>Reads one or more numbers with units (<c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c>, <c>d</c>); fractions are allowed.</summary>
    /// <param name="text">The text.</param>
    /// <param name="duration">The sum.</param>
    /// <returns>Whether it is a duration that fits a <see cref="TimeSpan"/>. A number without a unit is none.</returns>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan();
        if (rest.IsEmpty)
        {
            return false;
        }

        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(NumberCharacters);
            if (digits <= 0 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var unit = TimeSpan.Zero;
            foreach (var (suffix, length) in Units)
            {
                if (unit == TimeSpan.Zero && rest.StartsWith(suffix, StringComparison.Ordinal))
                {
                    unit = length;
                    rest = rest[suffix.Length..];
                }
            }

            if (unit == TimeSpan.Zero || number > (TimeSpan.MaxValue - duration).Ticks / (decimal)unit.Ticks)
            {
                return false;
            }

            duration += TimeSpan.FromTicks((long)(number * unit.Ticks));
        }

        return true;
    }

    /// <summary>As Logstash reads it: one whole number with the largest unit that needs no fraction.</summary>
    /// <param name="duration">The duration, not negative; below a millisecond it counts as a whole one.</param>
    /// <returns>For example <c>3s</c> or <c>50ms</c>.</returns>
    public static string ToLogstash(TimeSpan duration)
    {
        var milliseconds = (long)Math.Ceiling(duration.TotalMilliseconds);
        var (suffix, unit) = Units.Last(entry => milliseconds % (long)entry.Unit.TotalMilliseconds == 0 && (milliseconds > 0 || entry.Suffix == "ms"));
        return $"{milliseconds / (long)unit.TotalMilliseconds}{suffix}";
    }
}
