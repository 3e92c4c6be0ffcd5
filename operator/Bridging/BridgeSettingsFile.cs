using System.Text.Json;
using System.Text.Json.Serialization;

namespace KafkaLogstash.Bridging;

/// <summary>The text of <c>bridge.json</c>.</summary>
public static class BridgeSettingsFile
{
    /// <summary>Writes settings, in an order that does not change.</summary>
    public static string Write(BridgeSettings settings) => JsonSerializer.Serialize(settings, BridgeSettingsJson.Default.BridgeSettings);

    /// <summary>Reads settings.</summary>
    /// <param name="utf8">The file.</param>
    /// <exception cref="JsonException">It is no such file; the message says where and why.</exception>
    public static BridgeSettings Read(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, BridgeSettingsJson.Default.BridgeSettings) ?? throw new JsonException("The file says null where settings belong.");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(BridgeSettings))]
internal sealed partial class BridgeSettingsJson : JsonSerializerContext;
