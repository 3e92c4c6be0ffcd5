using KafkaLogstash.Api;
using KafkaLogstash.Runtime;

namespace KafkaLogstash.Operator.Verbs.Overview;

/// <summary>The connections as they were seen last.</summary>
/// <param name="name">The one name to look at; null for all.</param>
internal sealed class ConnectionsView(string? name)
{
    private readonly Dictionary<NamespacedName, KafkaLogstashConnection> _connections = [];
    private readonly LagRates _rates = new();

    /// <summary>Takes over a change.</summary>
    /// <returns>The connection after it; null where the view has no place for it.</returns>
    public ConnectionSummary? Apply(ResourceChange<KafkaLogstashConnection> change, DateTimeOffset now)
    {
        if (name is not null && change.Key.Name != name)
        {
            return null;
        }

        if (change.Type == ChangeType.Deleted)
        {
            _connections.Remove(change.Key);
            _rates.Note(change.Key, null, now);
        }
        else
        {
            _connections[change.Key] = change.Current;
            _rates.Note(change.Key, change.Current.Status?.Lag, now);
        }

        return Sum(change.Key, change.Current, now);
    }

    /// <summary>Everything, what is in trouble first.</summary>
    public IReadOnlyList<ConnectionSummary> Summaries(DateTimeOffset now) =>
    [
        .. _connections.Select(entry => Sum(entry.Key, entry.Value, now))
            .OrderBy(summary => summary.Ready)
            .ThenBy(summary => summary.Namespace, StringComparer.Ordinal)
            .ThenBy(summary => summary.Name, StringComparer.Ordinal),
    ];

    private ConnectionSummary Sum(NamespacedName key, KafkaLogstashConnection connection, DateTimeOffset now) =>
        ConnectionSummary.Of(connection, _rates.RateOf(key, now), now);
}
