using System.Collections.Frozen;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Logstash.Catalogue;

/// <summary>The plugins that come with the official Logstash images.</summary>
public sealed class PluginNames
{
    /// <summary>The names for each version that lost a plugin: few, and every pipeline asks for one.</summary>
    private static readonly Lazy<(LogstashVersion From, PluginNames Names)[]> ByVersion = new(Read);

    private PluginNames(FrozenDictionary<string, (string Name, LogstashVersion? Until)[]> table, LogstashVersion version)
    {
        Inputs = Of("input");
        Filters = Of("filter");
        Outputs = Of("output");
        Codecs = Of("codec");

        FrozenSet<string> Of(string kind) =>
            table[kind].Where(plugin => plugin.Until is null || version < plugin.Until).Select(plugin => plugin.Name).ToFrozenSet(StringComparer.Ordinal);
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
    public static PluginNames For(LogstashVersion version) => Array.FindLast(ByVersion.Value, entry => entry.From <= version).Names;

    /// <summary>The names that can stand in a section.</summary>
    /// <param name="section">The section.</param>
    /// <returns>The names.</returns>
    public IReadOnlySet<string> In(SectionKind section) => section switch
    {
        SectionKind.Input => Inputs,
        SectionKind.Filter => Filters,
        _ => Outputs,
    };

    private static (LogstashVersion From, PluginNames Names)[] Read()
    {
        var table = CatalogueFile.Lines("plugins")
            .Select(line => line.Split(": "))
            .GroupBy(parts => parts[0], parts => parts[1].Split(' '), StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.SelectMany(names => names).Select(Entry).ToArray(), StringComparer.Ordinal);
        return
        [
            .. table.Values.SelectMany(plugins => plugins).Select(plugin => plugin.Until).OfType<LogstashVersion>().Append(default).Distinct().Order()
                .Select(from => (from, new PluginNames(table, from))),
        ];
    }

    private static (string Name, LogstashVersion? Until) Entry(string text) =>
        text.Split('<') is [var name, var until] ? (name, LogstashVersion.Parse(until)) : (text, null);
}
