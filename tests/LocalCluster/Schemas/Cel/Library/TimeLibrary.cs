using System.Globalization;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>Arithmetic and parts of timestamps and durations.</summary>
internal static class TimeLibrary
{
    public static IEnumerable<Overload> Overloads =>
    [
        Overload.Global(Operators.Add, "add_duration_duration", [CelType.Duration, CelType.Duration], CelType.Duration, values =>
            Duration((Int128)((DurationValue)values[0]).Nanoseconds + ((DurationValue)values[1]).Nanoseconds)),
        Overload.Global(Operators.Subtract, "subtract_duration_duration", [CelType.Duration, CelType.Duration], CelType.Duration, values =>
            Duration((Int128)((DurationValue)values[0]).Nanoseconds - ((DurationValue)values[1]).Nanoseconds)),
        Overload.Global(Operators.Add, "add_timestamp_duration", [CelType.Timestamp, CelType.Duration], CelType.Timestamp, values =>
            Shift((TimestampValue)values[0], ((DurationValue)values[1]).Nanoseconds)),
        Overload.Global(Operators.Add, "add_duration_timestamp", [CelType.Duration, CelType.Timestamp], CelType.Timestamp, values =>
            Shift((TimestampValue)values[1], ((DurationValue)values[0]).Nanoseconds)),
        Overload.Global(Operators.Subtract, "subtract_timestamp_duration", [CelType.Timestamp, CelType.Duration], CelType.Timestamp, values =>
            Shift((TimestampValue)values[0], -(Int128)((DurationValue)values[1]).Nanoseconds)),
        Overload.Global(Operators.Subtract, "subtract_timestamp_timestamp", [CelType.Timestamp, CelType.Timestamp], CelType.Duration, values =>
            Duration(Total((TimestampValue)values[0]) - Total((TimestampValue)values[1]))),
        .. Part("getFullYear", time => time.Year),
        .. Part("getMonth", time => time.Month - 1),
        .. Part("getDayOfYear", time => time.DayOfYear - 1),
        .. Part("getDayOfMonth", time => time.Day - 1),
        .. Part("getDate", time => time.Day),
        .. Part("getDayOfWeek", time => (int)time.DayOfWeek),
        .. Part("getHours", time => time.Hour),
        .. Part("getMinutes", time => time.Minute),
        .. Part("getSeconds", time => time.Second),
        Milliseconds(hasZone: false),
        Milliseconds(hasZone: true),
        Whole("getHours", GoTime.Hour),
        Whole("getMinutes", GoTime.Minute),
        Whole("getSeconds", GoTime.Second),
        Whole("getMilliseconds", GoTime.Millisecond),
    ];

    /// <summary>An instant, or an error where it is out of CEL's range.</summary>
    public static CelValue Timestamp(long seconds, int nanoseconds) => seconds is >= TimestampValue.MinSeconds and <= TimestampValue.MaxSeconds
        ? new TimestampValue(seconds, nanoseconds)
        : new ErrorValue("timestamp overflow");

    private static Int128 Total(TimestampValue time) => ((Int128)time.Seconds * GoTime.Second) + time.Nanoseconds;

    private static CelValue Duration(Int128 nanoseconds) => nanoseconds >= long.MinValue && nanoseconds <= long.MaxValue
        ? new DurationValue((long)nanoseconds)
        : new ErrorValue("duration overflow");

    private static CelValue Shift(TimestampValue time, Int128 nanoseconds)
    {
        var total = Total(time) + nanoseconds;
        var fraction = ((total % GoTime.Second) + GoTime.Second) % GoTime.Second;
        return Timestamp((long)((total - fraction) / GoTime.Second), (int)fraction);
    }

    private static Overload Whole(string function, long unit) => Overload.Member(
        function, $"duration_to_{function}", [CelType.Duration], CelType.Int, values => new IntValue(((DurationValue)values[0]).Nanoseconds / unit));

    private static IEnumerable<Overload> Part(string function, Func<DateTime, int> part) =>
    [
        Overload.Member(function, $"timestamp_to_{function}", [CelType.Timestamp], CelType.Int, values => new IntValue(part(((TimestampValue)values[0]).Utc))),
        Overload.Member(function, $"timestamp_to_{function}_with_tz", [CelType.Timestamp, CelType.String], CelType.Int, values =>
            TryInZone((TimestampValue)values[0], ((StringValue)values[1]).Value, out var time)
                ? new IntValue(part(time))
                : new ErrorValue($"unknown time zone {((StringValue)values[1]).Value}")),
    ];

    private static Overload Milliseconds(bool hasZone) => Overload.Member(
        "getMilliseconds",
        hasZone ? "timestamp_to_getMilliseconds_with_tz" : "timestamp_to_getMilliseconds",
        hasZone ? [CelType.Timestamp, CelType.String] : [CelType.Timestamp],
        CelType.Int,
        values => new IntValue(((TimestampValue)values[0]).Nanoseconds / GoTime.Millisecond));

    private static bool TryInZone(TimestampValue time, string zone, out DateTime local)
    {
        local = time.Utc;
        var text = zone.TrimStart('+', '-');
        if (text.Contains(':', StringComparison.Ordinal))
        {
            var isOffset = TimeSpan.TryParseExact(text, [@"hh\:mm", @"h\:mm"], CultureInfo.InvariantCulture, out var offset);
            local = isOffset ? local + (zone[0] == '-' ? -offset : offset) : local;
            return isOffset;
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var info))
        {
            return false;
        }

        local = TimeZoneInfo.ConvertTimeFromUtc(local, info);
        return true;
    }
}
