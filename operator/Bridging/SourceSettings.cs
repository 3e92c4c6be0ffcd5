namespace KafkaLogstash.Bridging;

/// <summary>What a source bridge reads and where it takes it.</summary>
public sealed record SourceSettings
{
    /// <summary>What to subscribe to: names of topics, or regular expressions as librdkafka takes them (with <c>^</c> in front).</summary>
    public required IReadOnlyList<string> Topics { get; init; }

    /// <summary>The consumer group.</summary>
    public required string GroupId { get; init; }

    /// <summary>Where a partition without a committed offset begins: <c>latest</c>, <c>earliest</c>, or <c>error</c> (<c>auto.offset.reset</c>).</summary>
    public string AutoOffsetReset { get; set; } = "latest";

    /// <summary>How records become events.</summary>
    public RecordCodec Codec { get; set; } = RecordCodec.Json;

    /// <summary>How much of <c>[@metadata][kafka]</c> events carry, as <c>decorate_events</c> of the kafka input has it.</summary>
    public RecordDecoration Decoration { get; set; } = RecordDecoration.None;

    /// <summary>The beats inputs that take the events.</summary>
    public required LogstashSettings Logstash { get; init; }

    /// <summary>The most events in one window. 1 to 65536.</summary>
    public int WindowSize { get; set; } = 2048;

    /// <summary>The most windows on one connection that wait for their acknowledgement. 1 to 256.</summary>
    public int MaxWindowsInFlight { get; set; } = 8;

    /// <summary>The most bytes of events that wait for their acknowledgement, on all connections together. Beyond it partitions are paused.</summary>
    public long MaxBytesInFlight { get; set; } = 32L << 20;

    /// <summary>zlib's compression level, 0 (none) to 9.</summary>
    public int CompressionLevel { get; init; }

    /// <summary>
    /// Whether the records of a partition arrive in their order: they all take one connection while any of them is under way. Otherwise they are spread over all connections, and
    /// more Logstashes than partitions have work.
    /// </summary>
    public bool KeepPartitionOrder { get; set; } = true;

    /// <summary>The topic for records that Logstash can never take; empty: such a record stops its partition.</summary>
    public string DeadLetterTopic { get; set; } = "";

    /// <summary>The longest an event may be on the wire, in bytes; a longer one is for the dead-letter topic.</summary>
    public int MaxEventBytes { get; set; } = 16 << 20;

    /// <summary>How long Logstash may be silent, with neither an acknowledgement nor a keep-alive, before its connection is given up.</summary>
    public TimeSpan AcknowledgementTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a Logstash may say that it is alive without taking a window, before its windows go to another that takes some. While there is no other, they wait: they would come
    /// twice, for it still holds the first.
    /// </summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long connecting to Logstash may take, and the handshake of TLS as long again.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long events in flight are waited for when their partition is revoked.</summary>
    public TimeSpan RevocationTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long events in flight are waited for when the bridge ends.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);
}

/// <summary>How a source bridge makes events of records.</summary>
public enum RecordCodec
{
    /// <summary>A JSON object is the event; anything else becomes its <c>message</c>, with a tag.</summary>
    Json,

    /// <summary>The record's text is the event's <c>message</c>.</summary>
    Plain,
}

/// <summary>What events say about their record.</summary>
public enum RecordDecoration
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Topic, consumer group, partition, offset, key and timestamp.</summary>
    Basic,

    /// <summary>The same and the record's headers.</summary>
    Extended,
}

/// <summary>The beats inputs that a source bridge sends to.</summary>
public sealed record LogstashSettings
{
    /// <summary>Where they are, each as <c>host:port</c>.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>
    /// Whether each address that a host's name resolves to is a Logstash of its own, as with a headless Service; the name is resolved again and again, and connections follow.
    /// Otherwise a name is one Logstash, resolved when it is connected to.
    /// </summary>
    public bool Discover { get; init; }

    /// <summary>Connections to each of them. 1 to 16.</summary>
    public int ConnectionsPerHost { get; set; } = 1;

    /// <summary>TLS towards them; null: plain text.</summary>
    public ClientTlsSettings? Tls { get; init; }
}

/// <summary>TLS of a client. The files are read again when they change.</summary>
public sealed record ClientTlsSettings
{
    /// <summary>PEM file with the roots that the server's certificate must come from; null: the system's.</summary>
    public string? TrustedCertificatesFile { get; init; }

    /// <summary>PEM file with the client's certificate and its issuers; null: none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file with the certificate's private key.</summary>
    public string? PrivateKeyFile { get; init; }

    /// <summary>The name that the server's certificate must be for; null: the host's.</summary>
    public string? ServerName { get; init; }

    /// <summary>Whether that name is checked.</summary>
    public bool VerifyHostname { get; set; } = true;
}
