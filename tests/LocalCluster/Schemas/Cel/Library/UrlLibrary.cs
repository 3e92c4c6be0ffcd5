using System.Text.RegularExpressions;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>An absolute URL, or an absolute path.</summary>
internal sealed class UrlValue(string text) : CelValue
{
    public string Text { get; } = text;

    public override CelType Type => CelType.Url;

    public override string ToString() => Text;
}

/// <summary><c>url()</c>, <c>isURL()</c> and what a URL consists of.</summary>
internal static partial class UrlLibrary
{
    public static IEnumerable<Overload> Overloads =>
    [
        Overload.Global("url", "string_to_url", [CelType.String], CelType.Url, values => Formats.IsRequestUri(((StringValue)values[0]).Value)
            ? new UrlValue(((StringValue)values[0]).Value)
            : new ErrorValue($"URL parse error during conversion from string: parse {GoText.Quote(((StringValue)values[0]).Value)}: invalid URI for request")),
        Overload.Global("isURL", "is_url_string", [CelType.String], CelType.Bool, values => BoolValue.Of(Formats.IsRequestUri(((StringValue)values[0]).Value))),
        Get("getScheme", parts => parts["scheme"].Value.ToLowerInvariant()),
        Get("getHost", parts => parts["host"].Value),
        Get("getHostname", parts => HostAndPort().Match(parts["host"].Value).Groups["name"].Value.Trim('[', ']')),
        Get("getPort", parts => HostAndPort().Match(parts["host"].Value).Groups["port"].Value),
        Get("getEscapedPath", parts => parts["path"].Value),
        Overload.Member("getQuery", "url_get_query", [CelType.Url], CelType.Map(CelType.String, CelType.List(CelType.String)), values =>
            Query(Parts().Match(((UrlValue)values[0]).Text).Groups["query"].Value)),
    ];

    private static Overload Get(string function, Func<GroupCollection, string> part) => Overload.Member(
        function, $"url_{function}", [CelType.Url], CelType.String, values => new StringValue(part(Parts().Match(((UrlValue)values[0]).Text).Groups)));

    private static DictionaryValue Query(string query) => new([.. query
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2))
        .GroupBy(pair => Decode(pair[0]), pair => pair.Length > 1 ? Decode(pair[1]) : "", StringComparer.Ordinal)
        .Select(group => KeyValuePair.Create<CelValue, CelValue>(
            new StringValue(group.Key), new ArrayValue([.. group.Select(value => new StringValue(value))])))]);

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    [GeneratedRegex("^(?:(?<scheme>[a-zA-Z][a-zA-Z0-9+.-]*):)?(?://(?:[^/?#@]*@)?(?<host>[^/?#]*))?(?<path>[^?#]*)(?:\\?(?<query>[^#]*))?", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parts();

    [GeneratedRegex("^(?<name>\\[[^\\]]*\\]|[^:]*)(?::(?<port>.*))?\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HostAndPort();
}
