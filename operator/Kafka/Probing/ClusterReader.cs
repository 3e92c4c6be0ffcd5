using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>
/// Finds out what many connections want to know of one cluster, with few requests: the topics and the offsets once for all of them, and what
/// Kafka tells only group by group in a measured stream.
/// </summary>
/// <param name="client">Asks the cluster.</param>
/// <param name="options">How.</param>
/// <param name="time">The clock.</param>
/// <param name="explain">Says what stands in the way of brokers that do not answer.</param>
internal sealed class ClusterReader(ClusterClient client, KafkaProberOptions options, TimeProvider time, Func<ErrorCode, CancellationToken, Task<KafkaFinding>> explain)
{
    /// <summary>librdkafka remembers the coordinators of eleven groups: so many questions about each need but one search for it.</summary>
    private const int GroupsAtOnce = 8;

    /// <summary>For a group's committed offsets: FindCoordinator and OffsetFetch.</summary>
    private const int RequestsForOffsets = 2;

    /// <summary>For a group's state besides: ConsumerGroupDescribe and, for groups of the classic protocol, DescribeGroups.</summary>
    private const int RequestsForState = 2;

    /// <summary>A broker that restarts is missed in one look; one that is missed in this many in a row can't be reached.</summary>
    private const int LooksBeforeBlame = 2;

    private readonly Dictionary<string, TopicPattern> _patterns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (GroupFacts? Facts, DateTimeOffset At)> _groups = new(StringComparer.Ordinal);
    private IReadOnlyDictionary<string, TopicView> _all = new Dictionary<string, TopicView>(StringComparer.Ordinal);
    private DateTimeOffset? _listedAt;
    private int _looksWithoutLeaders;

    /// <summary>Looks once.</summary>
    /// <param name="questions">What each connection wants to know.</param>
    /// <param name="found">Gets what was found out for a connection.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>Whether every broker that leads partitions answered.</returns>
    /// <exception cref="KafkaException">The cluster does not answer.</exception>
    public async Task<bool> LookAsync(
        IReadOnlyDictionary<string, KafkaQuestion> questions, Action<string, KafkaQuestion, KafkaFacts> found, CancellationToken cancellationToken)
    {
        var topics = await TopicsAsync(questions.Values, cancellationToken);
        var readers = questions.Where(entry => entry.Value.GroupId is not null).ToLookup(entry => entry.Value.GroupId!, StringComparer.Ordinal);
        var partitions = readers.SelectMany(group => group).SelectMany(entry => Read(entry.Value, topics)).Distinct(StringComparer.Ordinal)
            .ToDictionary(topic => topic, topic => PartitionsOf(topic, topics), StringComparer.Ordinal);
        var all = partitions.Values.SelectMany(some => some).ToList();
        var ends = await Task.WhenAll(
            client.OffsetsAsync(all, OffsetSpec.Earliest(), cancellationToken),
            client.OffsetsAsync(all, OffsetSpec.Latest(), cancellationToken));
        var silence = ends.SelectMany(some => some.Values).Select(offset => offset.Error).FirstOrDefault(IsSilence);
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
            _groups.Remove(gone);
        }

        foreach (var groups in readers.Chunk(GroupsAtOnce))
        {
            var started = time.GetTimestamp();
            var described = await DescribeAsync([.. groups.Select(group => group.Key)], cancellationToken);
            var committed = await Task.WhenAll(groups.Select(group => client.CommittedAsync(
                group.Key,
                [.. group.SelectMany(entry => Read(entry.Value, topics)).Distinct(StringComparer.Ordinal).SelectMany(topic => partitions[topic])],
                cancellationToken)));
            foreach (var (group, offsets) in groups.Zip(committed))
            {
                foreach (var (connection, question) in group)
                {
                    var lags = TopicLags.Of(Read(question, topics), partitions, offsets, ends[0], ends[1], question.AutoOffsetReset);
                    found(connection, question, Facts(question, reachable, topics, lags));
                }
            }

            var requests = (RequestsForOffsets * groups.Length) + (RequestsForState * described);
            var pause = TimeSpan.FromSeconds((double)requests / options.GroupRequestsPerSecond) - time.GetElapsedTime(started);
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, time, cancellationToken);
            }
        }

        return silence == ErrorCode.NoError;
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
            TopicsAvailable = KafkaFindings.Topics(question, matching, topics.Known, _all.Keys, lags.GroupError),
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

    private async Task<TopicsFound> TopicsAsync(IEnumerable<KafkaQuestion> questions, CancellationToken cancellationToken)
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
            await ListAsync(cancellationToken);
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
            await ListAsync(cancellationToken);
        }

        // A topic may have been deleted since all were listed.
        return new TopicsFound(known, matching.ToDictionary(
            entry => entry.Key,
            entry => (IReadOnlyList<string>?)entry.Value?.Where(name => known[name].Error != ErrorCode.UnknownTopicOrPart).ToList(),
            StringComparer.Ordinal));
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        if (_listedAt is { } listed && time.GetUtcNow() - listed < options.TopicListInterval)
        {
            return;
        }

        _all = await client.AllTopicsAsync(cancellationToken);
        _listedAt = time.GetUtcNow();
    }

    /// <summary>Asks for the state of groups for which it is time.</summary>
    /// <returns>How many these were.</returns>
    private async Task<int> DescribeAsync(string[] groups, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var due = groups.Where(group => !_groups.TryGetValue(group, out var known) || now - known.At >= options.GroupInterval).ToList();
        if (due.Count == 0)
        {
            return 0;
        }

        var described = await client.GroupsAsync(due, cancellationToken);
        foreach (var group in due)
        {
            _groups[group] = (described.GetValueOrDefault(group), now);
        }

        return due.Count;
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
