using System.Text.RegularExpressions;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>A named format.</summary>
internal sealed class NamedFormatValue(string name, Func<string, string?> problem) : CelValue
{
    public string Name { get; } = name;

    /// <summary>What is wrong with a text, or null.</summary>
    public Func<string, string?> Problem { get; } = problem;

    public override CelType Type => CelType.NamedFormat;
}

/// <summary><c>format.dns1123Label().validate(x)</c> and its like.</summary>
internal static partial class NamedFormatLibrary
{
    private const string LabelText = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
        + "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string SubdomainText = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end "
        + "with an alphanumeric character (e.g. 'example.com', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string Label1035Text = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and "
        + "end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    private const string LabelValueText = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end "
        + "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const string QualifiedNameText = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
        + "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private static readonly NamedFormatValue[] Known =
    [
        new("dns1123Label", text => Check(text, 63, Label(), LabelText)),
        new("dns1123Subdomain", text => Check(text, 253, Subdomain(), SubdomainText)),
        new("dns1035Label", text => Check(text, 63, Label1035(), Label1035Text)),
        new("qualifiedName", QualifiedNameProblem),
        new("dns1123LabelPrefix", text => Check(Completed(text), 63, Label(), LabelText)),
        new("dns1123SubdomainPrefix", text => Check(Completed(text), 253, Subdomain(), SubdomainText)),
        new("dns1035LabelPrefix", text => Check(Completed(text), 63, Label1035(), Label1035Text)),
        new("labelValue", text => Check(text, 63, LabelValue(), LabelValueText)),
        new("uri", text => Formats.IsRequestUri(text) ? null : $"parse {GoText.Quote(text)}: invalid URI for request"),
        new("uuid", text => Formats.IsValid("uuid", text) ? null : "does not match the UUID format"),
        new("byte", text => Formats.IsValid("byte", text) ? null : "invalid base64"),
        new("date", text => Formats.IsValid("date", text) ? null : "invalid date"),
        new("datetime", text => Formats.IsValid("datetime", text) ? null : "invalid datetime"),
    ];

    public static IEnumerable<Overload> Overloads =>
    [
        .. Known.Select(format => Overload.Global($"format.{format.Name}", $"format.{format.Name}", [], CelType.NamedFormat, _ => format)),
        Overload.Global("format.named", "format-named", [CelType.String], CelType.Optional(CelType.NamedFormat), values =>
            Array.Find(Known, format => format.Name == ((StringValue)values[0]).Value) is { } known ? new OptionalValue(known) : OptionalValue.None),
        Overload.Member("validate", "format-validate", [CelType.NamedFormat, CelType.String], CelType.Optional(CelType.List(CelType.String)), values =>
            ((NamedFormatValue)values[0]).Problem(((StringValue)values[1]).Value) is { } problem
                ? new OptionalValue(new ArrayValue([new StringValue(problem)]))
                : OptionalValue.None),
    ];

    /// <summary>A prefix may end in a dash, as generated names add to it.</summary>
    private static string Completed(string prefix) => prefix.EndsWith('-') ? prefix[..^1] + "a" : prefix;

    private static string? Check(string text, int maxLength, Regex pattern, string problem) =>
        text.Length > maxLength ? $"must be no more than {maxLength} bytes" : pattern.IsMatch(text) ? null : problem;

    private static string? QualifiedNameProblem(string text)
    {
        var parts = text.Split('/');
        return parts.Length > 2 ? "a qualified name " + QualifiedNameText["name part ".Length..]
            : parts.Length == 2 && Check(parts[0], 253, Subdomain(), SubdomainText) is { } prefixProblem ? "prefix part " + prefixProblem
            : parts[^1].Length is 0 ? "name part must be non-empty"
            : parts[^1].Length > 63 ? "name part must be no more than 63 bytes"
            : LabelValue().IsMatch(parts[^1]) ? null
            : QualifiedNameText;
    }

    [GeneratedRegex("^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Label();

    [GeneratedRegex("^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Subdomain();

    [GeneratedRegex("^[a-z](?:[-a-z0-9]*[a-z0-9])?\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Label1035();

    [GeneratedRegex("^(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LabelValue();
}
