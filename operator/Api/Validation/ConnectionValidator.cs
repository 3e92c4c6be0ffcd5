using System.Text.Json.Nodes;
using k8s;
using KafkaLogstash.Api.Schema;
using KafkaLogstash.Api.Validation;

namespace KafkaLogstash.Api;

/// <summary>
/// Says what is wrong with a connection: all that the schema and its rules see, so that a check without an API server says the same, and what they
/// can't see. Options of plugins, settings of Logstash and config texts have checks of their own in KafkaLogstash.Logstash.
/// </summary>
public static class ConnectionValidator
{
    private static readonly Lazy<JsonObject> SpecSchema = new(() => ConnectionSchema.Value["properties"]!["spec"]!.AsObject());

    /// <summary>Checks a connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <returns>What is wrong, field by field; empty where nothing is.</returns>
    public static IReadOnlyList<FieldError> Validate(KafkaLogstashConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var spec = connection.Spec;
        return
        [
            .. SchemaCheck.Run(JsonNode.Parse(KubernetesJson.Serialize(spec)), SpecSchema.Value, "spec"),
            .. CrossFieldRules.Run(connection),
            .. KafkaRules.Run(spec),
            .. FlowRules.Run(spec),
            .. LogstashRules.Run(spec),
        ];
    }
}
