using System.Reflection;

namespace KafkaLogstash.Bridge.Metering;

/// <summary>What this program is.</summary>
internal static class BuildInfo
{
    /// <summary>Its version.</summary>
    public static string Version { get; } = typeof(BuildInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";
}
