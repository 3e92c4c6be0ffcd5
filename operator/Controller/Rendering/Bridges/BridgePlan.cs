using KafkaLogstash.Api;
using KafkaLogstash.Bridging;
using KafkaLogstash.Controller.Certificates;

namespace KafkaLogstash.Controller.Rendering.Bridges;

/// <summary>What follows from a connection's spec for its bridge: where its ends are, and how they know each other.</summary>
/// <param name="connection">The connection, whose transport is Bridge.</param>
internal sealed class BridgePlan(KafkaLogstashConnection connection)
{
    /// <summary>The purpose of the certificate of Logstash's beats input.</summary>
    public const string BeatsServer = "beats-server";

    /// <summary>The purpose of the certificate that the bridge shows to Logstash.</summary>
    public const string BeatsClient = "beats-client";

    /// <summary>The purpose of the sink's certificate.</summary>
    public const string SinkServer = "sink-server";

    /// <summary>The purpose of the certificate that Logstash shows to the sink.</summary>
    public const string SinkClient = "sink-client";

    private readonly ConnectionSpec _spec = connection.Spec;
    private readonly ConnectionNames _names = new(connection.Metadata.Name);

    /// <summary>Whether the operator runs the Logstash.</summary>
    public bool IsManaged => _spec.Logstash.External is null;

    /// <summary>The host name under which the beats inputs of the operator's Logstash pods are found.</summary>
    public string BeatsHost => Host(_names.Beats);

    /// <summary>The host name under which the sink is found.</summary>
    public string SinkHost => Host(_names.Bridge);

    /// <summary>Whether the sink speaks TLS.</summary>
    public bool SinkHasTls => _spec.Output is not null && (IsManaged || _spec.Bridge.Sink.Tls is not null);

    /// <summary>Whether the operator makes the sink's certificate.</summary>
    public bool SinkCertificateIsMade => _spec.Output is not null && IsManaged && _spec.Bridge.Sink.Tls is null;

    /// <summary>Whether the sink lets in only clients with a certificate.</summary>
    public bool SinkAsksForCertificates => SinkCertificateIsMade
        ? _spec.Bridge.Sink.Authentication is null
        : _spec.Output is not null && _spec.Bridge.Sink.Tls is { TrustedClientCertificates.Count: > 0 };

    /// <summary>Whether the sink is set up for others than the operator's Logstash.</summary>
    public bool SinkIsForOthers => !IsManaged || !SinkCertificateIsMade || !SinkAsksForCertificates;

    /// <summary>The sink's address, without a path; null where nothing is written.</summary>
    public string? SinkUrl => _spec.Output is null ? null : $"{(SinkHasTls ? "https" : "http")}://{SinkHost}:{_spec.Bridge.Sink.Port}";

    /// <summary>How the beats input reads what the bridge sends: null for events as they are, otherwise the codec for their text.</summary>
    public string? BeatsCodec => _spec.Input is { } input && input.Codec.Trim() != "json" ? input.Codec : null;

    /// <summary>How the bridge makes events of records.</summary>
    public RecordCodec RecordCodec => BeatsCodec is null ? RecordCodec.Json : RecordCodec.Plain;

    /// <summary>The certificates that the operator makes.</summary>
    public IReadOnlyList<CertificatePurpose> Certificates
    {
        get
        {
            var purposes = new List<CertificatePurpose>();
            if (IsManaged && _spec.Input is not null)
            {
                purposes.Add(new CertificatePurpose(BeatsServer, _names.Beats, Names(_names.Beats)));
                purposes.Add(new CertificatePurpose(BeatsClient, _names.Bridge, []));
            }

            if (SinkCertificateIsMade)
            {
                purposes.Add(new CertificatePurpose(SinkServer, _names.Bridge, Names(_names.Bridge)));
            }

            if (IsManaged && SinkAsksForCertificates)
            {
                // Logstash's http output takes every key in a PEM file for RSA, and of some it loses the end (StrippedKeys).
                purposes.Add(new CertificatePurpose(SinkClient, _names.Logstash, [], UsesRsa: true));
            }

            return purposes;
        }
    }

    private string Host(string service) => $"{service}.{connection.Metadata.NamespaceProperty ?? "default"}.svc";

    private string[] Names(string service) => [Host(service), $"{Host(service)}.cluster.local", service];
}
