using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Logstash.Writing;

/// <summary>
/// Builds the text of a config, with comments, from values of a program and from bodies that users wrote.
/// Nothing that is put in can leave its place; what can't be written is refused.
/// </summary>
public sealed class ConfigBuilder
{
    private readonly SyntaxEmitter _emitter = new();
    private readonly bool _supportEscapes;
    private readonly List<int> _itemCounts = [];

    /// <summary>Starts an empty config.</summary>
    /// <param name="supportEscapes">Whether the pipeline runs with <c>config.support_escapes: true</c>.</param>
    public ConfigBuilder(bool supportEscapes = false) => _supportEscapes = supportEscapes;

    /// <summary>Adds a comment of one line.</summary>
    /// <param name="text">The comment without <c>#</c>; line ends in it become blanks.</param>
    /// <returns>This builder.</returns>
    public ConfigBuilder Comment(string text)
    {
        WriteComment(_emitter, text);
        return this;
    }

    /// <summary>Adds a section.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="fill">Fills it.</param>
    /// <returns>This builder.</returns>
    public ConfigBuilder Section(SectionKind kind, Action<ItemsBuilder> fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        _emitter.Line($"{kind.Keyword()} {{");
        _emitter.Enter(kind.Keyword());
        var items = new ItemsBuilder(_emitter, _supportEscapes);
        items.Fill(fill);
        _itemCounts.Add(items.Count);
        _emitter.Leave();
        _emitter.Line("}");
        return this;
    }

    /// <summary>The text so far, of which nothing is proven yet: for a digest over what is to be built.</summary>
    public string Draft => _emitter.Text.ToString();

    /// <summary>Ends the config.</summary>
    /// <returns>The text, which Logstash accepts, or the refusals.</returns>
    public WriteResult Build()
    {
        if (_emitter.Refusals.Count > 0)
        {
            return new WriteResult(null, [.. _emitter.Refusals]);
        }

        var text = _emitter.Text.ToString();
        var read = LogstashConfig.Parse(text);
        return read.Succeeded && read.Document.Sections.Select(section => section.Items.Count).SequenceEqual(_itemCounts)
            ? new WriteResult(text, [])
            : new WriteResult(null, [ConfigWriter.Differently("")]);
    }

    internal static void WriteComment(SyntaxEmitter emitter, string text) =>
        emitter.Line(text.Length == 0 ? "#" : $"# {text.ReplaceLineEndings(" ").Replace('\r', ' ').Replace('\n', ' ')}");
}

/// <summary>Adds plugins, branches and bodies to a section or a block.</summary>
public sealed class ItemsBuilder
{
    private readonly SyntaxEmitter _emitter;
    private readonly bool _supportEscapes;

    internal ItemsBuilder(SyntaxEmitter emitter, bool supportEscapes)
    {
        _emitter = emitter;
        _supportEscapes = supportEscapes;
    }

    internal int Count { get; private set; }

    /// <summary>Adds a comment of one line.</summary>
    /// <param name="text">The comment without <c>#</c>; line ends in it become blanks.</param>
    /// <returns>This builder.</returns>
    public ItemsBuilder Comment(string text)
    {
        ConfigBuilder.WriteComment(_emitter, text);
        return this;
    }

    /// <summary>Adds a plugin.</summary>
    /// <param name="name">Its name: letters, digits, <c>_</c> and <c>-</c>.</param>
    /// <param name="fill">Adds its attributes.</param>
    /// <returns>This builder.</returns>
    public ItemsBuilder Plugin(string name, Action<PluginBuilder> fill)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(fill);
        Count++;
        _emitter.Enter(name);
        if (!Tokens.IsName(name))
        {
            _emitter.Refuse(RefusalReason.InvalidToken, "The name of a plugin is letters, digits, `_` and `-`.");
        }

        _emitter.Line($"{name} {{");
        var plugin = new PluginBuilder(_emitter, _supportEscapes);
        fill(plugin);
        plugin.Write();
        _emitter.Line("}");
        _emitter.Leave();
        return this;
    }

    /// <summary>Adds a branch with one condition.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="fill">Fills the block.</param>
    /// <returns>This builder.</returns>
    public ItemsBuilder If(ConditionSyntax condition, Action<ItemsBuilder> fill)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(fill);
        Count++;
        _emitter.Enter("if");
        _emitter.StartLine();
        _emitter.Text.Append("if ");
        _emitter.Condition(condition);
        _emitter.Text.Append(" {\n");
        new ItemsBuilder(_emitter, _supportEscapes).Fill(fill);
        _emitter.Line("}");
        _emitter.Leave();
        return this;
    }

    /// <summary>
    /// Inserts what a user wrote for a section, character by character. It must be a whole body by itself, so it can't close what it did not open.
    /// </summary>
    /// <param name="kind">The section for which it was written.</param>
    /// <param name="label">Where it comes from, for example <c>spec.pipeline.filter</c>: the comment above it, and the path in refusals.</param>
    /// <param name="text">The body. Nothing is added where it is blank.</param>
    /// <returns>This builder.</returns>
    public ItemsBuilder Body(SectionKind kind, string label, string text)
    {
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(text);
        if (string.IsNullOrWhiteSpace(text))
        {
            return this;
        }

        var body = LogstashConfig.ParseBody(kind, text);
        if (body.Succeeded)
        {
            Count += body.Document.Sections[0].Items.Count;
            Comment(label);
            _emitter.Text.Append(text).Append(text.EndsWith('\n') ? "" : "\n");
        }
        else
        {
            _emitter.Enter(label);
            _emitter.Refuse(RefusalReason.InvalidBody, $"{label}: {body.Errors[0]}", body.Errors);
            _emitter.Leave();
        }

        return this;
    }

    internal void Fill(Action<ItemsBuilder> fill)
    {
        _emitter.Indent++;
        fill(this);
        _emitter.Indent--;
    }
}

/// <summary>Adds attributes to a plugin.</summary>
public sealed class PluginBuilder
{
    private readonly SyntaxEmitter _emitter;
    private readonly bool _supportEscapes;
    private readonly List<(string? Comment, AttributeSyntax? Attribute)> _lines = [];

    internal PluginBuilder(SyntaxEmitter emitter, bool supportEscapes)
    {
        _emitter = emitter;
        _supportEscapes = supportEscapes;
    }

    /// <summary>Adds a comment of one line.</summary>
    /// <param name="text">The comment without <c>#</c>; line ends in it become blanks.</param>
    /// <returns>This builder.</returns>
    public PluginBuilder Comment(string text)
    {
        _lines.Add((text, null));
        return this;
    }

    /// <summary>Adds an attribute.</summary>
    /// <param name="name">Its name: letters, digits, <c>_</c> and <c>-</c>.</param>
    /// <param name="value">Its value.</param>
    /// <returns>This builder.</returns>
    public PluginBuilder Attribute(string name, ConfigValue value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        _emitter.Enter(name);
        if (value.ToSyntax(_emitter, _supportEscapes) is { } node)
        {
            _lines.Add((null, new AttributeSyntax(new NameSyntax(name), node)));
        }

        _emitter.Leave();
        return this;
    }

    internal void Write()
    {
        var width = _lines.Max(line => line.Attribute is { } attribute ? SyntaxEmitter.Width(attribute.Name) : (int?)0) ?? 0;
        _emitter.Indent++;
        foreach (var (comment, attribute) in _lines)
        {
            if (attribute is null)
            {
                ConfigBuilder.WriteComment(_emitter, comment ?? "");
                continue;
            }

            _emitter.StartLine();
            _emitter.Attribute(attribute, width);
            _emitter.Text.Append('\n');
        }

        _emitter.Indent--;
    }
}
