using System.Text.Json.Nodes;

namespace KafkaLogstash.Api.Schema;

/// <summary>The resource's schema without descriptions, for checks without an API server.</summary>
internal static class ConnectionSchema
{
    private static readonly Lazy<JsonObject> Built = new(() => new SchemaBuilder(FieldDocs.None).Resource());

    /// <summary>The schema. It is shared: nobody changes it.</summary>
    public static JsonObject Value => Built.Value;
}
