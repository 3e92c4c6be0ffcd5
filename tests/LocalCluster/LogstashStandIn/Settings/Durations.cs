namespace KafkaLogstash.LocalCluster.LogstashStandIn.Settings;

/// <summary>Spans of time in Logstash's notation: a number and a unit.</summary>
internal static class Durations
{
    /// <summary>Reads <c>50ms</c>, <c>3s</c>, <c>1m</c>, <c>2h</c>, <c>1d</c>.</summary>
    /// <exception cref="PipelineException">It is none of these; the message names <paramref name="setting"/>.</exception>
    public static TimeSpan Parse(string setting, string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (long.TryParse(text.AsSpan(0, digits), out var number))
        {
            switch (text[digits..])
            {
                case "ms": return TimeSpan.FromMilliseconds(number);
                case "s": return TimeSpan.FromSeconds(number);
                case "m": return TimeSpan.FromMinutes(number);
                case "h": return TimeSpan.FromHours(number);
                case "d": return TimeSpan.FromDays(number);
            }
        }

        throw new PipelineException($"Setting '{setting}': '{text}' is no time; write a number and a unit (ms, s, m, h, d), for example 3s.");
    }
}
