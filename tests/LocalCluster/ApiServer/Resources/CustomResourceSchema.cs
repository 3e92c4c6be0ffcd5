using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.Schemas;

namespace KafkaLogstash.LocalCluster.ApiServer.Resources;

/// <summary>The structural schema of one version of a custom resource, as functions.</summary>
internal sealed record CustomResourceSchema(
    JsonObject Source,
    Func<JsonObject, IReadOnlyList<string>> UnknownFields,
    Action<JsonObject> Prune,
    Action<JsonObject> Default,
    Func<JsonObject, JsonObject?, IReadOnlyList<FieldError>> Validate);
