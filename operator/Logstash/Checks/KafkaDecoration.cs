using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Logstash.Checks;

/// <summary>How much a pipeline's kafka inputs add to <c>[@metadata][kafka]</c>.</summary>
internal static class KafkaDecoration
{
    private static readonly string[] Levels = ["none", "basic", "extended"];

    /// <summary>The most that any kafka input adds.</summary>
    /// <param name="generated">What the generated input adds; null where there is none.</param>
    /// <param name="sources">The config, which may hold kafka inputs of the user's own.</param>
    /// <returns><c>none</c>, <c>basic</c> or <c>extended</c>; null where there is no kafka input, or it can't be told.</returns>
    public static string? Most(string? generated, IEnumerable<ConfigSource> sources)
    {
        var walker = new Walker();
        foreach (var source in sources)
        {
            walker.Walk(source);
        }

        var levels = walker.Found.Append(generated).OfType<string>().Select(level => Array.IndexOf(Levels, level)).ToList();
        return levels.Count == 0 || levels.Contains(-1) ? null : Levels[levels.Max()];
    }

    private sealed class Walker : SyntaxWalker
    {
        public List<string> Found { get; } = [];

        protected override void VisitItemPlugin(PluginSyntax plugin)
        {
            if (Section == SectionKind.Input && plugin.Name.Text == "kafka")
            {
                Found.Add(plugin.Attributes.LastOrDefault(attribute => attribute.Name.Text == "decorate_events")?.Value switch
                {
                    null or BarewordSyntax { Text: "false" } or StringSyntax { Text: "false" } => "none",
                    BarewordSyntax { Text: "true" } or StringSyntax { Text: "true" } => "basic",
                    BarewordSyntax word => word.Text,
                    StringSyntax text => text.Text,
                    _ => "",
                });
            }
        }
    }
}
