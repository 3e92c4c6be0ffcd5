using KafkaLogstash.LocalCluster.LogstashStandIn.Settings;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Plugins;

/// <summary>
/// The options of one plugin block with placeholders replaced. Every reader names the option, so that what remains unread at the end is known to be no option
/// of the plugin (<see cref="RefuseOthers"/>).
/// </summary>
internal sealed class PluginSettings
{
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _read = new(StringComparer.Ordinal) { "id", "enable_metric" };
    private readonly Surroundings _surroundings;

    /// <summary>Reads a plugin block.</summary>
    /// <exception cref="PipelineException">A value can't be read, or names an undefined variable.</exception>
    public PluginSettings(PluginSyntax plugin, PipelineSettings pipeline, Surroundings surroundings)
    {
        _surroundings = surroundings;
        Name = plugin.Name.Text;
        Line = plugin.Span.Line;
        foreach (var attribute in plugin.Attributes)
        {
            Add(attribute.Name.Text, Read(attribute.Value, pipeline));
        }
    }

    /// <summary>The plugin's name.</summary>
    public string Name { get; }

    /// <summary>The line of the config on which it stands, from 1.</summary>
    public int Line { get; }

    /// <summary>The names of the options that are set.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>Whether an option is set.</summary>
    public bool Has(string name)
    {
        _read.Add(name);
        return _values.ContainsKey(name);
    }

    /// <summary>A text, or null where the option is not set.</summary>
    public string? Text(string name) => Has(name)
        ? _values[name] switch
        {
            string text => text,
            List<object> and [string only] => only,
            _ => throw Invalid(name, "a single text"),
        }
        : null;

    /// <summary>A text that must be there.</summary>
    public string Required(string name)
        => Text(name) ?? throw new PipelineException($"Missing a required setting for the {Name} plugin on line {Line}: {name}.");

    /// <summary>One of a few texts.</summary>
    public string Choice(string name, string fallback, params ReadOnlySpan<string> choices)
    {
        var text = Text(name) ?? fallback;
        return choices.Contains(text) ? text : throw Invalid(name, "one of " + string.Join(", ", choices.ToArray()));
    }

    /// <summary>A number.</summary>
    public double Number(string name, double fallback)
        => Text(name) is not { } text ? fallback : double.TryParse(text, out var number) ? number : throw Invalid(name, "a number");

    /// <summary>A whole number.</summary>
    public int Integer(string name, int fallback)
        => Text(name) is not { } text ? fallback : int.TryParse(text, out var number) ? number : throw Invalid(name, "a whole number");

    /// <summary>True or false.</summary>
    public bool Flag(string name, bool fallback) => Text(name) switch
    {
        null => fallback,
        "true" => true,
        "false" => false,
        _ => throw Invalid(name, "true or false"),
    };

    /// <summary>A list of texts; a single text is a list of one.</summary>
    public IReadOnlyList<string> Texts(string name) => !Has(name)
        ? []
        : _values[name] switch
        {
            string text => [text],
            List<object> list => [.. list.Select(item => item as string ?? throw Invalid(name, "a list of texts"))],
            _ => throw Invalid(name, "a list of texts"),
        };

    /// <summary>Pairs in the order of the config; a value that is a list gives a pair for each element.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs(string name) => !Has(name)
        ? []
        : _values[name] is Dictionary<string, object> map
            ? [.. map.SelectMany(entry => Single(name, entry.Value).Select(value => KeyValuePair.Create(entry.Key, value)))]
            : throw Invalid(name, "a hash");

    /// <summary>Where an existing file or directory lies on this machine, or null where the option is not set.</summary>
    public string? File(string name) => Text(name) is { } path ? Existing(name, path) : null;

    /// <summary>Where existing files lie on this machine.</summary>
    public IReadOnlyList<string> Files(string name) => [.. Texts(name).Select(path => Existing(name, path))];

    /// <summary>The codec, whose name may come with a block of options.</summary>
    public (string Name, PluginSettings? Settings) Codec(string fallback) => !Has("codec")
        ? (fallback, null)
        : _values["codec"] switch
        {
            string name => (name, null),
            PluginSettings block => (block.Name, block),
            _ => throw Invalid("codec", "a single codec"),
        };

    /// <summary>Marks options as known that the stand-in does not use.</summary>
    public void Accept(params IEnumerable<string> names) => _read.UnionWith(names);

    /// <summary>Refuses options that nobody asked for.</summary>
    /// <exception cref="PipelineException">There is one; the message is Logstash's own.</exception>
    public void RefuseOthers()
    {
        if (_values.Keys.FirstOrDefault(name => !_read.Contains(name)) is { } unknown)
        {
            throw new PipelineException(
                $"Unknown setting '{unknown}' for {Name} (line {Line}). Something is wrong with your configuration: the plugin has no such option.");
        }
    }

    private void Add(string name, object value)
    {
        if (!_values.TryGetValue(name, out var present))
        {
            _values[name] = value;
            return;
        }

        if (name == "codec")
        {
            throw new PipelineException($"The {Name} plugin on line {Line} has two codecs.");
        }

        switch (present, value)
        {
            case (Dictionary<string, object> map, Dictionary<string, object> more):
                foreach (var (key, item) in more)
                {
                    map[key] = item;
                }

                break;
            case (List<object> list, List<object> more):
                list.AddRange(more);
                break;
            case (List<object> list, _):
                list.Add(value);
                break;
            default:
                _values[name] = new List<object> { present, value };
                break;
        }
    }

    private object Read(ValueSyntax value, PipelineSettings pipeline) => value switch
    {
        StringSyntax text => Placeholders.ReplaceInOption(text.Value(pipeline.SupportEscapes), _surroundings),
        BarewordSyntax word => word.Text,
        NumberSyntax number => Number(number.Text),
        ArraySyntax array => array.Items.Select(item => Read(item, pipeline)).ToList(),
        HashSyntax hash => ReadHash(hash, pipeline),
        PluginValueSyntax plugin => new PluginSettings(plugin.Plugin, pipeline, _surroundings),
        _ => throw new PipelineException($"A value of the {Name} plugin on line {value.Span.Line} is none that an option can have."),
    };

    private Dictionary<string, object> ReadHash(HashSyntax hash, PipelineSettings pipeline)
    {
        var map = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var entry in hash.Entries)
        {
            var key = entry.Key switch
            {
                StringSyntax text => text.Value(pipeline.SupportEscapes),
                BarewordSyntax word => word.Text,
                NumberSyntax number => number.Text,
                _ => throw new PipelineException($"A key of a hash on line {entry.Span.Line} is neither text nor number."),
            };

            if (!map.TryAdd(key, Read(entry.Value, pipeline)))
            {
                throw new PipelineException($"Duplicate keys found in the hash of the {Name} plugin on line {entry.Span.Line}: {key}.");
            }
        }

        return map;
    }

    /// <summary>A leading zero makes a whole number octal.</summary>
    private string Number(string text)
    {
        var digits = text.TrimStart('-');
        if (digits.Length < 2 || digits[0] != '0' || digits.Contains('.', StringComparison.Ordinal))
        {
            return text;
        }

        return digits.AsSpan().ContainsAnyExceptInRange('0', '7')
            ? throw new PipelineException($"The number {text} of the {Name} plugin on line {Line} has a leading zero and is no octal number.")
            : (text[0] == '-' ? "-" : "") + Convert.ToInt64(digits, 8);
    }

    private IEnumerable<string> Single(string name, object value) => value switch
    {
        string text => [text],
        List<object> list => list.SelectMany(item => Single(name, item)),
        _ => throw Invalid(name, "a hash of texts"),
    };

    private string Existing(string name, string path)
    {
        var located = _surroundings.Locate(path);
        return System.IO.File.Exists(located) || Directory.Exists(located)
            ? located
            : throw new PipelineException(
                $"Invalid setting for the {Name} plugin on line {Line}: {name} => \"{path}\". File does not exist or cannot be opened: {path}.");
    }

    /// <summary>Says what the option must be, never what it is: it may be a secret.</summary>
    private PipelineException Invalid(string name, string expected)
        => new($"Invalid setting for the {Name} plugin on line {Line}: {name} must be {expected}.");
}
