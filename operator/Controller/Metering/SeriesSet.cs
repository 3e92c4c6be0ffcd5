using Prometheus;

namespace KafkaLogstash.Controller.Metering;

/// <summary>Series that belong together: each time they are shown anew, those that are no longer among them vanish. Not for several threads at once.</summary>
internal sealed class SeriesSet
{
    private Dictionary<(Gauge Gauge, string Labels), string[]> _shown = [];

    /// <summary>Shows these series and no others.</summary>
    public void Show(params IEnumerable<Series> series)
    {
        var next = new Dictionary<(Gauge, string), string[]>();
        foreach (var (gauge, labels, value) in series)
        {
            // A label can hold anything but this.
            var key = (gauge, string.Join('\uFFFF', labels));
            next[key] = labels;
            gauge.WithLabels(labels).Set(value);
        }

        foreach (var ((gauge, _), labels) in _shown.Where(shown => !next.ContainsKey(shown.Key)))
        {
            gauge.RemoveLabelled(labels);
        }

        _shown = next;
    }
}

/// <summary>A series and its value.</summary>
/// <param name="Gauge">The metric.</param>
/// <param name="Labels">The values of its labels.</param>
/// <param name="Value">The value.</param>
internal readonly record struct Series(Gauge Gauge, string[] Labels, double Value);
