namespace KafkaLogstash.LocalCluster.LogstashStandIn.Settings;

/// <summary>The settings of the whole process: command line over <c>logstash.yml</c> over Logstash's defaults.</summary>
internal sealed class NodeSettings
{
    private readonly IReadOnlyDictionary<string, string> _values;

    private NodeSettings(IReadOnlyDictionary<string, string> values, Surroundings surroundings)
    {
        _values = values;
        Surroundings = surroundings;
        ReloadInterval = Durations.Parse("config.reload.interval", Value("config.reload.interval", "3s"));
        ReloadAutomatically = Flag("config.reload.automatic");
        ApiPorts = Ports(Value("api.http.port", "9600-9700"));
        if (Flag("ssl.reload.automatic") && !ReloadAutomatically)
        {
            throw new PipelineException("ssl.reload.automatic needs config.reload.automatic.");
        }
    }

    /// <summary>What surrounds the process.</summary>
    public Surroundings Surroundings { get; }

    /// <summary>The directory of <c>logstash.yml</c> and <c>pipelines.yml</c> on this machine.</summary>
    public required string Directory { get; init; }

    /// <summary>The node's name.</summary>
    public string NodeName => Value("node.name", Surroundings.Value("HOSTNAME") ?? Environment.MachineName);

    /// <summary>Whether changed pipelines are taken over while running.</summary>
    public bool ReloadAutomatically { get; }

    /// <summary>How often the pipelines' sources are read again.</summary>
    public TimeSpan ReloadInterval { get; }

    /// <summary>Whether the pipelines are only checked.</summary>
    public bool TestAndExit => Flag("config.test_and_exit");

    /// <summary>Whether the node API is served.</summary>
    public bool ApiEnabled => Value("api.enabled", "true") == "true";

    /// <summary>The node API's host as set.</summary>
    public string ApiHost => Value("api.http.host", "127.0.0.1");

    /// <summary>The node API's ports, of which the first free one is taken.</summary>
    public (int First, int Last) ApiPorts { get; }

    /// <summary>Whether log lines are JSON.</summary>
    public bool LogAsJson => Value("log.format", "plain") == "json";

    /// <summary>The user name and password that the node API asks for; null where it asks for none.</summary>
    public (string User, string Password)? ApiCredentials => Value("api.auth.type", "none") == "basic"
        ? (Value("api.auth.basic.username", ""), Value("api.auth.basic.password", ""))
        : null;

    /// <summary>Every setting that was given, which pipelines inherit.</summary>
    public IReadOnlyDictionary<string, string> Given => _values;

    /// <summary>Reads the settings that the arguments name and point to.</summary>
    /// <exception cref="PipelineException">They can't be used; the message names the setting.</exception>
    public static NodeSettings Read(IReadOnlyList<string> arguments, Surroundings surroundings)
    {
        var fromArguments = CommandLine.Parse(arguments);
        var directory = surroundings.Locate(
            fromArguments.GetValueOrDefault("path.settings") ?? surroundings.Value("LS_SETTINGS_DIR") ?? "/usr/share/logstash/config");
        var fromFile = SettingsFile.ReadLogstashYml(Path.Join(directory, "logstash.yml"), surroundings);
        var merged = new Dictionary<string, string>(fromFile, StringComparer.Ordinal);
        foreach (var (name, value) in fromArguments)
        {
            merged[name] = value;
        }

        return new NodeSettings(merged, surroundings) { Directory = directory };
    }

    private string Value(string name, string fallback) => _values.GetValueOrDefault(name) ?? fallback;

    private bool Flag(string name) => Value(name, "false") switch
    {
        "true" => true,
        "false" => false,
        var other => throw new PipelineException($"Setting '{name}': '{other}' is neither true nor false."),
    };

    private static (int First, int Last) Ports(string text)
    {
        var range = text.Split('-');
        return int.TryParse(range[0], out var first) && int.TryParse(range[^1], out var last) && range.Length <= 2 && first <= last
            ? (first, last)
            : throw new PipelineException($"Setting 'api.http.port': '{text}' is no port and no range of ports, for example 9600-9700.");
    }
}
