using System.Collections.Frozen;

namespace KafkaLogstash.Logstash.Checks;

/// <summary>
/// The plugins that a platform denies. A plugin is denied by its name (<c>ruby</c>), by section and name (<c>filter/ruby</c>, <c>inputs/exec</c>,
/// <c>codec/avro</c>) or by the name of its gem (<c>logstash-filter-ruby</c>); case does not matter. What does the same under another name is denied with it.
/// </summary>
internal sealed class PluginPolicy(IReadOnlySet<string> denied)
{
    /// <summary>Plugins that are, or run, another one: the alias in Logstash's registry, the Java twins, and the filter whose options are Ruby code.</summary>
    private static readonly FrozenDictionary<string, string> SameAs = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["input/elastic_agent"] = "beats",
        ["input/beats"] = "elastic_agent",
        ["input/java_generator"] = "generator",
        ["input/java_stdin"] = "stdin",
        ["filter/aggregate"] = "ruby",
        ["filter/java_uuid"] = "uuid",
        ["output/java_stdout"] = "stdout",
        ["codec/java_line"] = "line",
        ["codec/java_plain"] = "plain",
        ["codec/jdots"] = "dots",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly FrozenSet<string> _denied = denied.Select(entry => entry.Trim()).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The name that is denied: the plugin's own, or that of the plugin it equals; null where it is allowed.</summary>
    /// <param name="kind"><c>input</c>, <c>filter</c>, <c>output</c> or <c>codec</c>.</param>
    /// <param name="name">The plugin's name.</param>
    public string? Denial(string kind, string name)
    {
        if (_denied.Count == 0)
        {
            return null;
        }

        if (IsListed(kind, name))
        {
            return name;
        }

        return SameAs.TryGetValue($"{kind}/{name}", out var other) && IsListed(kind, other) ? other : null;
    }

    /// <summary>Whether some codec may be denied, so that one whose name stands in a variable can't be let through.</summary>
    public bool DeniesCodecs => _denied.Any(entry => !entry.Contains('/', StringComparison.Ordinal) || entry.StartsWith("codec", StringComparison.OrdinalIgnoreCase));

    private bool IsListed(string kind, string name) =>
        _denied.Contains(name) || _denied.Contains($"{kind}/{name}") || _denied.Contains($"{kind}s/{name}") || _denied.Contains($"logstash-{kind}-{name}");
}
