namespace KafkaLogstash.LocalCluster.ApiServer.Tables;

/// <summary>Ages as kubectl users know them: 45s, 3m20s, 2d4h.</summary>
internal static class Durations
{
    public static string Since(DateTimeOffset? start, DateTimeOffset now) => start is { } time ? Format(now - time) : "<unknown>";

    public static string Format(TimeSpan span)
    {
        var seconds = (long)span.TotalSeconds;
        return seconds switch
        {
            < -1 => "<invalid>",
            < 0 => "0s",
            < 120 => $"{seconds}s",
            < 600 => Pair(seconds / 60, "m", seconds % 60, "s"),
            < 3 * 3600 => $"{seconds / 60}m",
            < 8 * 3600 => Pair(seconds / 3600, "h", seconds / 60 % 60, "m"),
            < 48 * 3600 => $"{seconds / 3600}h",
            < 192 * 3600 => Pair(seconds / 86400, "d", seconds / 3600 % 24, "h"),
            < 365L * 2 * 86400 => $"{seconds / 86400}d",
            < 365L * 8 * 86400 => Pair(seconds / 86400 / 365, "y", seconds / 86400 % 365, "d"),
            _ => $"{seconds / 86400 / 365}y",
        };
    }

    private static string Pair(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";
}
