using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace KafkaLogstash.LocalCluster.ApiServer.Resources;

/// <summary>Rules for names, each giving the message of a real API server or null.</summary>
internal static partial class Names
{
    private const string SubdomainMessage =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string LabelMessage =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string Label1035Message =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    private const string LabelValueMessage =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const string QualifiedNameMessage =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string KeyMessage =
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

    private const string GeneratedLetters = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>A name made from metadata.generateName: five letters that spell no words.</summary>
    public static string Generate(string prefix) =>
        (prefix.Length > 58 ? prefix[..58] : prefix) + RandomNumberGenerator.GetString(GeneratedLetters, 5);

    public static string? Subdomain(string name) =>
        name.Length > 253 ? "must be no more than 253 bytes" : SubdomainPattern().IsMatch(name) ? null : SubdomainMessage;

    public static string? Label(string name) =>
        name.Length > 63 ? "must be no more than 63 bytes" : LabelPattern().IsMatch(name) ? null : LabelMessage;

    public static string? Label1035(string name) =>
        name.Length > 63 ? "must be no more than 63 bytes" : Label1035Pattern().IsMatch(name) ? null : Label1035Message;

    /// <summary>Names of RBAC objects: anything that can be a path segment.</summary>
    public static string? PathSegment(string name) => name switch
    {
        "." or ".." => $"may not be '{name}'",
        _ when name.Contains('/', StringComparison.Ordinal) => "may not contain '/'",
        _ when name.Contains('%', StringComparison.Ordinal) => "may not contain '%'",
        _ => null,
    };

    public static string? LabelValue(string value) =>
        value.Length > 63 ? "must be no more than 63 bytes" : LabelValuePattern().IsMatch(value) ? null : LabelValueMessage;

    public static string? QualifiedName(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && Subdomain(key[..slash]) is { } wrongPrefix)
        {
            return slash == 0 ? "prefix part must be non-empty" : "prefix part " + wrongPrefix;
        }

        var name = key[(slash + 1)..];
        return name.Length switch
        {
            0 => "name part must be non-empty",
            > 63 => "name part must be no more than 63 bytes",
            _ => NamePartPattern().IsMatch(name) ? null : QualifiedNameMessage,
        };
    }

    /// <summary>Keys of ConfigMaps and Secrets.</summary>
    public static string? DataKey(string key) => key switch
    {
        { Length: > 253 } => "must be no more than 253 bytes",
        "." or ".." => $"must not be '{key}'",
        _ when key.StartsWith("..", StringComparison.Ordinal) => "must not start with '..'",
        _ => DataKeyPattern().IsMatch(key) ? null : KeyMessage,
    };

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SubdomainPattern();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelPattern();

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label1035Pattern();

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelValuePattern();

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamePartPattern();

    [GeneratedRegex(@"^[-._a-zA-Z0-9]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DataKeyPattern();
}
