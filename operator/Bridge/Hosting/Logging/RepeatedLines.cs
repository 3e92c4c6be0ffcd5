using System.Text.RegularExpressions;

namespace KafkaLogstash.Bridge.Hosting.Logging;

/// <summary>
/// Tells which of librdkafka's lines were just said: it writes one for every attempt to connect, a score a second where a broker is away. From any thread.
/// </summary>
/// <param name="interval">How long a line that says the same is left out.</param>
/// <param name="time">The clock.</param>
internal sealed partial class RepeatedLines(TimeSpan interval, TimeProvider time)
{
    /// <summary>The most lines that are remembered; beyond them the oldest is forgotten, and counts as new when it comes again.</summary>
    private const int KeptLines = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);

    /// <summary>Whether a line is to be written.</summary>
    /// <param name="line">The line. Durations and counts, which differ each time, are looked past.</param>
    /// <param name="leftOut">How often the same was left out since it was last written.</param>
    public bool IsDue(string line, out int leftOut)
    {
        var key = KeyOf(line);
        leftOut = 0;
        lock (_gate)
        {
            if (_lines.TryGetValue(key, out var known))
            {
                if (time.GetElapsedTime(known.At) < interval)
                {
                    known.LeftOut++;
                    return false;
                }

                leftOut = known.LeftOut;
            }
            else if (_lines.Count == KeptLines)
            {
                _lines.Remove(_lines.MinBy(entry => entry.Value.At).Key);
            }

            _lines[key] = new Line(time.GetTimestamp());
            return true;
        }
    }

    private static string KeyOf(string line)
    {
        try
        {
            return VaryingNumber().Replace(line, "");
        }
        catch (RegexMatchTimeoutException)
        {
            // The thread was held up for that long. It is one of librdkafka's, and what is thrown there ends the process: rather a line too many.
            return line;
        }
    }

    // "(after 3ms in state CONNECT, 2 identical error(s) suppressed)": the second part comes and goes.
    [GeneratedRegex(@"\d+(?=(?:\.\d+)?ms\b)|, \d+ identical error\(s\) suppressed|(?<=socket )\d+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex VaryingNumber();

    private sealed class Line(long at)
    {
        public long At { get; } = at;

        public int LeftOut { get; set; }
    }
}
