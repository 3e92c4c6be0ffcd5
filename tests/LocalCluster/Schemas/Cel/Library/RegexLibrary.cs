using System.Text.RegularExpressions;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary><c>find</c> and <c>findAll</c>.</summary>
internal static class RegexLibrary
{
    public static IEnumerable<Overload> Overloads =>
    [
        Overload.Member("find", "string_find_string", [CelType.String, CelType.String], CelType.String, values =>
            Search(values, regex => new StringValue(regex.Match(((StringValue)values[0]).Value).Value))),
        Overload.Member("findAll", "string_find_all_string", [CelType.String, CelType.String], CelType.List(CelType.String), values =>
            Search(values, regex => FindAll(regex, values[0], limit: -1))),
        Overload.Member("findAll", "string_find_all_string_int", [CelType.String, CelType.String, CelType.Int], CelType.List(CelType.String), values =>
            Search(values, regex => FindAll(regex, values[0], ((IntValue)values[2]).Value))),
    ];

    private static CelValue Search(CelValue[] values, Func<Regex, CelValue> search) =>
        Re2.TryCompile(((StringValue)values[1]).Value, out var error) is { } regex ? search(regex) : new ErrorValue($"Illegal regex: {error}");

    private static ArrayValue FindAll(Regex regex, CelValue text, long limit) => new(
        [.. regex.Matches(((StringValue)text).Value).Take(limit < 0 ? int.MaxValue : (int)Math.Min(limit, int.MaxValue)).Select(match => new StringValue(match.Value))]);
}
