using System.Collections.Concurrent;
using System.Text;
using KafkaLogstash.Bridge.Sink.Producing;
using KafkaLogstash.Logstash.Patterns;

namespace KafkaLogstash.Bridge.Sink.Events;

/// <summary>A name that a pattern gave.</summary>
/// <param name="Name">The name. The same name is the same object while it is remembered, which is how runs of records are told apart.</param>
/// <param name="Reason">Why it can't be written to; null if it can.</param>
/// <param name="Problem">The same for people.</param>
internal sealed record ChosenTopic(string Name, RefusalReason? Reason, string? Problem);

/// <summary>Which topics may be written to. Thread-safe.</summary>
/// <param name="pattern">The pattern that names them.</param>
/// <param name="allowed">The allow-list; empty: what the pattern can name.</param>
internal sealed class TopicChoice(EventPattern pattern, IReadOnlyCollection<string> allowed)
{
    /// <summary>Names come from events: they are not remembered without bound.</summary>
    private const int MostRemembered = 1000;

    private readonly HashSet<string> _allowed = new(allowed, StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ChosenTopic> _chosen = new(StringComparer.Ordinal);

    /// <summary>The topic that a sender named.</summary>
    public ChosenTopic Named(string name) => Choose(name, isFromPattern: false);

    /// <summary>The topic that the pattern gave for an event.</summary>
    /// <param name="utf8">The name.</param>
    public ChosenTopic FromPattern(ReadOnlySpan<byte> utf8)
    {
        if (!TopicName.IsValid(utf8))
        {
            var problem = utf8.Length > TopicName.LongestLength ? "a name of more than 249 characters" : "a name with characters other than letters a-z and A-Z, digits, '.', '_' and '-', or none";
            return new("", RefusalReason.NoTopic, $"The topic pattern {pattern} gives {problem} for this event.");
        }

        Span<char> name = stackalloc char[TopicName.LongestLength];
        name = name[..Encoding.ASCII.GetChars(utf8, name)];
        return _chosen.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var known) ? known : Choose(name.ToString(), isFromPattern: true);
    }

    private ChosenTopic Choose(string name, bool isFromPattern)
    {
        if (_chosen.TryGetValue(name, out var known))
        {
            return known;
        }

        var chosen = TopicName.Problem(name) is { } problem ? new ChosenTopic(name, RefusalReason.NoTopic, problem)
            : _allowed.Count > 0 && !_allowed.Contains(name) ? new(name, RefusalReason.TopicNotAllowed, $"The topic {name} is not among those that may be written to (spec.bridge.sink.allowedTopics).")
            : _allowed.Count == 0 && !isFromPattern && !pattern.CanName(name) ? new(
                name, RefusalReason.TopicNotAllowed, $"The topic {name} may not be written to: it is not what {pattern} (spec.output.topicId) can give. spec.bridge.sink.allowedTopics allows others.")
            : new(name, Reason: null, Problem: null);
        if (_chosen.Count >= MostRemembered)
        {
            _chosen.Clear();
        }

        return _chosen.GetOrAdd(name, chosen);
    }
}
