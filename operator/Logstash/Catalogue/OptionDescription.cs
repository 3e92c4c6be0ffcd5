namespace KafkaLogstash.Logstash.Catalogue;

/// <summary>How a plugin checks the value of an option.</summary>
public enum OptionType
{
    /// <summary>A single text; numbers are not turned into text.</summary>
    Text,

    /// <summary>A number, or a text that is one.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>One of several texts.</summary>
    Choice,

    /// <summary>A list; a single value is taken for a list of one.</summary>
    List,

    /// <summary>Keys with values.</summary>
    Hash,

    /// <summary>A file that must exist when the pipeline starts.</summary>
    Path,

    /// <summary>A text that Logstash keeps out of its logs.</summary>
    Password,

    /// <summary>A URL.</summary>
    Uri,

    /// <summary>A codec's name.</summary>
    Codec,
}

/// <summary>Who sets an option.</summary>
public enum OptionOwner
{
    /// <summary>Anybody, among the free options.</summary>
    User,

    /// <summary>A field of the resource has it.</summary>
    Field,

    /// <summary>The operator, from the fields for security.</summary>
    Security,

    /// <summary>The operator, for its own needs.</summary>
    Operator,

    /// <summary>Nobody: it has no effect.</summary>
    Nobody,
}

/// <summary>An option of the kafka input or output.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Choices">The allowed values of a <see cref="OptionType.Choice"/>.</param>
/// <param name="Default">Its default as text; null where there is none.</param>
/// <param name="Since">The first plugin version that has it; null where every supported one does.</param>
/// <param name="Owner">Who sets it.</param>
/// <param name="Where">The field that has it, or the reason of its owner; empty for free options.</param>
public sealed record OptionDescription(
    string Name,
    OptionType Type,
    IReadOnlyList<string> Choices,
    string? Default,
    Version? Since,
    OptionOwner Owner,
    string Where)
{
    internal bool IsIn(Version plugin) => Since is null || Since <= plugin;

    internal static OptionDescription Parse(string line)
    {
        var columns = CatalogueFile.Columns(line);
        var type = columns[1].Split(' ');
        var (owner, where) = columns[4].IndexOf(' ', StringComparison.Ordinal) is var blank and > 0 ? (columns[4][..blank], columns[4][(blank + 1)..]) : ("-", "");
        return new OptionDescription(
            columns[0],
            ParseType(type[0]),
            type[1..],
            columns[2] == "-" ? null : columns[2],
            CatalogueFile.VersionOrNull(columns[3]),
            ParseOwner(owner),
            where);
    }

    private static OptionType ParseType(string name) => name switch
    {
        "string" => OptionType.Text,
        "number" => OptionType.Number,
        "boolean" => OptionType.Boolean,
        "enum" => OptionType.Choice,
        "array" => OptionType.List,
        "hash" => OptionType.Hash,
        "path" => OptionType.Path,
        "password" => OptionType.Password,
        "uri" => OptionType.Uri,
        "codec" => OptionType.Codec,
        _ => throw new InvalidDataException($"The option table has an unknown type: {name}."),
    };

    private static OptionOwner ParseOwner(string name) => name switch
    {
        "field" => OptionOwner.Field,
        "security" => OptionOwner.Security,
        "owner" => OptionOwner.Operator,
        "idle" => OptionOwner.Nobody,
        _ => OptionOwner.User,
    };
}
