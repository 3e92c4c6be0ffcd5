using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;

namespace KafkaLogstash.LocalCluster.ApiServer.Kinds;

/// <summary>Defaults of webhook configurations. This server keeps them and calls none.</summary>
internal static class Webhooks
{
    public static void Default(JsonObject obj)
    {
        foreach (var webhook in obj.Objects("webhooks"))
        {
            webhook.Default("failurePolicy", "Fail");
            webhook.Default("matchPolicy", "Equivalent");
            webhook.Default("timeoutSeconds", 10);
            webhook.Ensure("namespaceSelector");
            webhook.Ensure("objectSelector");
            webhook.Map("clientConfig", "service")?.Default("port", 443);
            foreach (var rule in webhook.Objects("rules"))
            {
                rule.Default("scope", "*");
            }
        }
    }
}
