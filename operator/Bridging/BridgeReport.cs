using System.Text.Json;
using System.Text.Json.Serialization;

namespace KafkaLogstash.Bridging;

/// <summary>What a bridge says about itself: the body of <c>/readyz</c>, whatever the status.</summary>
public sealed record BridgeReport
{
    /// <summary>Its halves, source and sink, as far as it has them.</summary>
    public required IReadOnlyList<BridgeRoleReport> Roles { get; init; }

    /// <summary>Whether all of them do what they are for.</summary>
    [JsonIgnore]
    public bool Ready => Roles.All(role => role.Ready);

    /// <summary>The report as JSON, in UTF-8.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, BridgeReportJson.Default.BridgeReport);

    /// <summary>Reads a report.</summary>
    /// <param name="utf8">What <c>/readyz</c> answered.</param>
    /// <exception cref="JsonException">It is no report.</exception>
    public static BridgeReport Read(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, BridgeReportJson.Default.BridgeReport) is { Roles: { } roles } report && roles.All(role => role is { Name: not null, Message: not null })
            ? report
            : throw new JsonException("The report says nothing.");
}

/// <summary>What a half of a bridge says about itself.</summary>
public sealed record BridgeRoleReport
{
    /// <summary><c>source</c> or <c>sink</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it does what it is for.</summary>
    public required bool Ready { get; init; }

    /// <summary>The same for people; where it does not, what is wrong and what to do.</summary>
    public required string Message { get; init; }

    /// <summary>Since when that is so.</summary>
    public required DateTimeOffset Since { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BridgeReport))]
internal sealed partial class BridgeReportJson : JsonSerializerContext;
