using System.Collections.Frozen;
using System.Reflection;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Checks;
using KafkaLogstash.Logstash.Syntax;
using KafkaLogstash.Logstash.Writing;

namespace KafkaLogstash.Fuzz;

/// <summary>What the config language promises for every text.</summary>
internal sealed class ConfigPromises
{
    /// <summary>A tree, and what was tried on the way to it, each at most so large.</summary>
    private const long BytesPerCharacter = 600;

    /// <summary>Twenty errors with their caret lines.</summary>
    private const long BytesAtLeast = 64 * 1024;

    private static readonly PipelineContext[] Contexts =
    [
        new PipelineContext(),
        new PipelineContext { Version = LogstashVersion.Parse("8.19.0"), DecorateEvents = "none", DefinedEnvironment = FrozenSet<string>.Empty },
        new PipelineContext { Version = LogstashVersion.Parse("9.5.2"), DecorateEvents = "basic", DeniedPlugins = FrozenSet.Create("ruby", "filter/drop", "codec/json") },
    ];

    private static readonly Dictionary<Type, PropertyInfo[]> ChildProperties = [];

    /// <summary>How many texts were configs.</summary>
    public int Accepted { get; private set; }

    /// <summary>The most that parsing has allocated, over texts of 1000 characters or more.</summary>
    public double MostBytesPerCharacter { get; private set; }

    /// <summary>Says which promise a text breaks.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The promise in words; null where all are kept.</returns>
    public string? Broken(string text)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = LogstashConfig.Parse(text);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > BytesAtLeast + (BytesPerCharacter * text.Length))
        {
            return $"parsing allocates {allocated} B for {text.Length} characters";
        }

        if (text.Length >= 1000)
        {
            MostBytesPerCharacter = Math.Max(MostBytesPerCharacter, (double)allocated / text.Length);
        }

        Accepted += result.Succeeded ? 1 : 0;
        return Errors(text, result.Errors)
            ?? Places(text, result.Document, 0, text.Length)
            ?? (result.Succeeded ? RoundTrip(result.Document) ?? Checks(text, result.Document) : null)
            ?? Body(text)
            ?? Fragment(text, LogstashConfig.ParseCondition(text), node => ConfigWriter.Write(node), LogstashConfig.ParseCondition)
            ?? Fragment(text, LogstashConfig.ParseValue(text), node => ConfigWriter.Write(node), LogstashConfig.ParseValue)
            ?? Building(text);
    }

    private static string? Errors(string text, IReadOnlyList<ConfigError> errors)
    {
        if (errors.Count > 20)
        {
            return $"{errors.Count} errors";
        }

        for (var i = 0; i < errors.Count; i++)
        {
            var error = errors[i];
            if (Place(text, error.Span) is { } wrong)
            {
                return $"{wrong}: {error}";
            }

            if (i > 0 && error.Span.Offset < errors[i - 1].Span.Offset)
            {
                return $"errors out of order: {error}";
            }

            if (error.Message.Length == 0 || error.Found.Length == 0 || error.Expected.Length == 0 || !error.CaretText.Contains('^', StringComparison.Ordinal))
            {
                return $"an error without a message, what was found and expected, or a caret: {error}";
            }
        }

        return null;
    }

    private static string? Place(string text, SourceSpan span)
    {
        if (span.Offset < 0 || span.Length < 0 || span.End > text.Length)
        {
            return $"a place outside of the text, {span}";
        }

        var before = text.AsSpan(0, span.Offset);
        var line = before.Count('\n') + 1;
        var column = 1;
        foreach (var c in before[(before.LastIndexOf('\n') + 1)..])
        {
            column += char.IsLowSurrogate(c) ? 0 : 1;
        }

        return (span.Line, span.Column) == (line, column) ? null : $"{span} is line {line}, column {column}";
    }

    /// <summary>Every node stands within the node around it.</summary>
    private static string? Places(string text, SyntaxNode node, int start, int end)
    {
        if (node.Span.Offset < start || node.Span.End > end)
        {
            return $"{node.GetType().Name} at {node.Span}, outside of what is around it";
        }

        // Counting lines takes long in a long text; a few nodes show the rule.
        if (text.Length < 2000 && Place(text, node.Span) is { } wrong)
        {
            return $"{node.GetType().Name}: {wrong}";
        }

        return Children(node).Select(child => Places(text, child, node.Span.Offset, node.Span.End)).FirstOrDefault(broken => broken is not null);
    }

    private static IEnumerable<SyntaxNode> Children(SyntaxNode node)
    {
        var type = node.GetType();
        if (!ChildProperties.TryGetValue(type, out var properties))
        {
            properties = [.. type.GetProperties().Where(property =>
                property.PropertyType.IsAssignableTo(typeof(SyntaxNode)) || property.PropertyType.IsAssignableTo(typeof(IEnumerable<SyntaxNode>)))];
            ChildProperties.Add(type, properties);
        }

        return properties.SelectMany(property => property.GetValue(node) switch
        {
            SyntaxNode child => [child],
            IEnumerable<SyntaxNode> children => children,
            _ => Enumerable.Empty<SyntaxNode>(),
        });
    }

    private static string? RoundTrip(ConfigDocument document)
    {
        var written = ConfigWriter.Write(document);
        if (written.Text is null)
        {
            // Text can break an array of one element in two with a comment, and the writer writes no comments.
            return written.Refusals.All(refusal => refusal.Reason == RefusalReason.OneElementArray) ? null : $"what was read can't be written: {written.Refusals[0]}";
        }

        return LogstashConfig.Parse(written.Text).Document.Equals(document) ? null : $"written and read again it is something else: {written.Text}";
    }

    private static string? Checks(string text, ConfigDocument document)
    {
        foreach (var finding in Contexts.SelectMany(context => PipelineChecks.Run(document, context)))
        {
            if (finding.Span is not { } span || Place(text, span) is not null || finding.Message.Length == 0)
            {
                return $"a finding without a place: {finding}";
            }
        }

        return null;
    }

    private static string? Body(string text)
    {
        var body = LogstashConfig.ParseBody(SectionKind.Filter, text);
        if (!body.Succeeded)
        {
            return Errors(text, body.Errors);
        }

        var whole = LogstashConfig.Parse($"filter {{\n{text}\n}}");
        return whole.Succeeded && whole.Document.Equals(body.Document) ? null : "a body that is not a body between braces";
    }

    private static string? Fragment<T>(string text, FragmentResult<T> result, Func<T, WriteResult> write, Func<string, FragmentResult<T>> read)
        where T : SyntaxNode
    {
        if (result.Node is not { } node)
        {
            return result.Errors.Count == 0 ? $"neither {typeof(T).Name} nor errors" : Errors(text, result.Errors);
        }

        var written = write(node);
        if (written.Text is null)
        {
            return written.Refusals.All(refusal => refusal.Reason == RefusalReason.OneElementArray) ? null : $"what was read can't be written: {written.Refusals[0]}";
        }

        return result.Errors.Count == 0 && node.Equals(read(written.Text).Node) ? null : $"{typeof(T).Name}, written and read again, is something else: {written.Text}";
    }

    /// <summary>Parts of the text as values, keys, comments, a condition and bodies: nothing leaves its place.</summary>
    private static string? Building(string text)
    {
        var half = text.Length / 2;
        var (key, value) = (text[..half], text[half..]);
        foreach (var escapes in new[] { false, true })
        {
            var builder = new ConfigBuilder(escapes)
                .Comment(text)
                .Section(SectionKind.Input, input => input.Comment(value).Plugin("kafka", kafka => kafka
                    .Comment(key)
                    .Attribute("group_id", ConfigValue.Text(value, allowPlaceholders: true))
                    .Attribute("tags", ConfigValue.Array([ConfigValue.Text(value, allowPlaceholders: true), ConfigValue.Text(key, allowPlaceholders: true)]))
                    .Attribute("add_field", ConfigValue.Hash([KeyValuePair.Create(key, ConfigValue.Text(value, allowPlaceholders: true))]))))
                .Section(SectionKind.Filter, filter => filter.Body(SectionKind.Filter, key, value))
                .Section(SectionKind.Output, output =>
                {
                    if (LogstashConfig.ParseCondition(key).Node is { } condition)
                    {
                        output.If(condition, inner => inner.Body(SectionKind.Output, value, value));
                    }
                });
            var result = builder.Build();
            if (result.Text is not null && Misplaced(result.Text, key, value, escapes) is { } misplaced)
            {
                return $"{misplaced} (escapes: {escapes}): {result.Text}";
            }
        }

        return null;
    }

    private static string? Misplaced(string built, string key, string value, bool escapes)
    {
        var read = LogstashConfig.Parse(built);
        if (!read.Succeeded || read.Document.Sections is not [{ Items: [PluginSyntax { Attributes: [var group, var tags, var fields] }] }, _, _])
        {
            return "what was built has another shape";
        }

        var kept = group.Value is StringSyntax groupText && groupText.Value(escapes) == value
            && tags.Value is ArraySyntax { Items: [StringSyntax first, StringSyntax second] } && first.Value(escapes) == value && second.Value(escapes) == key
            && fields.Value is HashSyntax { Entries: [{ Key: StringSyntax name, Value: StringSyntax content }] } && name.Value(escapes) == key && content.Value(escapes) == value;
        return kept ? null : "a value has changed";
    }
}
