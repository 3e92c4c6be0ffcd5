using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KafkaLogstash.Kafka.Clients;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>Looks at Kafka for many connections, with one client for each distinct cluster and credentials.</summary>
/// <param name="options">How.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Gets what librdkafka says: errors and warnings as warnings, repeated ones once in a while.</param>
/// <param name="changed">
/// Called with a connection when something about its Kafka changed that its status shows, as seldom as <see cref="KafkaProberOptions"/> says; it must return at once.
/// </param>
/// <param name="observer">Is told of each look; null for nobody.</param>
public sealed class KafkaProber(
    KafkaProberOptions options, TimeProvider time, ILogger<KafkaProber> logger, Action<string> changed, IProbeObserver? observer = null) : IKafkaProber, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ClusterProbe> _clusters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Followed> _connections = new(StringComparer.Ordinal);
    private readonly List<Task> _closing = [];
    private bool _disposed;

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
        var ns = connection.Split('/')[0];
        var key = ClusterKey(ns, question);
        KafkaFacts? known;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            if (_connections.TryGetValue(connection, out var before))
            {
                if (before.Cluster == key && before.Question.AsksTheSameAs(question))
                {
                    return;
                }

                if (before.Cluster != key)
                {
                    Leave(connection, before.Cluster);
                }
            }

            if (!_clusters.TryGetValue(key, out var cluster))
            {
                cluster = new ClusterProbe(ns, question, options, time, logger, Found, observer);
                _clusters.Add(key, cluster);
                observer?.Holds(_clusters.Count);
            }

            // What was known of another cluster says nothing about this one.
            _connections[connection] = before?.Cluster == key ? before with { Question = question } : new Followed(key, question);
            known = cluster.Follow(connection, question);
        }

        if (known is not null)
        {
            Found(connection, question, known);
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

    /// <summary>Ends all looking, and closes the clients in bounded time.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] closing;
        lock (_gate)
        {
            _disposed = true;
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
            observer?.Holds(_clusters.Count);
            _closing.RemoveAll(task => task.IsCompleted);
            _closing.Add(cluster.DisposeAsync().AsTask());
        }
    }

    private void Found(string connection, KafkaQuestion question, KafkaFacts facts)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            // An answer to what the connection asked before says nothing about what it asks now.
            if (!_connections.TryGetValue(connection, out var followed) || !ReferenceEquals(followed.Question, question))
            {
                return;
            }

            var tell = IsWorthTelling(followed, facts, now);
            _connections[connection] = tell ? followed with { Facts = facts, Told = facts, ToldAt = now } : followed with { Facts = facts };
            if (!tell)
            {
                return;
            }
        }

        changed(connection);
    }

    private bool IsWorthTelling(Followed followed, KafkaFacts facts, DateTimeOffset now)
    {
        if (followed.Told is not { } told
            || told.Reachable != facts.Reachable
            || told.TopicsAvailable != facts.TopicsAvailable
            || !told.Topics.Select(topic => topic with { Lag = null }).SequenceEqual(facts.Topics.Select(topic => topic with { Lag = null })))
        {
            return true;
        }

        var moves = told.Lag != facts.Lag || !told.Topics.SequenceEqual(facts.Topics);
        return moves && (told.Lag is null or 0 || facts.Lag is null or 0 || now - followed.ToldAt >= options.LagInterval);
    }

    /// <summary>What tells clusters and credentials apart: a digest, so that no credential stays in memory as a key. Short names mean others in each namespace.</summary>
    private string ClusterKey(string ns, KafkaQuestion question)
    {
        var settings = JsonSerializer.Serialize(LibrdkafkaOptions.For(
            question.Kafka with { BootstrapServers = [.. question.Kafka.BootstrapServers.Order(StringComparer.Ordinal)] }, question.Secrets));
        var scope = options.OwnNamespace is not null && question.Kafka.BootstrapServers.Any(ServiceNames.IsShort) ? ns : "";
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{scope}/{settings}")));
    }

    /// <summary>A connection.</summary>
    /// <param name="Cluster">The key of its cluster.</param>
    /// <param name="Question">What it wants to know.</param>
    private sealed record Followed(string Cluster, KafkaQuestion Question)
    {
        /// <summary>The latest answer.</summary>
        public KafkaFacts? Facts { get; init; }

        /// <summary>The answer of which was told last that it changed.</summary>
        public KafkaFacts? Told { get; init; }

        /// <summary>When that was.</summary>
        public DateTimeOffset ToldAt { get; init; }
    }
}
