using System.Reflection;
using KafkaLogstash.Bridging;

namespace KafkaLogstash.Controller;

/// <summary>The images of bridges.</summary>
public static class BridgeImages
{
    /// <summary>The image that was released with this operator.</summary>
    public static string OfThisRelease { get; } =
        $"{BridgeDefaults.Image}:{typeof(BridgeImages).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";
}
