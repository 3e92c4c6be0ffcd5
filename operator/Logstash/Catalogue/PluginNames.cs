using System.Collections.Frozen;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Logstash.Catalogue;

/// <summary>The plugins that come with the official Logstash images.</summary>
public sealed class PluginNames
{
    private static readonly Lazy<FrozenDictionary<string, (string Name, LogstashVersion? Until)[]>> Table = new(Read);

    private PluginNames(LogstashVersion version)
    {
        Inputs = Of("input", version);
        Filters = Of("filter", version);
        Outputs = Of("output", version);
        Codecs = Of("codec", version);
    }

    /// <summary>Names of inputs.</summary>
    public IReadOnlySet<string> Inputs { get; }

    /// <summary>Names of filters.</summary>
    public IReadOnlySet<string> Filters { get; }

    /// <summary>Names of outputs.</summary>
    public IReadOnlySet<string> Outputs { get; }

    /// <summary>Names of codecs.</summary>
    public IReadOnlySet<string> Codecs { get; }

    /// <summary>The plugins of a version.</summary>
    /// <param name="version">The version.</param>
    /// <returns>The names.</returns>
    public static PluginNames For(LogstashVersion version) => new(version);

    /// <summary>The names that can stand in a section.</summary>
    /// <param name="section">The section.</param>
    /// <returns>The names.</returns>
    public IReadOnlySet<string> In(SectionKind section) => section switch
    {
        SectionKind.Input => Inputs,
        SectionKind.Filter => Filters,
        _ => Outputs,
    };

    private static FrozenSet<string> Of(string kind, LogstashVersion version) =>
        Table.Value[kind].Where(plugin => plugin.Until is null || version < plugin.Until).Select(plugin => plugin.Name).ToFrozenSet(StringComparer.Ordinal);

    private static FrozenDictionary<string, (string Name, LogstashVersion? Until)[]> Read() =>
        CatalogueFile.Lines("plugins")
            .Select(line => line.Split(": "))
            .GroupBy(parts => parts[0], parts => parts[1].Split(' '), StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.SelectMany(names => names).Select(Entry).ToArray(), StringComparer.Ordinal);

    private static (string Name, LogstashVersion? Until) Entry(string text) =>
        text.Split('<') is [var name, var until] ? (name, LogstashVersion.Parse(until)) : (text, null);
}
