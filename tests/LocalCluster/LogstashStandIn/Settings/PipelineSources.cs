using System.IO.Enumeration;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Settings;

/// <summary>Finds the pipelines: <c>config.string</c>, <c>path.config</c>, or the entries of <c>pipelines.yml</c>.</summary>
internal static class PipelineSources
{
    /// <summary>Reads all pipelines as they are now.</summary>
    /// <exception cref="PipelineException">The sources can't be read, or there is none.</exception>
    public static IReadOnlyList<PipelineSettings> Read(NodeSettings node)
    {
        var single = node.Given.ContainsKey("path.config") || node.Given.ContainsKey("config.string");
        IReadOnlyList<IReadOnlyDictionary<string, string>> entries = single
            ? [new Dictionary<string, string>(StringComparer.Ordinal)]
            : SettingsFile.ReadPipelinesYml(Path.Join(node.Directory, "pipelines.yml"), node.Surroundings);

        List<PipelineSettings> pipelines = [.. entries.Select(entry => Read(Inherit(node.Given, entry), node.Surroundings))];
        return pipelines.CountBy(pipeline => pipeline.Id).FirstOrDefault(count => count.Value > 1) is { Key: { } twice }
            ? throw new PipelineException($"Pipelines YAML file has several pipelines with the id '{twice}'.")
            : pipelines;
    }

    private static Dictionary<string, string> Inherit(IReadOnlyDictionary<string, string> node, IReadOnlyDictionary<string, string> entry)
    {
        var settings = node.Where(setting => KnownSettings.InPipelinesYml(setting.Key)).ToDictionary(StringComparer.Ordinal);
        foreach (var (name, value) in entry)
        {
            settings[name] = value;
        }

        return settings;
    }

    private static PipelineSettings Read(Dictionary<string, string> settings, Surroundings surroundings)
    {
        var id = settings.GetValueOrDefault("pipeline.id") ?? "main";
        if (settings.TryGetValue("config.string", out var text))
        {
            return PipelineSettings.Of(settings, text);
        }

        if (!settings.TryGetValue("path.config", out var path))
        {
            throw new PipelineException($"Pipeline '{id}' has neither path.config nor config.string.");
        }

        var files = Find(surroundings.Locate(path));
        return files.Count == 0
            ? throw new PipelineException($"No config files found in path {path} for pipeline '{id}'.")
            : PipelineSettings.Of(settings, string.Join('\n', files.Select(File.ReadAllText)));
    }

    /// <summary>The files of a file's, directory's or wildcard's path, sorted, without hidden files and editors' copies.</summary>
    private static List<string> Find(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        var (directory, pattern) = Directory.Exists(path) ? (path, "*") : (Path.GetDirectoryName(path) ?? "", Path.GetFileName(path));
        if (!Directory.Exists(directory))
        {
            return [];
        }

        return
        [
            .. Directory.EnumerateFiles(directory)
                .Where(file => Path.GetFileName(file) is var name
                    && !name.StartsWith('.')
                    && !name.EndsWith('~')
                    && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))
                .Order(StringComparer.Ordinal),
        ];
    }
}
