using KafkaLogstash.Runtime;

namespace KafkaLogstash.Operator.Verbs.Overview;

/// <summary>
/// How fast lags grow, out of readings that come whenever a status is written. A status whose lag stays the same is not written, so the last reading holds until
/// the next one, and the rate is that over the last half minute.
/// </summary>
internal sealed class LagRates
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly Dictionary<NamespacedName, List<(DateTimeOffset Time, long Lag)>> _readings = [];

    /// <summary>Notes a reading; null where the lag is no longer known, which forgets the earlier ones.</summary>
    public void Note(NamespacedName connection, long? lag, DateTimeOffset now)
    {
        if (lag is not { } value)
        {
            _readings.Remove(connection);
            return;
        }

        if (!_readings.TryGetValue(connection, out var readings))
        {
            _readings[connection] = readings = [];
        }

        // Of the readings before the window the last one still holds when it begins.
        var old = readings.FindLastIndex(reading => reading.Time <= now - Window);
        readings.RemoveRange(0, Math.Max(0, old));
        readings.Add((now, value));
    }

    /// <summary>Records a second; null where nothing is known, or not for long enough.</summary>
    public double? RateOf(NamespacedName connection, DateTimeOffset now)
    {
        if (!_readings.TryGetValue(connection, out var readings) || now - readings[0].Time < Shortest)
        {
            return null;
        }

        var begin = now - Window;
        var first = Math.Max(0, readings.FindLastIndex(reading => reading.Time <= begin));
        var since = readings[first].Time > begin ? readings[first].Time : begin;
        return (readings[^1].Lag - readings[first].Lag) / (now - since).TotalSeconds;
    }
}
