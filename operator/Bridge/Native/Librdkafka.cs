using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace KafkaLogstash.Bridge.Native;

/// <summary>
/// The part of <c>rdkafka.h</c> (librdkafka 2.16) that writes and reads records by the batch. Confluent.Kafka takes them one by one and makes half a dozen objects for each; at
/// hundreds of thousands of records a second that is what a core does most. Here a batch is one call, its records stay where they are, and each is a pointer.
/// </summary>
internal static unsafe partial class Librdkafka
{
    /// <summary><c>rd_kafka_type_t</c>: a producer.</summary>
    public const int Producer = 0;

    /// <summary><c>RD_KAFKA_PARTITION_UA</c>: the partitioner chooses.</summary>
    public const int AnyPartition = -1;

    /// <summary><c>RD_KAFKA_PURGE_F_QUEUE</c> and <c>RD_KAFKA_PURGE_F_INFLIGHT</c>.</summary>
    public const int PurgeAll = 3;

    static Librdkafka() => NativeLibrary.SetDllImportResolver(typeof(Librdkafka).Assembly, LoadedLibrdkafka.Resolve);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_conf_new")]
    public static partial nint NewConfiguration();

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_conf_destroy")]
    public static partial void DestroyConfiguration(nint configuration);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Set(nint configuration, string name, string value, [Out] byte[] error, nuint errorSize);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_conf_set_opaque")]
    public static partial void SetOpaque(nint configuration, nint opaque);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_conf_set_dr_msg_cb")]
    public static partial void SetDeliveryCallback(nint configuration, delegate* unmanaged[Cdecl]<nint, NativeMessage*, nint, void> callback);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_conf_set_error_cb")]
    public static partial void SetErrorCallback(nint configuration, delegate* unmanaged[Cdecl]<nint, int, byte*, nint, void> callback);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_conf_set_log_cb")]
    public static partial void SetLogCallback(nint configuration, delegate* unmanaged[Cdecl]<nint, int, byte*, byte*, void> callback);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_new")]
    public static partial nint NewClient(int type, nint configuration, [Out] byte[] error, nuint errorSize);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_destroy")]
    public static partial void DestroyClient(nint client);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_opaque")]
    public static partial nint Opaque(nint client);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_poll")]
    public static partial int Poll(nint client, int milliseconds);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_purge")]
    public static partial ErrorCode Purge(nint client, int flags);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_topic_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint NewTopic(nint client, string topic, nint configuration);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_topic_destroy")]
    public static partial void DestroyTopic(nint topic);

    /// <summary>Without <c>RD_KAFKA_MSG_F_COPY</c> and <c>_FREE</c>: payloads must stay where they are until their delivery is reported. Keys are copied.</summary>
    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_produce_batch")]
    public static partial int ProduceBatch(TopicHandle topic, int partition, int flags, NativeMessage* messages, int count);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_fatal_error")]
    public static partial ErrorCode FatalError(nint client, [Out] byte[] error, nuint errorSize);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_queue_get_consumer")]
    public static partial nint ConsumerQueue(nint client);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_queue_destroy")]
    public static partial void DestroyQueue(nint queue);

    /// <summary>Also serves the client's callbacks, as <c>rd_kafka_consumer_poll</c> does: they come on the thread that calls.</summary>
    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_consume_batch_queue")]
    public static partial nint ConsumeBatch(nint queue, int milliseconds, NativeMessage** messages, nuint size);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_message_destroy")]
    public static partial void DestroyMessage(NativeMessage* message);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_message_errstr")]
    public static partial byte* ErrorText(NativeMessage* message);

    [SuppressGCTransition]
    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_message_timestamp")]
    public static partial long Timestamp(NativeMessage* message, out int type);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_message_headers")]
    public static partial ErrorCode Headers(NativeMessage* message, out nint headers);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_header_get_all")]
    public static partial ErrorCode Header(nint headers, nuint index, out byte* name, out byte* value, out nuint length);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_topic_name")]
    public static partial byte* TopicName(nint topic);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_metadata")]
    public static partial ErrorCode Metadata(nint client, int allTopics, nint onlyTopic, out nint metadata, int milliseconds);

    [LibraryImport(LoadedLibrdkafka.Name, EntryPoint = "rd_kafka_metadata_destroy")]
    public static partial void DestroyMetadata(nint metadata);
}

/// <summary><c>rd_kafka_message_t</c>: a record to be written, one that was, or one that was read.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeMessage
{
    /// <summary>Why it was not taken, or not written; of one that was read: an error that came instead of a record.</summary>
    public int Error;

    /// <summary>Its topic; where it was written or read.</summary>
    public nint Topic;

    /// <summary>Its partition; where it was written or read.</summary>
    public int Partition;

    /// <summary>Where its value is; 0 for none.</summary>
    public nint Payload;

    /// <summary>Length of its value, in bytes.</summary>
    public nuint Length;

    /// <summary>Where its key is; 0 for none.</summary>
    public nint Key;

    /// <summary>Length of its key, in bytes.</summary>
    public nuint KeyLength;

    /// <summary>Its offset; where it was written or read.</summary>
    public long Offset;

    /// <summary>What its report is to carry; librdkafka's own where it was read.</summary>
    public nint Tag;
}

/// <summary>A topic within a native client. Calls in flight keep it alive.</summary>
internal sealed class TopicHandle : SafeHandle
{
    /// <summary>Takes a topic over.</summary>
    public TopicHandle(nint topic)
        : base(nint.Zero, ownsHandle: true) => SetHandle(topic);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == nint.Zero;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        Librdkafka.DestroyTopic(handle);
        return true;
    }
}
