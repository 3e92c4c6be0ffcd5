using System.Collections.Concurrent;
using KafkaLogstash.Kafka.Probing;

namespace KafkaLogstash.Tests.Integration.Connections;

/// <summary>A prober that answers what a test lets it answer, so that these tests need no Kafka.</summary>
internal sealed class SettableProber(Action<string> changed) : IKafkaProber
{
    private readonly ConcurrentDictionary<string, KafkaFacts> _facts = new(StringComparer.Ordinal);

    public void Follow(string connection, KafkaQuestion question)
    {
    }

    public void Forget(string connection) => _facts.TryRemove(connection, out _);

    public KafkaFacts? Latest(string connection) => _facts.GetValueOrDefault(connection);

    public void Answer(string connection, KafkaFacts facts)
    {
        _facts[connection] = facts;
        changed(connection);
    }
}
