using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>
/// Finds out what many connections want to know of one cluster, with few requests: the topics and the offsets once for all of them, and what
/// Kafka tells only group by group in a measured stream.
/// </summary>
/// <param name="options">How.</param>
/// <param name="time">The clock.</param>
/// <param name="explain">Says what stands in the way of brokers that do not answer.</param>
internal sealed class ClusterReader(KafkaProberOptions options, TimeProvider time, Func<ErrorCode, CancellationToken, Task<KafkaFinding>> explain)
{
    /// <summary>librdkafka remembers the coordinators of eleven groups: so many questions about each need but one search for it.</summary>
    private const int GroupsAtOnce = 8;

    /// <summary>For a group's committed offsets: FindCoordinator and OffsetFetch.</summary>
    private const int RequestsForOffsets = 2;

    /// <summary>For a group's state besides: ConsumerGroupDescribe and, for groups of the classic protocol, DescribeGroups.</summary>
    private const int RequestsForState = 2;

    /// <summary>A broker that restarts is missed in one look; one that is missed in this many in a row can't be reached.</summary>
    private const int LooksBeforeBlame = 2;

    /// <summary>How long the stream of groups waits for some of them; they are waited for at the end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The same once some did not answer in that time: the coordinator that was silent may have many of those that follow.</summary>
    private static readonly TimeSpan LittlePatience = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, TopicPattern> _patterns = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (GroupFacts? Facts, DateTimeOffset At)> _groups = new(StringComparer.Ordinal);
    private IReadOnlyDictionary<string, TopicView> _all = new Dictionary<string, TopicView>(StringComparer.Ordinal);
    private DateTimeOffset? _listedAt;
    private int _looksWithoutLeaders;

    /// <summary>Looks once.</summary>
    /// <param name="client">Asks the cluster.</param>
    /// <param name="questions">What each connection wants to know.</param>
    /// <param name="found">Gets what was found out for a connection.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>Whether every broker that leads partitions answered.</returns>
    /// <exception cref="KafkaException">The cluster does not answer.</exception>
    public async Task<bool> LookAsync(
        ClusterClient client, IReadOnlyDictionary<string, KafkaQuestion> questions, Action<string, KafkaQuestion, KafkaFacts> found, CancellationToken cancellationToken)
    {
        var topics = await TopicsAsync(client, questions.Values, cancellationToken);
        var readers = questions.Where(entry => entry.Value.GroupId is not null).ToLookup(entry => entry.Value.GroupId!, StringComparer.Ordinal);
        var partitions = readers.SelectMany(group => group).SelectMany(entry => Read(entry.Value, topics)).Distinct(StringComparer.Ordinal)
            .ToDictionary(topic => topic, topic => PartitionsOf(topic, topics), StringComparer.Ordinal);
        var all = partitions.Values.SelectMany(some => some).ToList();
        var offsets = await Task.WhenAll(
            client.OffsetsAsync(all, OffsetSpec.Earliest(), cancellationToken),
            client.OffsetsAsync(all, OffsetSpec.Latest(), cancellationToken));
        var silence = offsets.SelectMany(some => some.Values).Select(offset => offset.Error).FirstOrDefault(IsSilence);
        _looksWithoutLeaders = silence == ErrorCode.NoError ? 0 : _looksWithoutLeaders + 1;
        var reachable = _looksWithoutLeaders < LooksBeforeBlame
            ? KafkaFindings.Reachable
            : KafkaFindings.LeadersUnreachable(await explain(silence, cancellationToken));

        foreach (var (connection, question) in questions.Where(entry => entry.Value.GroupId is null))
        {
            found(connection, question, Facts(question, reachable, topics, new TopicLags()));
        }

        foreach (var gone in _groups.Keys.Where(group => !readers.Contains(group)).ToList())
        {
            _groups.TryRemove(gone, out _);
        }

        var ends = new ConcurrentDictionary<TopicPartition, PartitionOffset>(offsets[1]);
        await StreamAsync([.. readers], ReadAsync, cancellationToken);
        return silence == ErrorCode.NoError;

        async Task ReadAsync(IGrouping<string, KeyValuePair<string, KafkaQuestion>>[] groups, IReadOnlyList<string> due)
        {
            await Task.WhenAll(due.Select(group => DescribeAsync(client, group, cancellationToken)));
            var committed = await Task.WhenAll(groups.Select(group => client.CommittedAsync(
                group.Key,
                [.. group.SelectMany(entry => Read(entry.Value, topics)).Distinct(StringComparer.Ordinal).SelectMany(topic => partitions[topic])],
                cancellationToken)));

            // A group that is quick has committed what was written after the ends were read; only beyond the end as it is now would it begin anew.
            var ahead = committed.SelectMany(some => some.Offsets).Where(entry => ends.TryGetValue(entry.Key, out var end) && entry.Value.Offset > end.Offset)
                .Select(entry => entry.Key).Distinct().ToList();
            foreach (var (partition, end) in await client.OffsetsAsync(ahead, OffsetSpec.Latest(), cancellationToken))
            {
                ends[partition] = end;
            }

            foreach (var (group, known) in groups.Zip(committed))
            {
                foreach (var (connection, question) in group)
                {
                    found(connection, question, Facts(question, reachable, topics, TopicLags.Of(Read(question, topics), partitions, known, offsets[0], ends, question.AutoOffsetReset)));
                }
            }
        }
    }

    /// <summary>Whether an error says that no broker answered, or none could be reached.</summary>
    internal static bool IsSilence(ErrorCode error) =>
        error is ErrorCode.Local_Transport or ErrorCode.Local_TimedOut or ErrorCode.Local_TimedOutQueue or ErrorCode.Local_Resolve or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Ssl;

    private KafkaFacts Facts(KafkaQuestion question, KafkaFinding reachable, TopicsFound topics, TopicLags lags)
    {
        var matching = topics.Matching(question);
        var named = question.Topics.Concat(matching ?? []).Concat(question.WrittenTopics).Distinct(StringComparer.Ordinal);
        return new KafkaFacts
        {
            Reachable = reachable,
            TopicsAvailable = KafkaFindings.Topics(question, matching, topics.Known, _all.Keys, lags),
            Topics =
            [
                .. named.Select(name => new TopicFacts(
                    name,
                    topics.Known.TryGetValue(name, out var view) && view.Error == ErrorCode.NoError ? view.Partitions.Count : null,
                    lags.ByTopic.GetValueOrDefault(name))
                {
                    IsRead = question.Topics.Contains(name, StringComparer.Ordinal) || matching?.Contains(name, StringComparer.Ordinal) == true,
                }),
            ],
            Lag = lags.Total,
            EndOffsets = lags.EndOffsets,
            LagUnknown = question.GroupId is null ? null : lags.Unknown,
            Group = question.GroupId is { } group && _groups.TryGetValue(group, out var described) ? described.Facts : null,
            At = time.GetUtcNow(),
        };
    }

    /// <summary>Reads groups, some at a time and no faster than allowed. A coordinator that does not answer holds up no other: those that follow don't wait for it.</summary>
    /// <param name="readers">The groups, each with the connections that read as it.</param>
    /// <param name="read">Reads some; gets those among them whose state is to be asked for, too.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private async Task StreamAsync(
        IReadOnlyList<IGrouping<string, KeyValuePair<string, KafkaQuestion>>> readers,
        Func<IGrouping<string, KeyValuePair<string, KafkaQuestion>>[], IReadOnlyList<string>, Task> read,
        CancellationToken cancellationToken)
    {
        var reading = new List<Task>();
        var patience = Patience;
        try
        {
            foreach (var groups in readers.Chunk(GroupsAtOnce))
            {
                var started = time.GetTimestamp();
                var due = Due(groups.Select(group => group.Key));
                var some = read(groups, due);
                reading.Add(some);
                await some.WaitAsync(patience, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
                patience = some.IsCompleted ? patience : LittlePatience;
                var requests = (RequestsForOffsets * groups.Length) + (RequestsForState * due.Count);
                var pause = TimeSpan.FromSeconds((double)requests / options.GroupRequestsPerSecond) - time.GetElapsedTime(started);
                if (pause > TimeSpan.Zero)
                {
                    await Task.Delay(pause, time, cancellationToken);
                }
            }
        }
        finally
        {
            await Task.WhenAll(reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(reading);
    }

    private async Task<TopicsFound> TopicsAsync(ClusterClient client, IEnumerable<KafkaQuestion> questions, CancellationToken cancellationToken)
    {
        var asked = questions.ToList();
        var wished = asked.SelectMany(question => question.Topics.Concat(question.WrittenTopics)).ToHashSet(StringComparer.Ordinal);
        var patterns = asked.Select(question => question.TopicsPattern).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var mayAsk = await client.MayAskForTopicsAsync(cancellationToken);
        if (!mayAsk)
        {
            _listedAt = null;
        }

        if (!mayAsk || patterns.Count > 0)
        {
            await ListAsync(client, cancellationToken);
        }

        foreach (var gone in _patterns.Keys.Except(patterns, StringComparer.Ordinal).ToList())
        {
            _patterns.Remove(gone);
        }

        var matching = patterns.ToDictionary(
            pattern => pattern,
            pattern => (_patterns.TryGetValue(pattern, out var read) ? read : _patterns[pattern] = new TopicPattern(pattern)).Matching(_all.Keys),
            StringComparer.Ordinal);
        wished.UnionWith(matching.Values.SelectMany(names => names ?? []));
        if (!mayAsk)
        {
            return new TopicsFound(_all, matching);
        }

        var known = await client.TopicsAsync(wished, cancellationToken);
        if (wished.Any(name => known[name].Error == ErrorCode.UnknownTopicOrPart))
        {
            // For names that are near to what is missing.
            await ListAsync(client, cancellationToken);
        }

        // A topic may have been deleted since all were listed.
        return new TopicsFound(known, matching.ToDictionary(
            entry => entry.Key,
            entry => (IReadOnlyList<string>?)entry.Value?.Where(name => known[name].Error != ErrorCode.UnknownTopicOrPart).ToList(),
            StringComparer.Ordinal));
    }

    private async Task ListAsync(ClusterClient client, CancellationToken cancellationToken)
    {
        if (_listedAt is { } listed && time.GetUtcNow() - listed < options.TopicListInterval)
        {
            return;
        }

        _all = await client.AllTopicsAsync(cancellationToken);
        _listedAt = time.GetUtcNow();
    }

    /// <summary>The groups whose state it is time to ask for.</summary>
    private List<string> Due(IEnumerable<string> groups)
    {
        var now = time.GetUtcNow();
        return [.. groups.Where(group => !_groups.TryGetValue(group, out var known) || now - known.At >= options.GroupInterval)];
    }

    private async Task DescribeAsync(ClusterClient client, string group, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        _groups[group] = (await client.GroupAsync(group, cancellationToken), now);
    }

    private static IEnumerable<string> Read(KafkaQuestion question, TopicsFound topics) => question.Topics.Concat(topics.Matching(question) ?? [])
        .Distinct(StringComparer.Ordinal)
        .Where(topic => topics.Known.TryGetValue(topic, out var view) && view.Error == ErrorCode.NoError);

    private static List<TopicPartition> PartitionsOf(string topic, TopicsFound topics) =>
        [.. topics.Known[topic].Partitions.Select(partition => new TopicPartition(topic, partition))];

    /// <summary>The topics of all connections.</summary>
    /// <param name="Known">Topics by name, those included that can't be used.</param>
    /// <param name="Matches">The topics that match each pattern; null where that can't be said.</param>
    private sealed record TopicsFound(IReadOnlyDictionary<string, TopicView> Known, IReadOnlyDictionary<string, IReadOnlyList<string>?> Matches)
    {
        public IReadOnlyList<string>? Matching(KafkaQuestion question) => question.TopicsPattern is { } pattern ? Matches[pattern] : [];
    }
}
