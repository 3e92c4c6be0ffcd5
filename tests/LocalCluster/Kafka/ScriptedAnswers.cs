using Confluent.Kafka;

namespace KafkaLogstash.LocalCluster.Kafka;

/// <summary>The bodies of a <see cref="ScriptedBroker"/>'s answers (https://kafka.apache.org/protocol#protocol_messages).</summary>
internal sealed class ScriptedAnswers(ScriptedBroker broker)
{
    private const int NodeId = 1;

    private static readonly (KafkaApiKey Key, short First, short Last)[] DeletesGroups = [(KafkaApiKey.DeleteGroups, 0, 0)];

    private (KafkaApiKey Key, short First, short Last)[] Versions => broker.Release == ScriptedRelease.Release0100
        ?
        [
            (KafkaApiKey.ListOffsets, 0, 0), (KafkaApiKey.Metadata, 0, 1), (KafkaApiKey.OffsetFetch, 0, 1), (KafkaApiKey.FindCoordinator, 0, 0),
            (KafkaApiKey.DescribeGroups, 0, 0), (KafkaApiKey.SaslHandshake, 0, 0), (KafkaApiKey.ApiVersions, 0, 0),
        ]
        :
        [
            (KafkaApiKey.ListOffsets, 0, 2), (KafkaApiKey.Metadata, 0, 4), (KafkaApiKey.OffsetFetch, 0, 2), (KafkaApiKey.FindCoordinator, 0, 0),
            (KafkaApiKey.DescribeGroups, 0, 0), (KafkaApiKey.SaslHandshake, 0, 1), (KafkaApiKey.ApiVersions, 0, 0), (KafkaApiKey.DescribeConfigs, 0, 0),
            (KafkaApiKey.SaslAuthenticate, 0, 0), .. broker.Release >= ScriptedRelease.Release11 ? DeletesGroups : [],
        ];

    /// <summary>Answers a request.</summary>
    /// <exception cref="InvalidDataException">It does not know this type or version of it.</exception>
    public void Write(KafkaApiKey apiKey, short version, WireReader request, WireWriter answer)
    {
        if (apiKey == KafkaApiKey.ApiVersions)
        {
            answer.Int16((short)(version == 0 ? ErrorCode.NoError : ErrorCode.UnsupportedVersion))
                .Array(Versions, known => answer.Int16((short)known.Key).Int16(known.First).Int16(known.Last));
            return;
        }

        if (!Array.Exists(Versions, known => known.Key == apiKey && version >= known.First && version <= known.Last))
        {
            throw new InvalidDataException($"{apiKey} in version {version} is not known here.");
        }

        switch (apiKey)
        {
            case KafkaApiKey.Metadata:
                Metadata(version, request, answer);
                break;
            case KafkaApiKey.ListOffsets:
                ListOffsets(version, request, answer);
                break;
            case KafkaApiKey.OffsetFetch:
                OffsetFetch(version, request, answer);
                break;
            case KafkaApiKey.FindCoordinator:
                var (host, port) = Advertised();
                answer.Int16((short)GroupError(request.Text()!)).Int32(NodeId).Text(host).Int32(port);
                break;
            case KafkaApiKey.DescribeGroups:
                answer.Array(request.Array(() => request.Text()!)!, group => DescribeGroup(group, answer));
                break;
            case KafkaApiKey.DescribeConfigs:
                answer.Int32(0).Array(
                    request.Array(() => (Type: request.Int8(), Name: request.Text()!, Keys: request.Array(request.Text)))!,
                    resource => answer.Int16((short)ErrorCode.TopicAuthorizationFailed).Text(null).Int8(resource.Type).Text(resource.Name).Int32(0));
                break;
            case KafkaApiKey.DeleteGroups:
                answer.Int32(0).Array(request.Array(() => request.Text()!)!, group => answer.Text(group).Int16((short)DeleteGroup(group)));
                break;
            default:
                var mechanism = request.Text()!;
                answer.Int16((short)(broker.Mechanisms.Contains(mechanism) ? ErrorCode.NoError : ErrorCode.UnsupportedSaslMechanism))
                    .Array(broker.Mechanisms, offered => answer.Text(offered));
                break;
        }
    }

    private void Metadata(short version, WireReader request, WireWriter answer)
    {
        var named = request.Array(() => request.Text()!);
        var mayCreate = version < 4 || request.Int8() != 0;
        var topics = named is null || (version == 0 && named.Count == 0)
            ? [.. broker.Topics.Where(topic => topic.Value.Error != ErrorCode.TopicAuthorizationFailed).Select(topic => topic.Key)]
            : named;
        foreach (var missing in named?.Where(topic => mayCreate && !broker.Topics.ContainsKey(topic)) ?? [])
        {
            broker.Topics[missing] = new ScriptedTopic();
        }

        var (host, port) = Advertised();
        _ = version >= 3 ? answer.Int32(0) : answer;
        answer.Int32(1).Int32(NodeId).Text(host).Int32(port);
        if (version >= 1)
        {
            answer.Text(null);

            // Not every service that speaks Kafka's protocol has an id for the cluster.
            _ = version >= 2 ? answer.Text(null) : answer;
            answer.Int32(NodeId);
        }

        answer.Array(topics, name =>
        {
            var topic = broker.Topics.GetValueOrDefault(name) ?? new ScriptedTopic { Error = ErrorCode.UnknownTopicOrPart };
            var partitions = topic.Error == ErrorCode.NoError ? topic.Partitions.Count : 0;
            answer.Int16((short)topic.Error).Text(name);
            _ = version >= 1 ? answer.Int8(0) : answer;
            answer.Array([.. Enumerable.Range(0, partitions)], partition =>
            {
                var led = topic.Leaderless != partition;
                answer.Int16((short)(led ? ErrorCode.NoError : ErrorCode.LeaderNotAvailable)).Int32(partition).Int32(led ? NodeId : -1)
                    .Int32(1).Int32(NodeId).Int32(1).Int32(NodeId);
            });
        });
    }

    private void ListOffsets(short version, WireReader request, WireWriter answer)
    {
        const long Earliest = -2;
        request.Int32();
        if (version >= 2)
        {
            request.Int8();
            answer.Int32(0);
        }

        var topics = request.Array(() => (Name: request.Text()!, Partitions: request.Array(() =>
        {
            var asked = (Partition: request.Int32(), Timestamp: request.Int64());
            _ = version == 0 ? request.Int32() : 0;
            return asked;
        })!))!;
        answer.Array(topics, topic => answer.Text(topic.Name).Array(topic.Partitions, asked =>
        {
            var (beginning, end) = broker.Topics[topic.Name].Partitions[asked.Partition];
            var offset = asked.Timestamp == Earliest ? beginning : end;
            answer.Int32(asked.Partition).Int16((short)ErrorCode.NoError);
            _ = version == 0 ? answer.Int32(1).Int64(offset) : answer.Int64(-1).Int64(offset);
        }));
    }

    private void OffsetFetch(short version, WireReader request, WireWriter answer)
    {
        var name = request.Text()!;
        var group = broker.Groups.GetValueOrDefault(name) ?? new ScriptedGroup();
        var topics = request.Array(() => (Name: request.Text()!, Partitions: request.Array(request.Int32)!))!;
        answer.Array(topics, topic => answer.Text(topic.Name).Array(topic.Partitions, partition => answer
            .Int32(partition)
            .Int64(group.Committed.TryGetValue((topic.Name, partition), out var offset) ? offset : -1)
            .Text("")
            .Int16((short)group.Error)));
        _ = version >= 2 ? answer.Int16((short)group.Error) : answer;
    }

    private void DescribeGroup(string name, WireWriter answer)
    {
        var group = broker.Groups.GetValueOrDefault(name) ?? new ScriptedGroup { State = "Dead", Members = 0 };
        answer.Int16((short)group.Error).Text(name).Text(group.State).Text("consumer").Text("range")
            .Array([.. Enumerable.Range(0, group.Members)], member => answer.Text($"{name}-{member}").Text("logstash").Text("/127.0.0.1").NoBytes().NoBytes());
    }

    private ErrorCode DeleteGroup(string name) => broker.Groups.GetValueOrDefault(name) switch
    {
        null => ErrorCode.GroupIdNotFound,
        { Error: not ErrorCode.NoError and var error } => error,
        { Members: > 0 } => ErrorCode.NonEmptyGroup,
        _ => broker.Groups.TryRemove(name, out _) ? ErrorCode.NoError : ErrorCode.GroupIdNotFound,
    };

    private ErrorCode GroupError(string name) => broker.Groups.GetValueOrDefault(name)?.Error ?? ErrorCode.NoError;

    private (string Host, int Port) Advertised()
    {
        var address = broker.Advertised ?? broker.Address;
        var colon = address.LastIndexOf(':');
        return (address[..colon], int.Parse(address[(colon + 1)..]));
    }
}
