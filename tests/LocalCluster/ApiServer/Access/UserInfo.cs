using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;

namespace KafkaLogstash.LocalCluster.ApiServer.Access;

/// <summary>Who sends a request.</summary>
internal sealed record UserInfo(string Name, IReadOnlyList<string> Groups, string? Uid = null)
{
    public static readonly UserInfo Anonymous = new("system:anonymous", ["system:unauthenticated"]);

    public bool IsMaster => Groups.Contains("system:masters");

    public static UserInfo ServiceAccount(string ns, string name, string? uid) => new(
        $"system:serviceaccount:{ns}:{name}",
        ["system:serviceaccounts", $"system:serviceaccounts:{ns}", "system:authenticated"],
        uid);

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["username"] = Name };
        if (Uid is not null)
        {
            json["uid"] = Uid;
        }

        json["groups"] = JsonNodes.Strings(Groups);
        return json;
    }
}
