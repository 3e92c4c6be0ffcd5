using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Logstash.Checks;

/// <summary>Tells whether Logstash can replace a running pipeline by a new text without a restart (<c>config.reload.automatic</c>).</summary>
public static class Reloading
{
    /// <summary>Finds the plugin that keeps Logstash from reloading a pipeline: those whose class says <c>reloadable? =&gt; false</c>.</summary>
    /// <param name="document">The pipeline.</param>
    /// <returns>The plugin's name, or null where the pipeline can be reloaded.</returns>
    public static string? Obstacle(ConfigDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var walker = new Walker();
        walker.Walk(document);
        return walker.Obstacle;
    }

    private sealed class Walker : SyntaxWalker
    {
        public string? Obstacle { get; private set; }

        protected override void VisitItemPlugin(PluginSyntax plugin)
        {
            if (Section == SectionKind.Input && plugin.Name.Text is "stdin" or "java_stdin")
            {
                Obstacle ??= plugin.Name.Text;
            }
        }
    }
}
