using System.Text.Json;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>The names of enumerations' values as the resource writes them, which are Logstash's too.</summary>
internal static class WireName
{
    /// <summary>The name of a value.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => JsonSerializer.SerializeToElement(value).GetString()!;
}
