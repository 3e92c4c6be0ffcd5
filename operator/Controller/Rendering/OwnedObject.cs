using System.Text.Json.Nodes;
using KafkaLogstash.Api;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>What every object of a connection has in common: name, labels, and the connection as its controller.</summary>
internal static class OwnedObject
{
    /// <summary>Makes an object.</summary>
    /// <param name="connection">Its owner. Without a uid (offline) the object gets no owner reference.</param>
    /// <param name="apiVersion">Its API version.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="name">Its name.</param>
    /// <param name="fields">Its fields besides metadata.</param>
    public static JsonObject Render(KafkaLogstashConnection connection, string apiVersion, string kind, string name, params ReadOnlySpan<(string Name, JsonNode? Value)> fields)
    {
        var metadata = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = connection.Metadata.NamespaceProperty,
            ["labels"] = ConnectionLabels.For(connection.Metadata.Name),
        };
        if (!string.IsNullOrEmpty(connection.Metadata.Uid))
        {
            metadata["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = connection.ApiVersion,
                ["kind"] = connection.Kind,
                ["name"] = connection.Metadata.Name,
                ["uid"] = connection.Metadata.Uid,
                ["controller"] = true,
                ["blockOwnerDeletion"] = true,
            });
        }

        var result = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = metadata };
        foreach (var (field, value) in fields)
        {
            result[field] = value;
        }

        return result;
    }
}
