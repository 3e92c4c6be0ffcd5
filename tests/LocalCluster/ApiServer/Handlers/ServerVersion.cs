using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.ApiServer.Handlers;

/// <summary>The release of Kubernetes whose behaviour this server shows.</summary>
internal static class ServerVersion
{
    public const string Release = "v1.36.2";

    public static JsonObject ToJson() => new()
    {
        ["major"] = "1",
        ["minor"] = "36",
        ["gitVersion"] = Release,
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "2026-01-01T00:00:00Z",
        ["goVersion"] = "none",
        ["compiler"] = "none",
        ["platform"] = "embedded",
    };
}
