using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Settings;

/// <summary>Reads <c>logstash.yml</c> and <c>pipelines.yml</c>: nested and dotted keys mean the same, placeholders are replaced.</summary>
internal static class SettingsFile
{
    /// <summary>Reads <c>logstash.yml</c>; a missing file is an empty one.</summary>
    /// <exception cref="PipelineException">The file is no YAML mapping, or holds a setting that Logstash does not know.</exception>
    public static IReadOnlyDictionary<string, string> ReadLogstashYml(string path, Surroundings surroundings)
    {
        if (!File.Exists(path) || Load(path) is not { } root)
        {
            return new Dictionary<string, string>(StringComparer.Ordinal);
        }

        var settings = Flatten(root, "logstash.yml", surroundings);
        return settings.Keys.FirstOrDefault(name => !KnownSettings.InLogstashYml(name)) is { } unknown
            ? throw new PipelineException($"Setting \"{unknown}\" doesn't exist. Please check if you haven't made a typo.")
            : settings;
    }

    /// <summary>Reads <c>pipelines.yml</c>.</summary>
    /// <exception cref="PipelineException">The file is missing, empty or no list, or an entry holds what it may not.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> ReadPipelinesYml(string path, Surroundings surroundings)
    {
        if (!File.Exists(path))
        {
            throw new PipelineException($"pipelines.yml was not found at {path}, and neither path.config nor config.string is set.");
        }

        if (Load(path) is not YamlSequenceNode { Children.Count: > 0 } list)
        {
            throw new PipelineException("Pipelines YAML file is empty, or no list of pipelines. Path: " + path);
        }

        List<IReadOnlyDictionary<string, string>> pipelines = [.. list.Select(entry => Flatten(entry, "pipelines.yml", surroundings))];
        return pipelines.SelectMany(pipeline => pipeline.Keys).FirstOrDefault(name => !KnownSettings.InPipelinesYml(name)) is { } unknown
            ? throw new PipelineException($"Only pipeline related settings are expected in pipelines.yml. Received \"{unknown}\".")
            : pipelines;
    }

    private static YamlNode? Load(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var yaml = new YamlStream();
            yaml.Load(reader);
            return yaml.Documents is [{ RootNode: var root }, ..] && root is not YamlScalarNode { Value: null or "" } ? root : null;
        }
        catch (YamlException e)
        {
            throw new PipelineException($"{Path.GetFileName(path)} is no YAML: {e.Message}", e);
        }
    }

    private static Dictionary<string, string> Flatten(YamlNode node, string file, Surroundings surroundings)
    {
        if (node is not YamlMappingNode)
        {
            throw new PipelineException($"{file} must hold settings, as 'name: value'.");
        }

        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        Collect(node, "", settings, surroundings);
        return settings;
    }

    private static void Collect(YamlNode node, string name, Dictionary<string, string> settings, Surroundings surroundings)
    {
        switch (node)
        {
            case YamlMappingNode map:
                foreach (var (key, value) in map)
                {
                    Collect(value, name.Length == 0 ? $"{key}" : $"{name}.{key}", settings, surroundings);
                }

                break;
            case YamlSequenceNode list:
                settings[name] = string.Join(',', list.Select(item => Placeholders.ReplaceInSetting($"{item}", surroundings)));
                break;
            case YamlScalarNode { Value: { Length: > 0 } value }:
                settings[name] = Placeholders.ReplaceInSetting(value, surroundings);
                break;
        }
    }
}
