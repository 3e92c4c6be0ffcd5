using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.Runtime;

namespace KafkaLogstash.Operator.Verbs.Overview;

/// <summary>Tells connections to programs.</summary>
internal static class OverviewJson
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>All of them, as one array.</summary>
    public static string Array(IEnumerable<ConnectionSummary> summaries) => new JsonArray([.. summaries.Select(Object)]).ToJsonString(Indented);

    /// <summary>One that changed, in one line.</summary>
    public static string Line(ChangeType change, ConnectionSummary summary)
    {
        var line = Object(summary);
        line["change"] = change.ToString().ToLowerInvariant();
        return line.ToJsonString(OneLine);
    }

    private static JsonObject Object(ConnectionSummary summary)
    {
        var status = summary.Connection.Status;
        return new JsonObject
        {
            ["namespace"] = summary.Namespace,
            ["name"] = summary.Name,
            ["ready"] = summary.Ready.ToString(),
            ["reason"] = summary.Reason,
            ["message"] = summary.Trouble,
            ["transport"] = summary.Transport,
            ["pods"] = summary.Pods,
            ["version"] = summary.Version,
            ["group"] = status?.GroupId,
            ["topics"] = new JsonArray([.. (status?.Topics ?? []).Select(topic => new JsonObject { ["name"] = topic.Name, ["partitions"] = topic.Partitions, ["lag"] = topic.Lag })]),
            ["lag"] = summary.Lag,
            ["lagRate"] = summary.LagRate is { } rate ? Math.Round(rate, 3) : null,
            ["created"] = summary.Connection.Metadata.CreationTimestamp?.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
            ["conditions"] = new JsonArray([.. summary.Conditions.Select(condition => new JsonObject
            {
                ["type"] = condition.Type, ["status"] = condition.Status, ["reason"] = condition.Reason, ["message"] = condition.Message,
            })]),
        };
    }
}
