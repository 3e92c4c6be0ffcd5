using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KafkaLogstash.Kafka.Clients;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>Looks at Kafka for many connections, with one client for each distinct cluster and credentials.</summary>
/// <param name="options">How.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Gets what librdkafka says, at debug level.</param>
/// <param name="changed">Called with a connection when something about its Kafka changed; it must return at once.</param>
public sealed class KafkaProber(KafkaProberOptions options, TimeProvider time, ILogger<KafkaProber> logger, Action<string> changed) : IKafkaProber, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ClusterProbe> _clusters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Followed> _connections = new(StringComparer.Ordinal);
    private readonly List<Task> _closing = [];

    /// <summary>Clients there are: one for each distinct cluster and credentials.</summary>
    public int Clients
    {
        get
        {
            lock (_gate)
            {
                return _clusters.Count;
            }
        }
    }

    /// <inheritdoc />
    public void Follow(string connection, KafkaQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var key = ClusterKey(question);
        lock (_gate)
        {
            if (_connections.TryGetValue(connection, out var before) && before.Cluster != key)
            {
                Leave(connection, before.Cluster);
            }

            if (!_clusters.TryGetValue(key, out var cluster))
            {
                cluster = new ClusterProbe(question, options, time, logger, Found);
                _clusters.Add(key, cluster);
            }

            // What was known of another cluster says nothing about this one.
            _connections[connection] = before?.Cluster == key ? before : new Followed(key, null);
            cluster.Follow(connection, question);
        }
    }

    /// <inheritdoc />
    public void Forget(string connection)
    {
        lock (_gate)
        {
            if (_connections.Remove(connection, out var followed))
            {
                Leave(connection, followed.Cluster);
            }
        }
    }

    /// <inheritdoc />
    public KafkaFacts? Latest(string connection)
    {
        lock (_gate)
        {
            return _connections.GetValueOrDefault(connection)?.Facts;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Task[] closing;
        lock (_gate)
        {
            closing = [.. _closing, .. _clusters.Values.Select(cluster => cluster.DisposeAsync().AsTask())];
            _clusters.Clear();
            _connections.Clear();
            _closing.Clear();
        }

        await Task.WhenAll(closing);
    }

    private void Leave(string connection, string key)
    {
        var cluster = _clusters[key];
        cluster.Forget(connection);
        if (cluster.Connections == 0)
        {
            _clusters.Remove(key);
            _closing.RemoveAll(task => task.IsCompleted);
            _closing.Add(cluster.DisposeAsync().AsTask());
        }
    }

    private void Found(string connection, KafkaFacts facts)
    {
        lock (_gate)
        {
            if (!_connections.TryGetValue(connection, out var followed))
            {
                return;
            }

            _connections[connection] = followed with { Facts = facts };
            if (followed.Facts is { } before && Same(before, facts))
            {
                return;
            }
        }

        changed(connection);
    }

    private static bool Same(KafkaFacts one, KafkaFacts other) =>
        one.Reachable == other.Reachable && one.TopicsAvailable == other.TopicsAvailable && one.Lag == other.Lag && one.Topics.SequenceEqual(other.Topics);

    /// <summary>What tells clusters and credentials apart: a digest, so that no credential stays in memory as a key.</summary>
    private static string ClusterKey(KafkaQuestion question) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(LibrdkafkaOptions.For(question.Kafka, question.Secrets)))));

    private sealed record Followed(string Cluster, KafkaFacts? Facts);
}
