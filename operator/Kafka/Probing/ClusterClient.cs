using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Clients;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>
/// Asks one cluster with one set of credentials. Each question ends in time with an answer or a <see cref="KafkaException"/>, and none ever creates a topic.
/// </summary>
/// <remarks>
/// It never asks for a description of the cluster: librdkafka ends the program where the answer holds no id of the cluster, as that of 0.10.0 does.
/// </remarks>
internal sealed class ClusterClient : IAsyncDisposable
{
    /// <summary>A topic to ask for where any will do, there or not.</summary>
    private const string AnyTopic = "kafka-logstash-operator";

    /// <summary>librdkafka ends a request in time by itself; should it not, the question ends this much later.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);

    /// <summary>
    /// librdkafka ends the program where a coordinator comes back after a question for it has timed out. So none does: who asks waits no longer than for anything else, and
    /// the question lasts until it is answered or the client is closed.
    /// </summary>
    private static readonly TimeSpan Unlimited = TimeSpan.FromHours(1);

    /// <summary>Once the last broker has failed, librdkafka may still say why.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(250);

    /// <summary>What librdkafka's log says of each request type that a broker offers, begins so.</summary>
    private const string OfferedRequest = "ApiKey ";

    private readonly IAdminClient _client;
    private readonly ClientLog _log;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, (Task Question, DateTimeOffset Since)> _waiting = new(StringComparer.Ordinal);
    private Task _listing = Task.CompletedTask;
    private bool _mayAskForTopics;
    private volatile bool _offersAreKnown;
    private volatile bool _offersGroupDeletion;

    /// <summary>Makes a client; it connects when it is first asked.</summary>
    /// <exception cref="InvalidOperationException">librdkafka refuses the configuration.</exception>
    /// <exception cref="ArgumentException">librdkafka refuses a value in the configuration.</exception>
    /// <exception cref="KafkaException">librdkafka refuses the configuration.</exception>
    /// <param name="kafka">The cluster.</param>
    /// <param name="secrets">How to log in to it.</param>
    /// <param name="options">How long a question may take.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Gets what librdkafka logs.</param>
    /// <param name="deletesGroups">Whether it is for <see cref="DeleteGroupAsync"/>.</param>
    public ClusterClient(KafkaSpec kafka, KafkaSecrets secrets, KafkaProberOptions options, TimeProvider time, ClientLog log, bool deletesGroups = false)
    {
        (_timeout, _time, _log) = (options.Timeout, time, log);
        var milliseconds = (int)options.Timeout.TotalMilliseconds;
        var client = new AdminClientConfig(new Dictionary<string, string>(LibrdkafkaOptions.For(kafka, secrets), StringComparer.Ordinal))
        {
            ClientId = "kafka-logstash-operator",
            SocketTimeoutMs = milliseconds,
            SocketConnectionSetupTimeoutMs = Math.Max(1000, milliseconds),

            // For as long it takes a group's coordinator to be where it was, even where that broker says otherwise. Its default is the most: it counts
            // in microseconds, and after 35 minutes of them its numbers overflow.
            MetadataMaxAgeMs = (int)Math.Clamp(options.GroupInterval.TotalMilliseconds, 1_000, 900_000),

            // Which brokers there are, and which of them is the controller that is asked for topics: a client that remembers no topics asks for no more than that.
            TopicMetadataRefreshIntervalMs = 30_000,
            EnableMetricsPush = false,
        };
        client.Set("allow.auto.create.topics", "false");
        if (deletesGroups)
        {
            client.Debug = "feature";
        }

        _client = new AdminClientBuilder(client)
            .SetErrorHandler((_, error) => log.Error(error))
            .SetLogHandler((_, message) =>
            {
                Learn(message);
                log.Write(message);
            })
            .Build();
    }

    /// <summary>
    /// Whether topics may be asked for by name: brokers heed a client that wants none created since 0.11. Before, only <see cref="AllTopicsAsync"/> is harmless.
    /// </summary>
    public async Task<bool> MayAskForTopicsAsync(CancellationToken cancellationToken)
    {
        if (_mayAskForTopics)
        {
            return true;
        }

        try
        {
            // DescribeConfigs came with 0.11 as well: whatever the brokers say to it, even that the client may not, they know it. The mock cluster counts as older.
            await BoundedAsync(
                _client.DescribeConfigsAsync([new ConfigResource { Name = AnyTopic, Type = ResourceType.Topic }], new DescribeConfigsOptions { RequestTimeout = _timeout }),
                cancellationToken);
            _mayAskForTopics = true;
        }
        catch (DescribeConfigsException e)
        {
            _mayAskForTopics = e.Results.TrueForAll(result => !result.Error.IsLocalError);
            if (e.Results.Find(result => result.Error.IsLocalError && result.Error.Code != ErrorCode.Local_UnsupportedFeature) is { } unanswered)
            {
                throw new KafkaException(unanswered.Error, e);
            }
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.Local_UnsupportedFeature)
        {
            _mayAskForTopics = false;
        }

        return _mayAskForTopics;
    }

    /// <summary>Every topic that the client may see, by name.</summary>
    public async Task<IReadOnlyDictionary<string, TopicView>> AllTopicsAsync(CancellationToken cancellationToken)
    {
        // The client has no asynchronous form of this call: it gets a thread of its own, as it may block for long.
        var listing = Task.Factory.StartNew(() => _client.GetMetadata(_timeout), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _listing = listing;
        var metadata = await BoundedAsync(listing, cancellationToken);
        var brokers = metadata.Brokers.Select(broker => broker.BrokerId).ToHashSet();
        return metadata.Topics.ToDictionary(
            topic => topic.Topic,
            topic => new TopicView(
                topic.Error.Code,
                [.. topic.Partitions.Select(partition => partition.PartitionId)],
                [.. topic.Partitions.Where(partition => !brokers.Contains(partition.Leader)).Select(partition => partition.PartitionId)]),
            StringComparer.Ordinal);
    }

    /// <summary>Topics by name, those that are missing or may not be seen with the error that says so. See <see cref="MayAskForTopicsAsync"/>.</summary>
    public async Task<IReadOnlyDictionary<string, TopicView>> TopicsAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        // Without a name, too, it is to be seen whether the brokers answer.
        var asked = TopicCollection.OfTopicNames(names.Count > 0 ? names : [AnyTopic]);
        List<TopicDescription> found;
        try
        {
            found = (await BoundedAsync(
                _client.DescribeTopicsAsync(asked, new DescribeTopicsOptions { RequestTimeout = _timeout }), cancellationToken)).TopicDescriptions;
        }
        catch (DescribeTopicsException e)
        {
            found = e.Results.TopicDescriptions;
        }

        return found.ToDictionary(
            topic => topic.Name,
            topic => new TopicView(
                topic.Error.Code,
                [.. topic.Partitions.Select(partition => partition.Partition)],
                [.. topic.Partitions.Where(partition => partition.Leader is null).Select(partition => partition.Partition)]),
            StringComparer.Ordinal);
    }

    /// <summary>The first or the last offset of partitions, those that can't be told with the error that says why.</summary>
    public async Task<IReadOnlyDictionary<TopicPartition, PartitionOffset>> OffsetsAsync(
        IReadOnlyCollection<TopicPartition> partitions, OffsetSpec which, CancellationToken cancellationToken)
    {
        if (partitions.Count == 0)
        {
            return new Dictionary<TopicPartition, PartitionOffset>();
        }

        try
        {
            var answer = await BoundedAsync(
                _client.ListOffsetsAsync(
                    partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = which }),
                    new ListOffsetsOptions { RequestTimeout = _timeout }),
                cancellationToken);
            return Listed(answer.ResultInfos);
        }
        catch (ListOffsetsException e)
        {
            return Listed(e.Result.ResultInfos);
        }
        catch (KafkaException e)
        {
            return partitions.ToDictionary(partition => partition, _ => new PartitionOffset(null, e.Error.Code));
        }
    }

    /// <summary>The offsets that a group has committed for partitions, null where it has committed nothing.</summary>
    public async Task<GroupOffsets> CommittedAsync(string group, IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await OfCoordinatorAsync(
                group,
                () => _client.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(group, [.. partitions])], new ListConsumerGroupOffsetsOptions { RequestTimeout = Unlimited }),
                cancellationToken);
            return new GroupOffsets(ErrorCode.NoError, Offsets(answer.SelectMany(result => result.Partitions)));
        }
        catch (ListConsumerGroupOffsetsException e)
        {
            var failed = e.Results.Find(result => result.Error.IsError);
            return failed is not null
                ? GroupOffsets.Unknown(failed.Error.Code)
                : new GroupOffsets(ErrorCode.NoError, Offsets(e.Results.SelectMany(result => result.Partitions)));
        }
        catch (KafkaException e)
        {
            return GroupOffsets.Unknown(e.Error.Code);
        }
    }

    /// <summary>The state of a group; null where it can't be told.</summary>
    public async Task<GroupFacts?> GroupAsync(string group, CancellationToken cancellationToken)
    {
        List<ConsumerGroupDescription> found;
        try
        {
            found = (await OfCoordinatorAsync(
                group,
                () => _client.DescribeConsumerGroupsAsync([group], new DescribeConsumerGroupsOptions { RequestTimeout = Unlimited }),
                cancellationToken)).ConsumerGroupDescriptions;
        }
        catch (DescribeConsumerGroupsException e)
        {
            found = e.Results.ConsumerGroupDescriptions;
        }
        catch (KafkaException)
        {
            found = [];
        }

        return found.Find(description => !description.Error.IsError && description.State != ConsumerGroupState.Unknown) is { } known
            ? new GroupFacts(known.State.ToString(), known.Members.Count)
            : null;
    }

    /// <summary>Whether a coordinator has owed an answer for so long that it may by now be another: a new client looks for it anew.</summary>
    public bool IsKeptWaiting(TimeSpan limit) => _waiting.Values.Any(waiting => !waiting.Question.IsCompleted && _time.GetUtcNow() - waiting.Since >= limit);

    /// <summary>Deletes a group with what it has committed.</summary>
    /// <remarks>
    /// librdkafka ends the program where the brokers don't know the request (an assertion about the reference count of a queue). It is sent only after the brokers
    /// have said that they do, which librdkafka tells its log alone; the question for the group makes it connect to the broker that would get the request.
    /// </remarks>
    /// <returns>What Kafka says to that; <see cref="ErrorCode.NoError"/> where it is done.</returns>
    public async Task<ErrorCode> DeleteGroupAsync(string group, CancellationToken cancellationToken)
    {
        await GroupAsync(group, cancellationToken);
        if (!_offersGroupDeletion)
        {
            return _offersAreKnown ? ErrorCode.Local_UnsupportedFeature : ErrorCode.Local_AllBrokersDown;
        }

        try
        {
            await OfCoordinatorAsync(group, DeleteAsync, cancellationToken);
            return ErrorCode.NoError;
        }
        catch (DeleteGroupsException e)
        {
            return e.Results.Find(result => result.Error.IsError)?.Error.Code ?? e.Error.Code;
        }
        catch (KafkaException e)
        {
            return e.Error.Code;
        }

        async Task<bool> DeleteAsync()
        {
            await _client.DeleteGroupsAsync([group], new DeleteGroupsOptions { RequestTimeout = Unlimited });
            return true;
        }
    }

    private void Learn(LogMessage message)
    {
        if (message.Message.Contains(OfferedRequest, StringComparison.Ordinal))
        {
            _offersAreKnown = true;
            _offersGroupDeletion |= message.Message.Contains(OfferedRequest + "DeleteGroups", StringComparison.Ordinal);
        }
    }

    /// <summary>Closes the connections. It takes as long as a thread of librdkafka's that hangs, in the resolution of a name for instance.</summary>
    public async ValueTask DisposeAsync()
    {
        // A listing under way uses the client until it ends.
        await Task.WhenAny(_listing);
        await Task.Factory.StartNew(_client.Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static Dictionary<TopicPartition, PartitionOffset> Offsets(IEnumerable<TopicPartitionOffsetError> offsets) => offsets.ToDictionary(
        offset => offset.TopicPartition,
        offset => new PartitionOffset(offset.Error.IsError || offset.Offset.Value < 0 ? null : offset.Offset.Value, offset.Error.Code));

    /// <summary>Every partition has a first and a last offset: librdkafka gives none, and no error, for those whose leader did not answer.</summary>
    private static Dictionary<TopicPartition, PartitionOffset> Listed(IEnumerable<ListOffsetsResultInfo> infos) =>
        Offsets(infos.Select(info => info.TopicPartitionOffsetError)).ToDictionary(
            entry => entry.Key,
            entry => entry.Value is { Offset: null, Error: ErrorCode.NoError } ? new PartitionOffset(null, ErrorCode.Local_TimedOut) : entry.Value);

    /// <summary>Asks a group's coordinator, unless it still owes the answer to the question before.</summary>
    private async Task<T> OfCoordinatorAsync<T>(string group, Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        if (_waiting.TryGetValue(group, out var earlier) && !earlier.Question.IsCompleted)
        {
            throw new KafkaException(ErrorCode.Local_TimedOut);
        }

        var question = ask();
        try
        {
            return await BoundedAsync(question, _timeout, cancellationToken);
        }
        catch (KafkaException) when (!question.IsCompleted)
        {
            _waiting[group] = (question, _time.GetUtcNow());
            throw;
        }
    }

    /// <summary>Waits for an answer, but not for ever, and not once every broker has failed.</summary>
    private Task<T> BoundedAsync<T>(Task<T> question, CancellationToken cancellationToken) => BoundedAsync(question, _timeout + Slack, cancellationToken);

    private async Task<T> BoundedAsync<T>(Task<T> question, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var failing = FailingAsync(answered.Token);
            var answer = question.WaitAsync(limit, cancellationToken);
            return await Task.WhenAny(answer, failing) != answer && failing.IsCompletedSuccessfully
                ? throw new KafkaException(ErrorCode.Local_AllBrokersDown)
                : await answer;
        }
        catch (TimeoutException)
        {
            throw new KafkaException(ErrorCode.Local_TimedOut);
        }
        finally
        {
            await answered.CancelAsync();
        }
    }

    private async Task FailingAsync(CancellationToken cancellationToken)
    {
        await _log.AllBrokersDown.WaitAsync(cancellationToken);
        await Task.Delay(LastWords, cancellationToken);
    }
}

/// <summary>A topic as the brokers describe it.</summary>
/// <param name="Error">Why it can't be used; <see cref="ErrorCode.NoError"/> where it can.</param>
/// <param name="Partitions">Its partitions.</param>
/// <param name="Leaderless">Those among them that no broker leads just now.</param>
internal sealed record TopicView(ErrorCode Error, IReadOnlyList<int> Partitions, IReadOnlyList<int> Leaderless);

/// <summary>An offset in a partition.</summary>
/// <param name="Offset">The offset; null where there is none, or where it can't be told.</param>
/// <param name="Error">Why it can't be told; <see cref="ErrorCode.NoError"/> where it can.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PartitionOffset(long? Offset, ErrorCode Error);

/// <summary>What a consumer group has committed.</summary>
/// <param name="Error">Why that can't be told; <see cref="ErrorCode.NoError"/> where it can.</param>
/// <param name="Offsets">The offsets by partition.</param>
internal sealed record GroupOffsets(ErrorCode Error, IReadOnlyDictionary<TopicPartition, PartitionOffset> Offsets)
{
    /// <summary>Nothing can be told.</summary>
    public static GroupOffsets Unknown(ErrorCode error) => new(error, new Dictionary<TopicPartition, PartitionOffset>());
}
