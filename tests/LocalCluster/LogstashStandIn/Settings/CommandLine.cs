namespace KafkaLogstash.LocalCluster.LogstashStandIn.Settings;

/// <summary>Reads the arguments of <c>bin/logstash</c>: short flags and any setting as <c>--name value</c> or <c>--name=value</c>.</summary>
internal static class CommandLine
{
    private static readonly Dictionary<string, string> Short = new(StringComparer.Ordinal)
    {
        ["-n"] = "node.name",
        ["-f"] = "path.config",
        ["-e"] = "config.string",
        ["-w"] = "pipeline.workers",
        ["-b"] = "pipeline.batch.size",
        ["-u"] = "pipeline.batch.delay",
        ["-l"] = "path.logs",
        ["-t"] = "config.test_and_exit",
        ["-r"] = "config.reload.automatic",
    };

    private static readonly HashSet<string> Flags = new(StringComparer.Ordinal)
    {
        "config.test_and_exit", "config.reload.automatic", "config.debug", "pipeline.unsafe_shutdown", "allow_superuser",
    };

    /// <summary>The settings that the arguments name.</summary>
    /// <exception cref="PipelineException">An argument is no setting of Logstash's, or lacks its value.</exception>
    public static IReadOnlyDictionary<string, string> Parse(IReadOnlyList<string> arguments)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var index = 0; index < arguments.Count; index++)
        {
            var (name, value) = Split(arguments[index]);
            if (!KnownSettings.InLogstashYml(name))
            {
                throw new PipelineException($"Unrecognised option '{arguments[index]}'.");
            }

            if (value is null && Flags.Contains(name))
            {
                value = "true";
            }
            else if (value is null)
            {
                index++;
                value = index < arguments.Count ? arguments[index] : throw new PipelineException($"Option '{arguments[index - 1]}' needs a value.");
            }

            settings[name] = value;
        }

        return settings;
    }

    private static (string Name, string? Value) Split(string argument)
    {
        if (Short.TryGetValue(argument, out var setting))
        {
            return (setting, null);
        }

        if (!argument.StartsWith("--", StringComparison.Ordinal))
        {
            throw new PipelineException($"Unrecognised argument '{argument}'.");
        }

        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument[2..], null) : (argument[2..equals], argument[(equals + 1)..]);
    }
}
