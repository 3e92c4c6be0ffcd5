using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using KafkaLogstash.Logstash.Catalogue;
using KafkaLogstash.Logstash.Writing;

namespace KafkaLogstash.Logstash.Settings;

/// <summary>What surrounds the settings of a resource.</summary>
/// <param name="Version">The version of Logstash.</param>
public sealed record SettingsContext(LogstashVersion Version)
{
    /// <summary>Whether the image is an <c>-oss</c> one, which does not know <c>xpack.*</c>.</summary>
    public bool IsOssImage { get; init; }

    /// <summary>Names of settings that the platform does not allow.</summary>
    public IReadOnlySet<string> Denied { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Names of all environment variables that the pod will have; null if they can't be told.</summary>
    public IReadOnlySet<string>? DefinedEnvironment { get; init; }
}

/// <summary>Knows the settings of <c>logstash.yml</c>: their types, who sets them, and which environment variables the image's entry point turns into them.</summary>
public static class LogstashSettings
{
    private static readonly Lazy<FrozenDictionary<string, Setting>> Known =
        new(() => CatalogueFile.Lines("logstash-settings").Select(Setting.Parse).ToFrozenDictionary(setting => setting.Name, StringComparer.Ordinal));

    private static readonly Lazy<FrozenDictionary<string, string>> FromEnvironment =
        new(() => Known.Value.Values.Where(setting => setting.FromEnvironment).ToFrozenDictionary(setting => Normalized(setting.Name), setting => setting.Name, StringComparer.Ordinal));

    /// <summary>Checks the free settings of a resource. Nested objects count as names joined by dots, as they do in <c>logstash.yml</c>.</summary>
    /// <param name="settings">Names with their values.</param>
    /// <param name="context">What surrounds them.</param>
    /// <param name="path">The field they stand in, for example <c>spec.logstash.config</c>.</param>
    /// <returns>What is wrong with them, in their order.</returns>
    public static IReadOnlyList<Finding> Check(IEnumerable<KeyValuePair<string, JsonElement>> settings, SettingsContext context, string path)
    {
        ArgumentNullException.ThrowIfNull(context);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return
        [
            .. Flatten(settings).SelectMany(setting => (seen.Add(setting.Key) ? CheckOne(setting.Key, setting.Value, context) : [Twice(setting.Key)])
                .Select(finding => finding with { Path = $"{path}[{setting.Key}]" })),
        ];
    }

    /// <summary>Turns nested objects into names joined by dots.</summary>
    /// <param name="settings">Names with their values.</param>
    /// <returns>The flat settings, in their order.</returns>
    public static IEnumerable<KeyValuePair<string, JsonElement>> Flatten(IEnumerable<KeyValuePair<string, JsonElement>> settings) =>
        settings.SelectMany(setting => setting.Value.ValueKind == JsonValueKind.Object
            ? Flatten(setting.Value.EnumerateObject().Select(entry => KeyValuePair.Create($"{setting.Key}.{entry.Name}", entry.Value)))
            : [setting]);

    /// <summary>
    /// The setting that the image's own entry point writes into <c>logstash.yml</c> when it sees an environment variable of this name: it leaves out dots
    /// and underscores, and case, so that <c>NODE_NAME</c> is <c>node.name</c>.
    /// </summary>
    /// <param name="variable">The variable's name.</param>
    /// <returns>The setting's name, or null.</returns>
    public static string? SettingOf(string variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return FromEnvironment.Value.GetValueOrDefault(Normalized(variable));
    }

    /// <summary>Checks the names of environment variables that a user adds to the pod.</summary>
    /// <param name="variables">The names.</param>
    /// <param name="path">The field they stand in, for example <c>spec.logstash.env</c>.</param>
    /// <returns>Errors for what would keep Logstash from starting, warnings for what has no effect.</returns>
    public static IReadOnlyList<Finding> CheckEnvironment(IEnumerable<string> variables, string path) =>
        [.. variables.SelectMany(CheckVariable).Select(finding => finding with { Path = path })];

    private static IEnumerable<Finding> CheckVariable(string variable)
    {
        if (variable is "LS_SETTINGS_DIR")
        {
            yield return new Finding(Severity.Error, "owned-environment", "`LS_SETTINGS_DIR` can't be set: Logstash looks there for its jvm.options, and gets its settings from the operator.");
        }
        else if (variable is "JAVA_OPTS" or "JAVA_TOOL_OPTIONS")
        {
            yield return new Finding(Severity.Warning, "ignored-environment", $"Logstash ignores `{variable}`; use `LS_JAVA_OPTS`.");
        }
        else if (SettingOf(variable) is { } name)
        {
            var setting = Known.Value[name];
            var advice = setting.Owner == "-" ? $"set `{name}` under spec.logstash.config" : OwnerSentence(setting);
            yield return new Finding(
                Severity.Warning,
                "environment-is-no-setting",
                $"`{variable}` does not change the setting `{name}`, as it does with the image's own entry point, which is not used here; if that is meant: {advice}.");
        }
    }

    private static IEnumerable<Finding> CheckOne(string name, JsonElement value, SettingsContext context)
    {
        if (context.Denied.Contains(name))
        {
            yield return new Finding(Severity.Error, "denied-setting", $"The setting `{name}` is not allowed on this platform.");
            yield break;
        }

        if (!Known.Value.TryGetValue(name, out var setting))
        {
            var commercial = name.StartsWith("xpack.", StringComparison.Ordinal) && !context.IsOssImage;
            yield return new Finding(
                commercial ? Severity.Warning : Severity.Error,
                "unknown-setting",
                $"Logstash {context.Version} has no setting `{name}`, and does not start with one it does not know{NearestName.Hint(name, Known.Value.Keys)}");
            yield break;
        }

        if (setting.Owner != "-")
        {
            yield return new Finding(Severity.Error, "owned-setting", $"`{name}`: {OwnerSentence(setting)}.");
        }
        else if (setting.Since is { } since && context.Version < since)
        {
            yield return new Finding(Severity.Error, "not-in-version", $"The setting `{name}` exists from Logstash {since} on, not in {context.Version}; Logstash would not start.");
        }
        else if (context.IsOssImage && name.StartsWith("xpack.", StringComparison.Ordinal))
        {
            yield return new Finding(Severity.Error, "not-in-image", $"The -oss image does not know `{name}` and would not start; leave it out, or use the standard image.");
        }
        else if (setting.Until is { } until && context.Version >= until)
        {
            yield return new Finding(Severity.Error, "not-in-version", $"The setting `{name}` no longer exists from Logstash {until} on; {context.Version} would not start with it. Leave it out.");
        }
        else if (Problem(setting, value) is { } problem)
        {
            yield return new Finding(Severity.Error, "wrong-type", $"The setting `{name}` {problem}.");
        }
        else
        {
            foreach (var finding in Undefined(name, value, context))
            {
                yield return finding;
            }
        }
    }

    private static Finding Twice(string name) =>
        new(Severity.Error, "duplicate-setting", $"The setting `{name}` stands here twice, with dots and nested; only one of them can count, so leave the other out.");

    private static IEnumerable<Finding> Undefined(string name, JsonElement value, SettingsContext context)
    {
        var texts = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : Enumerable.Repeat(value, 1);
        return texts.Where(text => text.ValueKind == JsonValueKind.String)
            .SelectMany(text => Placeholder.Find(text.GetString()!))
            .Where(placeholder => !placeholder.HasDefault && context.DefinedEnvironment?.Contains(placeholder.Name) == false)
            .Select(placeholder => new Finding(
                Severity.Warning,
                "undefined-variable",
                $"Nothing here defines the environment variable `{placeholder.Name}` in `{name}`, and without it Logstash does not start; add it, or give it a default: `${{{placeholder.Name}:…}}`."));
    }

    private static string OwnerSentence(Setting setting) =>
        setting.Owner == "field" ? $"set {setting.Where} instead" : $"this setting is the operator's: {setting.Where}";

    private static string? Problem(Setting setting, JsonElement value)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null,
        };
        if (setting.Type == "list")
        {
            return text is not null || value.ValueKind == JsonValueKind.Array ? null : "must be a list or a string";
        }

        if (text is null)
        {
            return "must be a single value";
        }

        if (Quoting.HasPlaceholder(text))
        {
            return setting.Type == "literal" ? "must be true or false itself, not a variable: the operator writes the pipeline accordingly" : null;
        }

        return setting.Type switch
        {
            "boolean" or "literal" => text is "true" or "false" ? null : "must be true or false",
            "number" => IsInteger(text, out _) ? null : "must be a whole number",
            "positive" => IsInteger(text, out var number) && number > 0 ? null : "must be a whole number above 0",
            "bytes" => ByteSize.TryParseLogstash(text, out _) ? null : "must be a size such as 64mb or 1gb",
            "time" => (value.ValueKind == JsonValueKind.String && IsTime(text)) || text == "-1" ? null : "must be a whole number with a unit, such as 3s or 500ms",
            "enum" => setting.Choices.Contains(text, StringComparer.Ordinal) ? null : $"must be one of {string.Join(", ", setting.Choices)}",
            _ => null,
        };
    }

    private static bool IsInteger(string text, out long number) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    private static bool IsTime(string text)
    {
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return digits > 0 && text.AsSpan(digits).Trim() is "nanos" or "micros" or "ms" or "s" or "m" or "h" or "d";
    }

    private static string Normalized(string name) =>
        new([.. name.Where(c => c is not ('.' or '_')).Select(char.ToLowerInvariant)]);

    private sealed record Setting(string Name, string Type, string[] Choices, bool FromEnvironment, LogstashVersion? Since, LogstashVersion? Until, string Owner, string Where)
    {
        public static Setting Parse(string line)
        {
            var columns = CatalogueFile.Columns(line);
            var type = columns[1].Split(' ');
            var blank = columns[4].IndexOf(' ', StringComparison.Ordinal);
            return new Setting(
                columns[0],
                type[0],
                type[1..],
                columns[2] == "E",
                columns[3] == "-" || columns[3][0] == '<' ? null : LogstashVersion.Parse(columns[3]),
                columns[3][0] == '<' ? LogstashVersion.Parse(columns[3][1..]) : null,
                blank < 0 ? columns[4] : columns[4][..blank],
                blank < 0 ? "" : columns[4][(blank + 1)..]);
        }
    }
}
