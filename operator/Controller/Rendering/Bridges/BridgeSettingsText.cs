using KafkaLogstash.Api;
using KafkaLogstash.Bridging;

namespace KafkaLogstash.Controller.Rendering.Bridges;

/// <summary>Works out what the bridge of a connection is told. None of it is secret.</summary>
internal static class BridgeSettingsText
{
    /// <summary>zlib's level where Logstash is near: the network costs less than the processor.</summary>
    private const int LevelNearby = 0;

    /// <summary>zlib's level where Logstash is elsewhere; what Beats take by default.</summary>
    private const int LevelFarAway = 3;

    /// <summary>The settings.</summary>
    public static BridgeSettings Of(KafkaLogstashConnection connection, BridgeRequest bridge, BridgePlan plan)
    {
        var spec = connection.Spec;
        return new BridgeSettings
        {
            Kafka = new BridgeKafkaSettings
            {
                ClientFile = $"{BridgePaths.Kafka}/{BridgePaths.KafkaFile}",
                Properties = new SortedDictionary<string, string>(spec.Kafka.Properties.ToDictionary(), StringComparer.Ordinal),
            },
            Source = spec.Input is { } input ? Source(connection, input, bridge, plan) : null,
            Sink = spec.Output is { } output ? Sink(spec, output, plan) : null,
        };
    }

    private static SourceSettings Source(KafkaLogstashConnection connection, InputSpec input, BridgeRequest bridge, BridgePlan plan)
    {
        var source = connection.Spec.Bridge.Source;
        return new SourceSettings
        {
            Topics = input.TopicsPattern is { } pattern ? [SubscriptionPattern.Of(pattern)] : [.. input.Topics ?? []],
            GroupId = connection.GroupId(),
            AutoOffsetReset = input.AutoOffsetReset switch
            {
                AutoOffsetReset.Earliest => "earliest",
                AutoOffsetReset.None => "error",
                _ => "latest",
            },
            Codec = plan.RecordCodec,
            Decoration = input.DecorateEvents switch
            {
                DecorateEvents.Basic => RecordDecoration.Basic,
                DecorateEvents.Extended => RecordDecoration.Extended,
                _ => RecordDecoration.None,
            },
            Logstash = Logstash(connection, bridge, plan),
            WindowSize = source.WindowSize,
            MaxWindowsInFlight = source.MaxInFlight,
            MaxBytesInFlight = SettingsFile.Size(source.MaxInFlightBytes).Bytes,
            CompressionLevel = source.CompressionLevel ?? (plan.IsManaged ? LevelNearby : LevelFarAway),
            KeepPartitionOrder = source.Ordering == RecordOrdering.Partition,
            DeadLetterTopic = source.DeadLetterTopic,
        };
    }

    private static LogstashSettings Logstash(KafkaLogstashConnection connection, BridgeRequest bridge, BridgePlan plan)
    {
        const string Trust = $"{BridgePaths.Logstash}/{BridgePaths.TrustFile}";
        const string Certificate = $"{BridgePaths.Logstash}/{BridgePaths.CertificateFile}";
        const string Key = $"{BridgePaths.Logstash}/{BridgePaths.KeyFile}";
        var connections = connection.Spec.Bridge.Source.ConnectionsPerHost;
        if (connection.Spec.Logstash.External is not { } external)
        {
            return new LogstashSettings
            {
                Hosts = [$"{plan.BeatsHost}:{BridgeDefaults.BeatsPort}"],
                Discover = true,
                ConnectionsPerHost = connections,
                Tls = new ClientTlsSettings { TrustedCertificatesFile = Trust, CertificateFile = Certificate, PrivateKeyFile = Key },
            };
        }

        var material = bridge.Secrets.External;
        return new LogstashSettings
        {
            Hosts = external.Hosts,
            ConnectionsPerHost = connections,
            Tls = external.Tls is { } tls
                ? new ClientTlsSettings
                {
                    TrustedCertificatesFile = material.Trusted is null ? null : Trust,
                    CertificateFile = material.Chain is null ? null : Certificate,
                    PrivateKeyFile = material.Key is null ? null : Key,
                    VerifyHostname = tls.VerifyHostname,
                }
                : null,
        };
    }

    private static SinkSettings Sink(ConnectionSpec spec, OutputSpec output, BridgePlan plan)
    {
        var sink = spec.Bridge.Sink;
        return new SinkSettings
        {
            Port = sink.Port,
            LumberjackPort = sink.LumberjackPort,
            Tls = plan.SinkHasTls
                ? new ServerTlsSettings
                {
                    CertificateFile = $"{BridgePaths.Sink}/{BridgePaths.CertificateFile}",
                    PrivateKeyFile = $"{BridgePaths.Sink}/{BridgePaths.KeyFile}",
                    TrustedClientCertificatesFile = plan.SinkAsksForCertificates ? $"{BridgePaths.Sink}/{BridgePaths.ClientsFile}" : null,
                }
                : null,
            Authentication = sink.Authentication switch
            {
                null => null,
                { BearerTokenFrom: not null } => new SinkAuthenticationSettings { BearerTokenFile = $"{BridgePaths.SinkLogin}/{BridgePaths.TokenFile}" },
                _ => new SinkAuthenticationSettings { BasicFolder = BridgePaths.SinkLogin },
            },
            Topic = output.TopicId,
            MessageKey = string.IsNullOrEmpty(output.MessageKey) ? null : output.MessageKey,
            AllowedTopics = sink.AllowedTopics,
            Acks = WireName.Of(output.Acks),
            CompressionType = WireName.Of(output.CompressionType),
            DeadLetterTopic = sink.DeadLetterTopic,
        };
    }
}
