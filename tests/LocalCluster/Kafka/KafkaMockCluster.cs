using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace KafkaLogstash.LocalCluster.Kafka;

/// <summary>
/// A Kafka cluster for tests and trials: librdkafka's own mock brokers, which speak the real protocol on loopback TCP ports, so that any client
/// and any process can use them. Faults can be injected while it runs. Every member may be called from any thread.
/// </summary>
/// <remarks>
/// <para>What it does not do: SASL, TLS, creation of topics by clients' admin requests, ACLs, descriptions of groups and configurations, offsets by
/// time. Unknown topics are created on first use with four partitions. About 5 MiB a partition are kept; what is older is dropped, read or not.</para>
/// <para>A group of the classic protocol that was not empty waits for its members' session timeout, less a second, before a rebalance ends: even when
/// the last member has just left. Clients that come and go quickly set <c>session.timeout.ms</c> to little more than a second.</para>
/// <para><b>Never</b> send ListGroups or DeleteGroups to it (<c>ListConsumerGroups</c>, <c>DeleteGroups</c> of an admin client): a native assertion ends the
/// process that hosts it.</para>
/// </remarks>
public sealed class KafkaMockCluster : IAsyncDisposable
{
    private readonly MockClusterHandle _handle;

    private KafkaMockCluster(MockClusterHandle handle, int brokers)
    {
        _handle = handle;
        Brokers = [.. Enumerable.Range(1, brokers)];
        BootstrapServers = Marshal.PtrToStringUTF8(NativeMock.Bootstraps(handle))
            ?? throw new InvalidOperationException("The mock cluster has no listeners.");
    }

    /// <summary>The ids of the brokers: 1, 2, …</summary>
    public IReadOnlyList<int> Brokers { get; }

    /// <summary>Where the brokers listen: <c>127.0.0.1:port</c>, comma separated.</summary>
    public string BootstrapServers { get; }

    /// <summary>Starts a cluster. Its first broker is the controller, and consumer groups form without waiting for further members.</summary>
    /// <param name="brokers">How many brokers, at least one.</param>
    /// <exception cref="InvalidOperationException">The native library refused.</exception>
    public static KafkaMockCluster Start(int brokers = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(brokers);
        var handle = MockClusterHandle.Start(brokers);
        NativeMock.SetController(handle, 1);
        NativeMock.SetInitialRebalanceDelay(handle, 0);
        return new KafkaMockCluster(handle, brokers);
    }

    /// <summary>Creates a topic whose partitions are spread over the brokers.</summary>
    /// <exception cref="KafkaException">The topic exists, or the number is not possible.</exception>
    public void CreateTopic(string name, int partitions = 1)
        => Check(NativeMock.CreateTopic(_handle, name, partitions, replicationFactor: 1), $"create topic {name}");

    /// <summary>Deletes a topic; later requests for it get UNKNOWN_TOPIC_OR_PARTITION, unless the client may create it again.</summary>
    /// <exception cref="KafkaException">There is no such topic.</exception>
    public void DeleteTopic(string name) => Check(NativeMock.DeleteTopic(_handle, name), $"delete topic {name}");

    /// <summary>Lets every metadata answer for the topic carry <paramref name="error"/>; <see cref="ErrorCode.NoError"/> heals it.</summary>
    public void SetTopicError(string topic, ErrorCode error) => NativeMock.SetTopicError(_handle, topic, error);

    /// <summary>Moves a partition's leadership.</summary>
    /// <param name="topic">The topic; created when it does not exist.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="broker">The new leader's id, or -1 for none.</param>
    /// <exception cref="KafkaException">No such partition or broker.</exception>
    public void SetPartitionLeader(string topic, int partition, int broker)
        => Check(NativeMock.SetPartitionLeader(_handle, topic, partition, broker), $"make broker {broker} the leader of {topic} [{partition}]");

    /// <summary>Deletes a partition's records below an offset, as retention would.</summary>
    /// <exception cref="KafkaException">No such partition, or the offset lies beyond the end.</exception>
    public void DeleteRecords(string topic, int partition, long beforeOffset)
        => Check(NativeMock.DeleteRecords(_handle, topic, partition, beforeOffset), $"delete records of {topic} [{partition}] before {beforeOffset}");

    /// <summary>Says which broker coordinates a consumer group.</summary>
    /// <exception cref="KafkaException">The group or broker can't be set.</exception>
    public void SetCoordinator(string groupId, int broker)
        => Check(NativeMock.SetCoordinator(_handle, "group", groupId, broker), $"make broker {broker} the coordinator of group {groupId}");

    /// <summary>Says which broker is the controller.</summary>
    public void SetController(int broker) => NativeMock.SetController(_handle, broker);

    /// <summary>Cuts all connections of a broker and refuses new ones. Leadership stays where it is.</summary>
    /// <exception cref="KafkaException">There is no such broker.</exception>
    public void SetBrokerDown(int broker) => Check(NativeMock.SetBrokerDown(_handle, broker), $"take down broker {broker}");

    /// <summary>Lets a broker listen again, on the same port.</summary>
    /// <exception cref="KafkaException">There is no such broker.</exception>
    public void SetBrokerUp(int broker) => Check(NativeMock.SetBrokerUp(_handle, broker), $"bring up broker {broker}");

    /// <summary>Delays every answer of a broker.</summary>
    /// <exception cref="KafkaException">There is no such broker.</exception>
    public void SetRoundTripTime(int broker, TimeSpan time)
        => Check(NativeMock.SetRoundTripTime(_handle, broker, Milliseconds(time)), $"set the round-trip time of broker {broker}");

    /// <summary>
    /// Lets the next requests of one type fail, on whichever broker, one error each, in order; <see cref="ErrorCode.Local_Transport"/> cuts the connection
    /// instead.
    /// </summary>
    public void PushRequestErrors(KafkaApiKey apiKey, params IReadOnlyCollection<ErrorCode> errors)
        => NativeMock.PushRequestErrors(_handle, apiKey, (nuint)errors.Count, [.. errors]);

    /// <summary>
    /// Lets the next requests of one type to one broker fail (or, with <see cref="ErrorCode.NoError"/>, be served) after a delay each, in order. They come before
    /// what <see cref="PushRequestErrors"/> pushed.
    /// </summary>
    /// <exception cref="KafkaException">There is no such broker.</exception>
    /// <exception cref="PlatformNotSupportedException">On Apple's arm64, whose calling convention of this native function can't be reached from C#.</exception>
    public void PushBrokerRequestErrors(int broker, KafkaApiKey apiKey, params IEnumerable<(ErrorCode Error, TimeSpan RoundTripTime)> errors)
    {
        if (OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64)
        {
            throw new PlatformNotSupportedException("Errors of a single broker can't be injected on Apple's arm64; push them for the whole cluster.");
        }

        foreach (var (error, time) in errors)
        {
            Check(
                NativeMock.PushBrokerRequestError(_handle, broker, apiKey, 1, error, Milliseconds(time)),
                $"push an error for {apiKey} requests to broker {broker}");
        }
    }

    /// <summary>Forgets the pushed errors of one request type that were not used up.</summary>
    public void ClearRequestErrors(KafkaApiKey apiKey) => NativeMock.ClearRequestErrors(_handle, apiKey);

    /// <summary>Forgets the requests seen so far and remembers those that come from now on.</summary>
    public void StartRequestTracking()
    {
        NativeMock.ClearRequests(_handle);
        NativeMock.StartRequestTracking(_handle);
    }

    /// <summary>Remembers no further requests and forgets those seen: count before.</summary>
    public void StopRequestTracking() => NativeMock.StopRequestTracking(_handle);

    /// <summary>How many requests of each type came since <see cref="StartRequestTracking"/>.</summary>
    public IReadOnlyDictionary<KafkaApiKey, int> CountRequests()
    {
        var requests = NativeMock.GetRequests(_handle, out var count);
        try
        {
            var counts = new Dictionary<KafkaApiKey, int>();
            for (var index = 0; index < (int)count; index++)
            {
                var apiKey = NativeMock.RequestApiKey(Marshal.ReadIntPtr(requests, index * nint.Size));
                counts[apiKey] = counts.GetValueOrDefault(apiKey) + 1;
            }

            return counts;
        }
        finally
        {
            NativeMock.DestroyRequests(requests, count);
        }
    }

    /// <summary>Stops the brokers; clients lose their connections.</summary>
    public async ValueTask DisposeAsync() => await Task.Run(_handle.Dispose);

    private static int Milliseconds(TimeSpan time) => checked((int)time.TotalMilliseconds);

    private static void Check(ErrorCode code, string what)
    {
        if (code != ErrorCode.NoError)
        {
            throw new KafkaException(new Error(code, $"The mock cluster could not {what}: {code.GetReason()}"));
        }
    }
}
