using System.Runtime.InteropServices;
using Confluent.Kafka;
using KafkaLogstash.Bridge.Native;

namespace KafkaLogstash.LocalCluster.Kafka;

/// <summary>The part of <c>rdkafka_mock.h</c> (librdkafka 2.16) that is used here. The header calls it experimental: pin the version.</summary>
internal static partial class NativeMock
{
    static NativeMock() => NativeLibrary.SetDllImportResolver(typeof(NativeMock).Assembly, LoadedLibrdkafka.Resolve);

    /// <summary><c>rd_kafka_type_t</c>: a producer.</summary>
    public const int Producer = 0;

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_conf_new")]
    public static partial nint NewConfiguration();

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_conf_destroy")]
    public static partial void DestroyConfiguration(nint configuration);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Set(nint configuration, string name, string value, [Out] byte[] error, nuint errorSize);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_new")]
    public static partial nint NewClient(int type, nint configuration, [Out] byte[] error, nuint errorSize);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_destroy")]
    public static partial void DestroyClient(nint client);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_cluster_new")]
    public static partial nint NewCluster(nint client, int brokers);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_cluster_destroy")]
    public static partial void DestroyCluster(nint cluster);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
    public static partial nint Bootstraps(MockClusterHandle cluster);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_set_controller_id")]
    public static partial void SetController(MockClusterHandle cluster, int broker);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_group_initial_rebalance_delay_ms")]
    public static partial void SetInitialRebalanceDelay(MockClusterHandle cluster, int milliseconds);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
    public static partial ErrorCode CreateTopic(MockClusterHandle cluster, string topic, int partitions, int replicationFactor);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_topic_delete", StringMarshalling = StringMarshalling.Utf8)]
    public static partial ErrorCode DeleteTopic(MockClusterHandle cluster, string topic);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_topic_set_error", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetTopicError(MockClusterHandle cluster, string topic, ErrorCode error);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_partition_set_leader", StringMarshalling = StringMarshalling.Utf8)]
    public static partial ErrorCode SetPartitionLeader(MockClusterHandle cluster, string topic, int partition, int broker);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_partition_delete_records", StringMarshalling = StringMarshalling.Utf8)]
    public static partial ErrorCode DeleteRecords(MockClusterHandle cluster, string topic, int partition, long beforeOffset);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_coordinator_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial ErrorCode SetCoordinator(MockClusterHandle cluster, string keyType, string key, int broker);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_broker_set_down")]
    public static partial ErrorCode SetBrokerDown(MockClusterHandle cluster, int broker);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_broker_set_up")]
    public static partial ErrorCode SetBrokerUp(MockClusterHandle cluster, int broker);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_broker_set_rtt")]
    public static partial ErrorCode SetRoundTripTime(MockClusterHandle cluster, int broker, int milliseconds);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_push_request_errors_array")]
    public static partial void PushRequestErrors(MockClusterHandle cluster, KafkaApiKey apiKey, nuint count, ErrorCode[] errors);

    /// <summary>
    /// One (error, delay) pair of a C function with variable arguments. Called with exactly one pair, its arguments travel like those of an
    /// ordinary function everywhere but on Apple's arm64.
    /// </summary>
    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_broker_push_request_error_rtts")]
    public static partial ErrorCode PushBrokerRequestError(
        MockClusterHandle cluster, int broker, KafkaApiKey apiKey, nuint count, ErrorCode error, int milliseconds);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_clear_request_errors")]
    public static partial void ClearRequestErrors(MockClusterHandle cluster, KafkaApiKey apiKey);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_start_request_tracking")]
    public static partial void StartRequestTracking(MockClusterHandle cluster);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_stop_request_tracking")]
    public static partial void StopRequestTracking(MockClusterHandle cluster);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_clear_requests")]
    public static partial void ClearRequests(MockClusterHandle cluster);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_get_requests")]
    public static partial nint GetRequests(MockClusterHandle cluster, out nuint count);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_request_destroy_array")]
    public static partial void DestroyRequests(nint requests, nuint count);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_mock_request_api_key")]
    public static partial KafkaApiKey RequestApiKey(nint request);
}
