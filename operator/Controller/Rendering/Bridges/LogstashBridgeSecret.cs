using System.Text.Json.Nodes;

namespace KafkaLogstash.Controller.Rendering.Bridges;

/// <summary>Makes the Secret with what the operator's Logstash pods need for the bridge. Nothing of Kafka's is in it.</summary>
internal static class LogstashBridgeSecret
{
    private const string UsernameKey = "sink-username";

    private const string PasswordKey = "sink-password";

    private const string AuthorizationKey = "sink-authorization";

    /// <summary>What the pods read out of it.</summary>
    public static LogstashSecret Of(RenderRequest request, BridgeRequest bridge, BridgePlan plan)
    {
        var data = Data(bridge, plan).Where(entry => entry.Value is not null).ToList();
        (string Variable, string Key)[] variables =
        [
            (BridgePaths.UsernameVariable, UsernameKey), (BridgePaths.PasswordVariable, PasswordKey), (BridgePaths.AuthorizationVariable, AuthorizationKey),
        ];
        return new LogstashSecret
        {
            Name = new ConnectionNames(request.Connection.Metadata.Name).LogstashBridge,
            Volume = "bridge",
            Folder = BridgePaths.InLogstash,
            Files = [.. data.Select(entry => entry.Key).Where(key => !variables.Any(variable => variable.Key == key))],
            Variables = [.. variables.Where(variable => data.Any(entry => entry.Key == variable.Key))],
            Contents = [.. data.Select(entry => entry.Value)],
        };
    }

    /// <summary>Makes the Secret.</summary>
    public static JsonObject Render(RenderRequest request, BridgeRequest bridge, BridgePlan plan) => OwnedObject.Secret(
        request.Connection, Workload.Logstash, new ConnectionNames(request.Connection.Metadata.Name).LogstashBridge, Data(bridge, plan));

    private static IEnumerable<KeyValuePair<string, string?>> Data(BridgeRequest bridge, BridgePlan plan)
    {
        var issued = bridge.Certificates?.Issued;
        var beats = issued?.GetValueOrDefault(BridgePlan.BeatsServer);
        var client = issued?.GetValueOrDefault(BridgePlan.SinkClient);
        var secrets = bridge.Secrets;
        return
        [
            new(BridgePaths.BeatsCertificateFile, beats?.Certificate),
            new(BridgePaths.BeatsKeyFile, beats?.Key),
            new(BridgePaths.BeatsTrustFile, beats is null ? null : bridge.Certificates?.Trust),
            new(BridgePaths.OutputCertificateFile, client?.Certificate),
            new(BridgePaths.OutputKeyFile, client?.Key),
            new(BridgePaths.OutputTrustFile, plan.SinkCertificateIsMade ? bridge.Certificates?.Trust : plan.SinkHasTls ? secrets.SinkTrust : null),
            new(UsernameKey, secrets.SinkUsername),
            new(PasswordKey, secrets.SinkPassword),
            new(AuthorizationKey, secrets.SinkToken is { } token ? $"Bearer {token}" : null),
        ];
    }
}
