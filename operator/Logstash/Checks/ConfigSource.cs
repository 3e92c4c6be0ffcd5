using System.Text.Json;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Logstash.Checks;

/// <summary>A piece of config and where it comes from.</summary>
public sealed record ConfigSource
{
    private ConfigSource(string path, SectionKind section, SyntaxNode root) => (Path, Section, Root) = (path, section, root);

    /// <summary>Whole sections.</summary>
    /// <param name="path">The field or file, for example <c>spec.pipeline.filter</c>; it becomes the findings' path.</param>
    /// <param name="document">The tree, which has no errors.</param>
    public ConfigSource(string path, ConfigDocument document)
        : this(path, default, document)
    {
    }

    /// <summary>The field or file.</summary>
    public string Path { get; }

    internal SectionKind Section { get; }

    internal SyntaxNode Root { get; }

    /// <summary>A condition around a generated plugin.</summary>
    /// <param name="path">The field.</param>
    /// <param name="section">The section the plugin stands in.</param>
    /// <param name="condition">The condition.</param>
    public static ConfigSource OfCondition(string path, SectionKind section, ConditionSyntax condition) => new(path, section, condition);

    /// <summary>An option of a generated plugin, as config text.</summary>
    /// <param name="path">The field.</param>
    /// <param name="section">The section the plugin stands in.</param>
    /// <param name="option">The option's name, for example <c>codec</c>.</param>
    /// <param name="value">Its value.</param>
    public static ConfigSource OfOption(string path, SectionKind section, string option, ValueSyntax value) =>
        new(path, section, new AttributeSyntax(new NameSyntax(option), value));

    /// <summary>An option of a generated plugin, as JSON.</summary>
    /// <param name="path">The field.</param>
    /// <param name="section">The section the plugin stands in.</param>
    /// <param name="option">The option's name, for example <c>client_rack</c>.</param>
    /// <param name="value">Its value.</param>
    public static ConfigSource OfOption(string path, SectionKind section, string option, JsonElement value) => OfOption(path, section, option, FromJson(value));

    private static ValueSyntax FromJson(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => new ArraySyntax([.. value.EnumerateArray().Select(FromJson)]),
        JsonValueKind.Object => new HashSyntax([.. value.EnumerateObject().Select(entry => new HashEntrySyntax(new StringSyntax(entry.Name), FromJson(entry.Value)))]),
        JsonValueKind.Number => new NumberSyntax(value.GetRawText()),
        _ => new StringSyntax(value.ToString()),
    };
}
