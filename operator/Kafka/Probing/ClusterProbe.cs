using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaLogstash.Kafka.Clients;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>
/// Looks at one Kafka cluster with one set of credentials, for every connection that uses them: one client, one metadata request, one request for the
/// end offsets of all topics, and one for each consumer group, whatever the number of connections.
/// </summary>
internal sealed class ClusterProbe : IAsyncDisposable
{
    private const int KeptTexts = 8;

    private static readonly TimeSpan PatternTimeout = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, KafkaQuestion> _questions = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _texts = new();
    private readonly KafkaProberOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<string, KafkaFacts> _found;
    private readonly IAdminClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly IReadOnlyList<string> _servers;
    private readonly Task _loop;

    public ClusterProbe(KafkaQuestion question, KafkaProberOptions options, TimeProvider time, ILogger logger, Action<string, KafkaFacts> found)
    {
        (_options, _time, _logger, _found) = (options, time, logger, found);
        _servers = question.Kafka.BootstrapServers;
        var client = new AdminClientConfig(new Dictionary<string, string>(LibrdkafkaOptions.For(question.Kafka, question.Secrets)))
        {
            ClientId = "kafka-logstash-operator",
            SocketTimeoutMs = (int)options.Timeout.TotalMilliseconds,
            LogConnectionClose = false,
        };
        _client = new AdminClientBuilder(client)
            .SetErrorHandler((_, error) => Remember(error.Reason))
            .SetLogHandler((_, line) => Remember(line.Message))
            .Build();
        _loop = Task.Run(() => LoopAsync(_stop.Token));
    }

    /// <summary>How many connections use it.</summary>
    public int Connections => _questions.Count;

    /// <summary>Adds a connection, or replaces what it wants to know.</summary>
    public void Follow(string connection, KafkaQuestion question)
    {
        _questions[connection] = question;
        _wake.Release();
    }

    /// <summary>Drops a connection.</summary>
    public void Forget(string connection) => _questions.TryRemove(connection, out _);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _client.Dispose();
        _stop.Dispose();
        _wake.Dispose();
    }

    private void Remember(string text)
    {
        _texts.Enqueue(text);
        while (_texts.Count > KeptTexts)
        {
            _texts.TryDequeue(out _);
        }

        _logger.LogDebug("Kafka at {BootstrapServers}: {Text}", _servers, text);
    }

    private async Task LoopAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        try
        {
            while (true)
            {
                failures = await LookAsync(cancellationToken) ? 0 : failures + 1;
                var wait = failures == 0
                    ? _options.Interval * (0.9 + (Random.Shared.NextDouble() * 0.2))
                    : TimeSpan.FromTicks(Math.Min(_options.LongestInterval.Ticks, _options.RetryInterval.Ticks << Math.Min(failures - 1, 10)));

                // New questions are answered soon, but never more often than the retry interval: a thousand connections that come at once are one look.
                using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                var woken = _wake.WaitAsync(pause.Token);
                await Task.WhenAny(woken, Task.Delay(wait, _time, pause.Token));
                var asked = woken.IsCompletedSuccessfully;
                await pause.CancelAsync();
                cancellationToken.ThrowIfCancellationRequested();
                if (asked)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(250), _time, cancellationToken);
                    while (_wake.Wait(0, cancellationToken))
                    {
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody asks any more, or the program ends.
        }
    }

    private async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        var questions = _questions.ToArray();
        if (questions.Length == 0)
        {
            return true;
        }

        Metadata metadata;
        try
        {
            // The client has no asynchronous form of this call.
            metadata = await Task.Run(() => _client.GetMetadata(_options.Timeout), cancellationToken);
        }
        catch (KafkaException e)
        {
            var unreachable = KafkaFindings.Unreachable(e.Error.Code, [.. _texts.Reverse()], _servers);
            var unknown = new KafkaFinding(null, "Unknown", "Topics can't be looked at while Kafka does not answer.");
            foreach (var (connection, _) in questions)
            {
                _found(connection, new KafkaFacts { Reachable = unreachable, TopicsAvailable = unknown, At = _time.GetUtcNow() });
            }

            return false;
        }

        _texts.Clear();
        var topics = metadata.Topics.ToDictionary(topic => topic.Topic, StringComparer.Ordinal);
        var chosen = questions.ToDictionary(entry => entry.Key, entry => Choose(entry.Value, topics), StringComparer.Ordinal);
        var partitions = chosen.Values.SelectMany(choice => choice.Read).Distinct(StringComparer.Ordinal)
            .SelectMany(topic => topics[topic].Partitions.Select(partition => new TopicPartition(topic, partition.PartitionId)))
            .ToList();
        var (first, last) = (await OffsetsAsync(partitions, OffsetSpec.Earliest()), await OffsetsAsync(partitions, OffsetSpec.Latest()));
        var committed = new Dictionary<string, IReadOnlyDictionary<TopicPartition, long>>(StringComparer.Ordinal);
        foreach (var (connection, question) in questions)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var choice = chosen[connection];
            if (question.GroupId is { } group && !committed.ContainsKey(group))
            {
                // One request for a group, with the partitions of every connection that reads as this group.
                var wanted = questions.Where(other => other.Value.GroupId == group).SelectMany(other => chosen[other.Key].Read).ToHashSet(StringComparer.Ordinal);
                committed[group] = await CommittedAsync(group, [.. partitions.Where(partition => wanted.Contains(partition.Topic))]);
            }

            var facts = choice.Named.Select(name => Facts(name, topics, choice, question, first, last, committed)).ToList();
            var known = facts.Where(topic => topic.Lag is not null).ToList();
            _found(connection, new KafkaFacts
            {
                Reachable = KafkaFindings.Reachable(metadata.Brokers.Count),
                TopicsAvailable = KafkaFindings.Topics([.. question.Topics, .. question.WrittenTopics], question.TopicsPattern, choice.Matching, topics),
                Topics = facts,
                Lag = known.Count == 0 ? null : known.Sum(topic => topic.Lag),
                At = _time.GetUtcNow(),
            });
        }

        return true;
    }

    private static Choice Choose(KafkaQuestion question, Dictionary<string, TopicMetadata> topics)
    {
        IReadOnlyList<string> matching = [];
        if (question.TopicsPattern is { } pattern)
        {
            try
            {
                var expression = new Regex($"^(?:{pattern})$", RegexOptions.CultureInvariant, PatternTimeout);
                matching = [.. topics.Keys.Where(topic => !topic.StartsWith("__", StringComparison.Ordinal) && expression.IsMatch(topic)).Order(StringComparer.Ordinal)];
            }
            catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
            {
                // Java's dialect says something here that .NET's does not: what matches is unknown, and Logstash will know.
            }
        }

        var read = question.Topics.Concat(matching).Distinct(StringComparer.Ordinal).ToList();
        return new Choice(
            [.. read.Union(question.WrittenTopics, StringComparer.Ordinal)],
            matching,
            [.. question.GroupId is null ? [] : read.Where(topic => topics.TryGetValue(topic, out var found) && !found.Error.IsError)]);
    }

    private static TopicFacts Facts(
        string name,
        Dictionary<string, TopicMetadata> topics,
        Choice choice,
        KafkaQuestion question,
        IReadOnlyDictionary<TopicPartition, long> first,
        IReadOnlyDictionary<TopicPartition, long> last,
        Dictionary<string, IReadOnlyDictionary<TopicPartition, long>> committed)
    {
        if (!topics.TryGetValue(name, out var found) || found.Error.IsError)
        {
            return new TopicFacts(name, null, null);
        }

        long? lag = null;
        if (question.GroupId is { } group && choice.Read.Contains(name, StringComparer.Ordinal))
        {
            lag = 0;
            foreach (var partition in found.Partitions.Select(partition => new TopicPartition(name, partition.PartitionId)))
            {
                // A group that has committed nothing for a partition has everything in it before it, as far as anybody knows.
                lag = last.TryGetValue(partition, out var end)
                    ? lag + Math.Max(0, end - (committed[group].TryGetValue(partition, out var offset) ? offset : first.GetValueOrDefault(partition, 0)))
                    : null;
                if (lag is null)
                {
                    break;
                }
            }
        }

        return new TopicFacts(name, found.Partitions.Count, lag);
    }

    private async Task<IReadOnlyDictionary<TopicPartition, long>> OffsetsAsync(List<TopicPartition> partitions, OffsetSpec which)
    {
        if (partitions.Count == 0)
        {
            return new Dictionary<TopicPartition, long>();
        }

        try
        {
            var result = await _client.ListOffsetsAsync(
                partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = which }),
                new ListOffsetsOptions { RequestTimeout = _options.Timeout });
            return Good(result.ResultInfos);
        }
        catch (ListOffsetsException e)
        {
            return Good(e.Result.ResultInfos);
        }
        catch (KafkaException)
        {
            return new Dictionary<TopicPartition, long>();
        }

        static Dictionary<TopicPartition, long> Good(IEnumerable<ListOffsetsResultInfo> infos) => infos
            .Where(info => !info.TopicPartitionOffsetError.Error.IsError)
            .ToDictionary(info => info.TopicPartitionOffsetError.TopicPartition, info => info.TopicPartitionOffsetError.Offset.Value);
    }

    private async Task<IReadOnlyDictionary<TopicPartition, long>> CommittedAsync(string group, List<TopicPartition> partitions)
    {
        if (partitions.Count == 0)
        {
            return new Dictionary<TopicPartition, long>();
        }

        try
        {
            var results = await _client.ListConsumerGroupOffsetsAsync(
                [new ConsumerGroupTopicPartitions(group, partitions)], new ListConsumerGroupOffsetsOptions { RequestTimeout = _options.Timeout });
            return results.SelectMany(result => result.Partitions)
                .Where(partition => !partition.Error.IsError && partition.Offset.Value >= 0)
                .ToDictionary(partition => partition.TopicPartition, partition => partition.Offset.Value);
        }
        catch (KafkaException)
        {
            return new Dictionary<TopicPartition, long>();
        }
    }

    /// <summary>The topics of a connection.</summary>
    /// <param name="Named">All of them, those that do not exist included.</param>
    /// <param name="Matching">Those that match its pattern.</param>
    /// <param name="Read">Those that exist, where the connection has a group.</param>
    private sealed record Choice(IReadOnlyList<string> Named, IReadOnlyList<string> Matching, IReadOnlyList<string> Read);
}
