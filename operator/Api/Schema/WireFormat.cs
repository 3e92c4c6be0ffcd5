using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace KafkaLogstash.Api.Schema;

/// <summary>How the resource's types look in JSON.</summary>
internal static class WireFormat
{
    /// <summary>The naming of Kubernetes: camel case.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    /// <summary>A value of an enumeration as it stands in a manifest.</summary>
    public static string Name(Type enumeration, string member) => JsonSerializer.SerializeToElement(Enum.Parse(enumeration, member), enumeration, Options).GetString()!;
}
