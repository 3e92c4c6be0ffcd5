using System.Text.RegularExpressions;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Events;

/// <summary>
/// Text with references to an event: <c>%{[a][b]}</c>, <c>%{+YYYY.MM.dd}</c> (the event's time), <c>%{{TIME_NOW}}</c>. A reference that leads nowhere stays
/// as it is written.
/// </summary>
internal static partial class EventTemplate
{
    private static readonly FieldPath Timestamp = new(["@timestamp"], InMetadata: false);

    /// <summary>Replaces the references in <paramref name="template"/>.</summary>
    public static string Format(string template, LogEvent logEvent, DateTimeOffset now)
        => template.Contains("%{", StringComparison.Ordinal)
            ? Reference().Replace(template, match => Resolve(match, logEvent, now) ?? match.Value)
            : template;

    private static string? Resolve(Match match, LogEvent logEvent, DateTimeOffset now)
    {
        if (match.Groups["time"] is { Success: true, Value: var pattern })
        {
            return pattern == "TIME_NOW" ? now.UtcDateTime.ToString("O") : Time(logEvent, pattern);
        }

        var reference = match.Groups["field"].Value;
        if (reference.StartsWith('+'))
        {
            return Time(logEvent, reference[1..]);
        }

        return FieldPath.TryParse(reference, out var path) && logEvent.Get(path) is { } value ? LogEvent.TextOf(value) : null;
    }

    private static string? Time(LogEvent logEvent, string pattern)
    {
        if (!DateTimeOffset.TryParse(LogEvent.TextOf(logEvent.Get(Timestamp)), out var time))
        {
            return null;
        }

        return pattern == "%s"
            ? time.ToUnixTimeSeconds().ToString()
            : time.UtcDateTime.ToString("''" + pattern.Replace('Y', 'y').Replace('S', 'f'));
    }

    [GeneratedRegex(@"%\{\{(?<time>[^}]*)\}\}|%\{(?<field>[^{}]+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();
}
