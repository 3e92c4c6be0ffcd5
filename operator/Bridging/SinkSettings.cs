namespace KafkaLogstash.Bridging;

/// <summary>What a sink bridge takes and where it puts it.</summary>
public sealed record SinkSettings
{
    /// <summary>The port of the HTTP server.</summary>
    public int Port { get; set; } = 8443;

    /// <summary>The port of the Lumberjack server; null: there is none.</summary>
    public int? LumberjackPort { get; init; }

    /// <summary>TLS of both servers; null: plain text.</summary>
    public ServerTlsSettings? Tls { get; init; }

    /// <summary>What HTTP clients must prove; null: nothing.</summary>
    public SinkAuthenticationSettings? Authentication { get; init; }

    /// <summary>The topic of an event, with Logstash's references to its fields: <c>orders-%{[region]}</c>.</summary>
    public required string Topic { get; init; }

    /// <summary>The key of an event's record, with references to its fields; null: no key.</summary>
    public string? MessageKey { get; init; }

    /// <summary>Topics that may be written to. Empty: those that <see cref="Topic"/> can name.</summary>
    public IReadOnlyList<string> AllowedTopics { get; set; } = [];

    /// <summary>Who must have a record before it counts as written: <c>all</c>, <c>1</c> or <c>0</c> (<c>acks</c>). With <c>all</c> the producer is idempotent.</summary>
    public string Acks { get; set; } = "all";

    /// <summary>How the producer compresses: <c>none</c>, <c>gzip</c>, <c>snappy</c>, <c>lz4</c> or <c>zstd</c> (<c>compression.type</c>).</summary>
    public string CompressionType { get; set; } = "none";

    /// <summary>The topic for events that Kafka can never take; empty: they are refused.</summary>
    public string DeadLetterTopic { get; set; } = "";

    /// <summary>The longest request body, in bytes after decompression.</summary>
    public long MaxRequestBytes { get; set; } = 100L << 20;

    /// <summary>The most bytes that wait for Kafka; beyond it senders are told to come again.</summary>
    public long MaxPendingBytes { get; set; } = 64L << 20;

    /// <summary>How long Kafka may take to acknowledge a record (<c>delivery.timeout.ms</c>).</summary>
    public TimeSpan DeliveryTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long requests under way are waited for when the bridge ends.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);
}

/// <summary>TLS of a server. The files are read again when they change.</summary>
public sealed record ServerTlsSettings
{
    /// <summary>PEM file with the certificate and its issuers.</summary>
    public required string CertificateFile { get; init; }

    /// <summary>PEM file with its private key.</summary>
    public required string PrivateKeyFile { get; init; }

    /// <summary>PEM file with the roots that client certificates must come from; null: clients need none.</summary>
    public string? TrustedClientCertificatesFile { get; init; }
}

/// <summary>How clients of the sink prove who they are: exactly one of the two. The files are read again when they change.</summary>
public sealed record SinkAuthenticationSettings
{
    /// <summary>A folder with the files <c>username</c> and <c>password</c> (RFC 7617).</summary>
    public string? BasicFolder { get; init; }

    /// <summary>A file with the bearer token (RFC 6750).</summary>
    public string? BearerTokenFile { get; init; }
}
