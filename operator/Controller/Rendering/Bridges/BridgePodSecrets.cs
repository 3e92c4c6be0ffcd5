using System.Text.Json;
using KafkaLogstash.Kafka.Clients;

namespace KafkaLogstash.Controller.Rendering.Bridges;

/// <summary>A Secret that bridge pods mount.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Volume">The name of its volume.</param>
/// <param name="Folder">Where it is mounted.</param>
/// <param name="Data">Its keys, each with its value or null for none.</param>
/// <param name="Kept">Keys in it that pods need not see.</param>
internal sealed record BridgePodSecret(string Name, string Volume, string Folder, IReadOnlyList<KeyValuePair<string, string?>> Data, params IReadOnlyList<string> Kept)
{
    /// <summary>The keys that are files.</summary>
    public IEnumerable<string> Files => Data.Where(entry => entry.Value is not null && !Kept.Contains(entry.Key, StringComparer.Ordinal)).Select(entry => entry.Key);

    /// <summary>A fixed text: secrets never reach a log by accident.</summary>
    public override string ToString() => nameof(BridgePodSecret);
}

/// <summary>The Secrets that bridge pods mount.</summary>
internal static class BridgePodSecrets
{
    /// <summary>The key with the salt of the start hash.</summary>
    public const string SaltKey = KafkaClientSecret.SaltKey;

    /// <summary>The Secrets.</summary>
    public static IReadOnlyList<BridgePodSecret> Of(RenderRequest request, BridgeRequest bridge, BridgePlan plan)
    {
        var names = new ConnectionNames(request.Connection.Metadata.Name);
        BridgePodSecret[] all =
        [
            new(
                names.BridgeKafka,
                "kafka",
                BridgePaths.Kafka,
                [
                    new(BridgePaths.KafkaFile, JsonSerializer.Serialize(LibrdkafkaOptions.For(request.Connection.Spec.Kafka, request.Secrets))),
                    new(SaltKey, request.Salt.Length > 0 ? request.Salt : null),
                ],
                SaltKey),
            new(names.BridgeLogstash, "logstash", BridgePaths.Logstash, Logstash(bridge, plan)),
            new(names.BridgeSink, "sink", BridgePaths.Sink, Sink(bridge, plan), BridgePaths.TrustFile),
            new(
                names.BridgeSinkLogin,
                "sink-auth",
                BridgePaths.SinkLogin,
                [
                    new(BridgePaths.UsernameFile, bridge.Secrets.SinkUsername),
                    new(BridgePaths.PasswordFile, bridge.Secrets.SinkPassword),
                    new(BridgePaths.TokenFile, bridge.Secrets.SinkToken),
                ]),
        ];
        return [.. all.Where(secret => secret.Files.Any())];
    }

    private static KeyValuePair<string, string?>[] Logstash(BridgeRequest bridge, BridgePlan plan)
    {
        var external = bridge.Secrets.External;
        var own = bridge.Certificates?.Issued.GetValueOrDefault(BridgePlan.BeatsClient);
        return
        [
            new(BridgePaths.TrustFile, plan.IsManaged ? own is null ? null : bridge.Certificates?.Trust : external.Trusted?.Pem),
            new(BridgePaths.CertificateFile, plan.IsManaged ? own?.Certificate : external.Chain?.Pem),
            new(BridgePaths.KeyFile, plan.IsManaged ? own?.Key : external.Key?.Pem),
        ];
    }

    private static KeyValuePair<string, string?>[] Sink(BridgeRequest bridge, BridgePlan plan)
    {
        var made = bridge.Certificates?.Issued.GetValueOrDefault(BridgePlan.SinkServer);
        var trust = bridge.Certificates?.Trust;
        return
        [
            new(BridgePaths.CertificateFile, made?.Certificate ?? bridge.Secrets.SinkCertificate?.Pem),
            new(BridgePaths.KeyFile, made?.Key ?? bridge.Secrets.SinkKey?.Pem),

            // The operator's own Logstash shows a certificate of the connection's own authority, others one of those that the spec names.
            new(BridgePaths.ClientsFile, plan.SinkAsksForCertificates ? (plan.IsManaged ? trust : null) + bridge.Secrets.SinkClients?.Pem : null),

            // For people who let others send: what those have to trust.
            new(BridgePaths.TrustFile, made is null ? null : trust),
        ];
    }
}
