using System.Collections.Frozen;
using System.Text.Json;

namespace KafkaLogstash.Logstash.Catalogue;

/// <summary>Which of the two kafka plugins.</summary>
public enum KafkaPluginKind
{
    /// <summary>Kafka to Logstash.</summary>
    Input,

    /// <summary>Logstash to Kafka.</summary>
    Output,
}

/// <summary>The options of the kafka input or output that a version of Logstash bundles.</summary>
public sealed class KafkaPluginCatalogue
{
    private static readonly Lazy<FrozenDictionary<KafkaPluginKind, Table>> Tables = new(ReadTables);

    private readonly Table _table;

    private KafkaPluginCatalogue(LogstashRelease release, KafkaPluginKind kind)
    {
        _table = Tables.Value[kind];
        Release = release;
        Kind = kind;
        Options = _table.OptionsOf(release.KafkaPlugin);
    }

    /// <summary>The release of Logstash.</summary>
    public LogstashRelease Release { get; }

    /// <summary>Which plugin.</summary>
    public KafkaPluginKind Kind { get; }

    /// <summary>The options that this plugin version accepts, by name.</summary>
    public IReadOnlyDictionary<string, OptionDescription> Options { get; }

    /// <summary>The catalogue for a version of Logstash.</summary>
    /// <param name="version">The version; a newer one than is known is taken for the nearest lower one, which <see cref="LogstashRelease.Assumption"/> says.</param>
    /// <param name="kind">Which plugin.</param>
    /// <returns>The catalogue.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The version is before <see cref="LogstashVersion.OldestSupported"/>.</exception>
    public static KafkaPluginCatalogue For(LogstashVersion version, KafkaPluginKind kind) =>
        new(
            LogstashRelease.Find(version)
                ?? throw new ArgumentOutOfRangeException(nameof(version), $"Logstash {version} is older than {LogstashVersion.OldestSupported}, the oldest that is supported."),
            kind);

    /// <summary>Checks the free options of a resource.</summary>
    /// <param name="options">Option names with their values as JSON.</param>
    /// <param name="path">The field they stand in, for example <c>spec.input.options</c>.</param>
    /// <param name="setByFields">Names of plugin options that fields of the resource set, such as <c>topics_pattern</c>, for rules over both.</param>
    /// <returns>What is wrong with them, in the order of the options.</returns>
    public IReadOnlyList<Finding> Check(IEnumerable<KeyValuePair<string, JsonElement>> options, string path, params IReadOnlyCollection<string> setByFields)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(setByFields);
        var given = options.ToList();
        var findings = given.SelectMany(option => CheckOne(option.Key, option.Value).Select(finding => finding with { Path = $"{path}.{option.Key}" })).ToList();
        var byName = given.GroupBy(option => option.Key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First().Value, StringComparer.Ordinal);
        findings.AddRange(Kind == KafkaPluginKind.Input ? KafkaOptionRules.ForInput(byName, setByFields, path) : KafkaOptionRules.ForOutput(byName, path, Release));
        return findings;
    }

    private IEnumerable<Finding> CheckOne(string name, JsonElement value)
    {
        if (!_table.Options.TryGetValue(name, out var option))
        {
            yield return Unknown(name);
            yield break;
        }

        switch (option.Owner)
        {
            case OptionOwner.Field:
                yield return new Finding(Severity.Error, "typed-field", $"`{name}` has a field of its own: set {option.Where} instead.");
                yield break;
            case OptionOwner.Security:
                yield return new Finding(Severity.Error, "security-option", $"`{name}` is set by the operator: use {option.Where}.");
                yield break;
            case OptionOwner.Operator:
                yield return new Finding(Severity.Error, "owned-option", $"`{name}` is set by the operator: {option.Where}.");
                yield break;
            case OptionOwner.Nobody:
                yield return new Finding(Severity.Warning, "no-effect", $"`{name}` has no effect: {option.Where}.");
                break;
            default:
                break;
        }

        if (!option.IsIn(Release.KafkaPlugin))
        {
            var newer = LogstashRelease.FirstWith(Release.Version, option.Since!) is { } first ? $"Logstash {first} or newer" : "a newer Logstash";
            yield return new Finding(
                Severity.Error,
                "not-in-version",
                $"`{name}` exists from version {option.Since} of the kafka plugin on; Logstash {Release.Version} has {Release.KafkaPlugin}. Use {newer}, or leave it out.");
        }
        else if (OptionValues.Problem(option, value) is { } problem)
        {
            yield return new Finding(Severity.Error, "wrong-type", $"`{name}` {problem}.");
        }
        else if (option.Type == OptionType.Password && !OptionValues.IsPlaceholder(value))
        {
            yield return new Finding(
                Severity.Error,
                "secret-in-plain-text",
                $"`{name}` is a password: put it into a Secret, hand it over with spec.logstash.env, and write its name as a placeholder, \"${{NAME}}\".");
        }
    }

    private Finding Unknown(string name)
    {
        var plugin = Kind == KafkaPluginKind.Input ? "input" : "output";
        if (_table.Gone.TryGetValue(name, out var instead))
        {
            return new Finding(Severity.Error, "removed-option", $"The kafka {plugin} has no option `{name}` any more; use {instead}.");
        }

        var other = Tables.Value[Kind == KafkaPluginKind.Input ? KafkaPluginKind.Output : KafkaPluginKind.Input];
        if (other.Options.ContainsKey(name))
        {
            return new Finding(Severity.Error, "unknown-option", $"`{name}` is an option of the kafka {(plugin == "input" ? "output" : "input")}, not of the kafka {plugin}.");
        }

        var underscored = name.Replace('.', '_').Replace('-', '_');
        var known = Options.Where(option => option.Value.Owner is OptionOwner.User or OptionOwner.Field).Select(option => option.Key);
        var hint = underscored != name && Options.ContainsKey(underscored) ? $"; did you mean `{underscored}`?" : NearestName.Hint(name, known);
        return new Finding(Severity.Error, "unknown-option", $"The kafka {plugin} of Logstash {Release.Version} has no option `{name}`{hint}");
    }

    private static FrozenDictionary<KafkaPluginKind, Table> ReadTables()
    {
        var kinds = new[] { KafkaPluginKind.Input, KafkaPluginKind.Output };
        var options = kinds.ToDictionary(kind => kind, _ => new Dictionary<string, OptionDescription>(StringComparer.Ordinal));
        var gone = kinds.ToDictionary(kind => kind, _ => new Dictionary<string, string>(StringComparer.Ordinal));
        var current = kinds;
        foreach (var line in CatalogueFile.Lines("kafka-options"))
        {
            if (line[0] == '[')
            {
                current = line switch
                {
                    "[input]" => [KafkaPluginKind.Input],
                    "[output]" => [KafkaPluginKind.Output],
                    _ => kinds,
                };
                continue;
            }

            var arrow = line.IndexOf(" -> ", StringComparison.Ordinal);
            foreach (var kind in current)
            {
                if (arrow > 0)
                {
                    gone[kind].Add(line[..arrow], line[(arrow + 4)..]);
                }
                else
                {
                    var option = OptionDescription.Parse(line);
                    options[kind].Add(option.Name, option);
                }
            }
        }

        return kinds.ToFrozenDictionary(kind => kind, kind => new Table(options[kind], gone[kind]));
    }

    private sealed class Table(IReadOnlyDictionary<string, OptionDescription> options, IReadOnlyDictionary<string, string> gone)
    {
        /// <summary>What plugin versions have, for each version that brought an option: few, and every connection asks for one.</summary>
        private readonly (Version From, FrozenDictionary<string, OptionDescription> Options)[] _byVersion =
        [
            .. options.Values.Select(option => option.Since).OfType<Version>().Append(new Version(0, 0)).Distinct().Order().Select(from =>
                (from, options.Where(option => option.Value.IsIn(from)).ToFrozenDictionary(StringComparer.Ordinal))),
        ];

        public IReadOnlyDictionary<string, OptionDescription> Options { get; } = options;

        public IReadOnlyDictionary<string, string> Gone { get; } = gone;

        public FrozenDictionary<string, OptionDescription> OptionsOf(Version plugin) => Array.FindLast(_byVersion, entry => entry.From <= plugin).Options;
    }
}
