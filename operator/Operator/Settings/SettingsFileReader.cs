using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace KafkaLogstash.Operator.Settings;

/// <summary>Reads the settings file: YAML, one setting a key; a list stands for its elements separated by commas.</summary>
internal static class SettingsFileReader
{
    /// <summary>Reads it.</summary>
    /// <exception cref="SettingsException">The file can't be read, or names a setting that does not exist.</exception>
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"The settings file can't be read: {e.Message}");
        }

        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            var content = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object?>?>(text) ?? [];
            foreach (var (name, value) in content)
            {
                if (!SettingsTable.All.Any(setting => setting.Name == name))
                {
                    throw new SettingsException($"{path}: there is no setting '{name}'. There are: {string.Join(", ", SettingsTable.All.Select(setting => setting.Name))}.");
                }

                settings[name] = value is IEnumerable<object?> list ? string.Join(',', list) : value?.ToString() ?? "";
            }
        }
        catch (YamlException e)
        {
            throw new SettingsException($"{path}, line {e.Start.Line}: {e.Message}");
        }

        return settings;
    }
}
