using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace KafkaLogstash.Logstash.Patterns;

/// <summary>How a date is written: the letters of Joda-Time (org.joda.time.format.DateTimeFormat) or of Java (java.time.format.DateTimeFormatter). Always in UTC.</summary>
internal sealed class DatePattern
{
    private const string JodaLetters = "y, Y, x, w, M, d, D, e, E, a, H, k, K, h, m, s, S, Z and z";
    private const string JavaLetters = "y, u, M, L, d, D, Q, E, a, H, k, K, h, m, s, S, n, X, x, Z, z and VV";
    private readonly DateElement[] _elements;

    private DatePattern(DateElement[] elements) => _elements = elements;

    /// <summary>The texts that stand in every date.</summary>
    public IEnumerable<string> Literals => _elements.Where(element => element.Kind == DateKind.Literal).Select(element => element.Text);

    /// <summary>A regular expression for what it gives.</summary>
    public string Shape => string.Concat(_elements.Select(element => element.Shape));

    /// <summary>Reads a format.</summary>
    /// <param name="format">The format.</param>
    /// <param name="position">Where it begins in the pattern, from 1.</param>
    /// <param name="isJava">Whether its letters are Java's.</param>
    /// <param name="date">What was read; null if it is none.</param>
    /// <param name="error">Why it is none.</param>
    public static bool TryParse(string format, int position, bool isJava, [NotNullWhen(true)] out DatePattern? date, [NotNullWhen(false)] out PatternError? error)
    {
        (date, error) = (null, null);
        if (format.Length == 0)
        {
            error = new(position, "There is no date format here: write, for example, %{+YYYY.MM.dd}.");
            return false;
        }

        if (format == "%s" && !isJava)
        {
            date = new([new(DateKind.EpochSeconds, 1)]);
            return true;
        }

        var elements = new List<DateElement>();
        for (var i = 0; i < format.Length;)
        {
            var start = i;
            if (format[i] == '\'')
            {
                if (Quoted(format, ref i) is not { } quoted)
                {
                    error = new(position + start, "The quoted text that begins here has no end: write ' behind it.");
                    return false;
                }

                elements.Add(new(DateKind.Literal, 0, quoted));
                continue;
            }

            while (++i < format.Length && format[i] == format[start])
            {
                // Runs of one letter belong together.
            }

            var (letter, count) = (format[start], i - start);
            if (!char.IsAsciiLetter(letter))
            {
                if (isJava && letter is '[' or ']' or '{' or '}' or '#')
                {
                    error = new(position + start, $"'{letter}' means nothing in a date that is written: leave it out, or quote it as '{letter}'.");
                    return false;
                }

                elements.Add(new(DateKind.Literal, 0, new string(letter, count)));
            }
            else if ((isJava ? Java(letter, count) : Joda(letter, count)) is { } element)
            {
                elements.Add(element);
            }
            else
            {
                error = new(
                    position + start,
                    $"'{new string(letter, count)}' is no part of a date that is known here: {(isJava ? "Java's" : "Joda's")} letters are {(isJava ? JavaLetters : JodaLetters)}; other text stands in single quotes.");
                return false;
            }
        }

        date = new([.. elements]);
        return true;
    }

    /// <summary>Writes a time.</summary>
    /// <param name="utc">The time.</param>
    /// <param name="output">Where to, in UTF-8.</param>
    public void Write(DateTime utc, IBufferWriter<byte> output)
    {
        foreach (var element in _elements)
        {
            element.Write(utc, output);
        }
    }

    /// <summary>Reads a quoted text; two quotes are one.</summary>
    private static string? Quoted(string format, ref int i)
    {
        var text = new StringBuilder();
        if (format.AsSpan(i).StartsWith("''", StringComparison.Ordinal))
        {
            i += 2;
            return "'";
        }

        for (i++; i < format.Length; i++)
        {
            if (format[i] != '\'')
            {
                text.Append(format[i]);
            }
            else if (i + 1 < format.Length && format[i + 1] == '\'')
            {
                text.Append(format[i++]);
            }
            else
            {
                i++;
                return text.ToString();
            }
        }

        return null;
    }

    private static DateElement? Joda(char letter, int count) => letter switch
    {
        'y' or 'Y' => count == 2 ? new(DateKind.YearOfCentury, 2) : new(DateKind.Year, count),
        'x' => count == 2 ? new(DateKind.WeekYearOfCentury, 2) : new(DateKind.WeekYear, count),
        'w' => new(DateKind.Week, count),
        'e' => new(DateKind.DayOfWeek, count),
        'E' => new(count < 4 ? DateKind.ShortDayName : DateKind.DayName, 0),
        'S' => new(DateKind.Fraction, count),
        'z' => new(DateKind.Literal, 0, "UTC"),
        'Z' => new(DateKind.Literal, 0, count switch { 1 => "+0000", 2 => "+00:00", _ => "UTC" }),
        _ => Common(letter, count),
    };

    private static DateElement? Java(char letter, int count) => letter switch
    {
        'y' or 'u' => count == 2 ? new(DateKind.YearOfCentury, 2) : new(DateKind.Year, count),
        'L' => Common('M', count),
        'Q' => count <= 2 ? new(DateKind.Quarter, count) : null,
        'E' => count switch { <= 3 => new(DateKind.ShortDayName, 0), 4 => new(DateKind.DayName, 0), _ => null },
        'S' => count <= 9 ? new(DateKind.Fraction, count) : null,
        'n' => new(DateKind.Nanoseconds, count),
        'X' => count <= 5 ? new(DateKind.Literal, 0, "Z") : null,
        'x' => count switch { 1 => new(DateKind.Literal, 0, "+00"), 2 or 4 => new(DateKind.Literal, 0, "+0000"), 3 or 5 => new(DateKind.Literal, 0, "+00:00"), _ => null },
        'Z' => count switch { <= 3 => new(DateKind.Literal, 0, "+0000"), 5 => new(DateKind.Literal, 0, "Z"), _ => null },
        'z' => count <= 3 ? new(DateKind.Literal, 0, "UTC") : null,
        'V' => count == 2 ? new(DateKind.Literal, 0, "UTC") : null,
        'M' when count > 4 => null,
        'D' => count <= 3 ? Common(letter, count) : null,
        'a' => count == 1 ? Common(letter, count) : null,
        _ => count <= 2 || letter == 'M' ? Common(letter, count) : null,
    };

    private static DateElement? Common(char letter, int count) => letter switch
    {
        'M' => count switch { <= 2 => new(DateKind.Month, count), 3 => new(DateKind.ShortMonthName, 0), _ => new(DateKind.MonthName, 0) },
        'd' => new(DateKind.Day, count),
        'D' => new(DateKind.DayOfYear, count),
        'a' => new(DateKind.HalfDay, 0),
        'H' => new(DateKind.Hour, count),
        'k' => new(DateKind.HourFrom1, count),
        'K' => new(DateKind.HalfDayHour, count),
        'h' => new(DateKind.HalfDayHourFrom1, count),
        'm' => new(DateKind.Minute, count),
        's' => new(DateKind.Second, count),
        _ => null,
    };
}

/// <summary>What a piece of a date is.</summary>
internal enum DateKind
{
    /// <summary>A text.</summary>
    Literal,

    /// <summary>Seconds since 1970.</summary>
    EpochSeconds,

    /// <summary>The year.</summary>
    Year,

    /// <summary>Its last two digits.</summary>
    YearOfCentury,

    /// <summary>The year of the ISO week.</summary>
    WeekYear,

    /// <summary>Its last two digits.</summary>
    WeekYearOfCentury,

    /// <summary>The ISO week.</summary>
    Week,

    /// <summary>Quarter of the year.</summary>
    Quarter,

    /// <summary>Month of the year.</summary>
    Month,

    /// <summary>The month's English name.</summary>
    MonthName,

    /// <summary>Its first three letters.</summary>
    ShortMonthName,

    /// <summary>Day of the month.</summary>
    Day,

    /// <summary>Day of the year.</summary>
    DayOfYear,

    /// <summary>Day of the week; Monday is 1.</summary>
    DayOfWeek,

    /// <summary>The day's English name.</summary>
    DayName,

    /// <summary>Its first three letters.</summary>
    ShortDayName,

    /// <summary>AM or PM.</summary>
    HalfDay,

    /// <summary>Hour, 0 to 23.</summary>
    Hour,

    /// <summary>Hour, 1 to 24.</summary>
    HourFrom1,

    /// <summary>Hour of the half day, 0 to 11.</summary>
    HalfDayHour,

    /// <summary>Hour of the half day, 1 to 12.</summary>
    HalfDayHourFrom1,

    /// <summary>Minute of the hour.</summary>
    Minute,

    /// <summary>Second of the minute.</summary>
    Second,

    /// <summary>Fraction of the second, cut.</summary>
    Fraction,

    /// <summary>Nanosecond of the second.</summary>
    Nanoseconds,
}

/// <summary>A piece of a date.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Width">The least number of digits; for a fraction, the number.</param>
/// <param name="Text">The text of a literal.</param>
internal sealed record DateElement(DateKind Kind, int Width, string Text = "")
{
    private readonly byte[] _text = Encoding.UTF8.GetBytes(Text);

    /// <summary>A regular expression for what it gives.</summary>
    public string Shape => Kind switch
    {
        DateKind.Literal => Regex.Escape(Text),
        DateKind.MonthName or DateKind.ShortMonthName or DateKind.DayName or DateKind.ShortDayName or DateKind.HalfDay => "[A-Za-z]+",
        DateKind.Fraction or DateKind.YearOfCentury or DateKind.WeekYearOfCentury => $"[0-9]{{{Width}}}",
        _ => $"[0-9]{{{Width},{Math.Max(Width, 10)}}}",
    };

    /// <summary>Writes it for a time.</summary>
    public void Write(DateTime utc, IBufferWriter<byte> output)
    {
        switch (Kind)
        {
            case DateKind.Literal:
                output.Write(_text);
                break;
            case DateKind.Fraction:
                WriteFraction(utc, output);
                break;
            case DateKind.MonthName or DateKind.ShortMonthName or DateKind.DayName or DateKind.ShortDayName or DateKind.HalfDay:
                Encoding.UTF8.GetBytes(Name(utc), output);
                break;
            default:
                WriteNumber(Number(utc), output);
                break;
        }
    }

    private string Name(DateTime utc) => Kind switch
    {
        DateKind.MonthName => CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName(utc.Month),
        DateKind.ShortMonthName => CultureInfo.InvariantCulture.DateTimeFormat.GetAbbreviatedMonthName(utc.Month),
        DateKind.DayName => CultureInfo.InvariantCulture.DateTimeFormat.GetDayName(utc.DayOfWeek),
        DateKind.ShortDayName => CultureInfo.InvariantCulture.DateTimeFormat.GetAbbreviatedDayName(utc.DayOfWeek),
        _ => utc.Hour < 12 ? "AM" : "PM",
    };

    private long Number(DateTime utc) => Kind switch
    {
        DateKind.EpochSeconds => new DateTimeOffset(utc).ToUnixTimeSeconds(),
        DateKind.Year => utc.Year,
        DateKind.YearOfCentury => utc.Year % 100,
        DateKind.WeekYear => ISOWeek.GetYear(utc),
        DateKind.WeekYearOfCentury => ISOWeek.GetYear(utc) % 100,
        DateKind.Week => ISOWeek.GetWeekOfYear(utc),
        DateKind.Quarter => ((utc.Month - 1) / 3) + 1,
        DateKind.Month => utc.Month,
        DateKind.Day => utc.Day,
        DateKind.DayOfYear => utc.DayOfYear,
        DateKind.DayOfWeek => utc.DayOfWeek == System.DayOfWeek.Sunday ? 7 : (int)utc.DayOfWeek,
        DateKind.Hour => utc.Hour,
        DateKind.HourFrom1 => utc.Hour == 0 ? 24 : utc.Hour,
        DateKind.HalfDayHour => utc.Hour % 12,
        DateKind.HalfDayHourFrom1 => utc.Hour % 12 == 0 ? 12 : utc.Hour % 12,
        DateKind.Minute => utc.Minute,
        DateKind.Second => utc.Second,
        _ => utc.Ticks % TimeSpan.TicksPerSecond * 100,
    };

    private void WriteNumber(long number, IBufferWriter<byte> output)
    {
        var span = output.GetSpan(32 + Width);
        Math.Abs(number).TryFormat(span, out var digits);
        var (sign, zeros) = (number < 0 ? 1 : 0, Math.Max(Width - digits, 0));
        span[..digits].CopyTo(span[(sign + zeros)..]);
        span[..(sign + zeros)].Fill((byte)'0');
        if (number < 0)
        {
            span[0] = (byte)'-';
        }

        output.Advance(sign + zeros + digits);
    }

    private void WriteFraction(DateTime utc, IBufferWriter<byte> output)
    {
        var span = output.GetSpan(Width);
        var fraction = utc.Ticks % TimeSpan.TicksPerSecond;
        var unit = TimeSpan.TicksPerSecond / 10;
        for (var i = 0; i < Width; i++)
        {
            span[i] = (byte)('0' + (unit == 0 ? 0 : fraction / unit % 10));
            unit /= 10;
        }

        output.Advance(Width);
    }
}
