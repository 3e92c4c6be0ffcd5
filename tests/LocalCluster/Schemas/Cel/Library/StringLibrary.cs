using System.Text;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>Strings: positions and lengths are in code points.</summary>
internal static class StringLibrary
{
    private static readonly CelType S = CelType.String;
    private static readonly CelType I = CelType.Int;

    public static IEnumerable<Overload> Overloads =>
    [
        Overload.Member("charAt", "string_char_at_int", [S, I], S, values => CharAt(Runes(values[0]), Int(values[1]))),
        Overload.Member("indexOf", "string_index_of_string", [S, S], I, values => IndexOf(Runes(values[0]), Runes(values[1]), 0)),
        Overload.Member("indexOf", "string_index_of_string_int", [S, S, I], I, values => IndexOf(Runes(values[0]), Runes(values[1]), Int(values[2]))),
        Overload.Member("lastIndexOf", "string_last_index_of_string", [S, S], I, values => LastIndexOf(Runes(values[0]), Runes(values[1]), from: null)),
        Overload.Member("lastIndexOf", "string_last_index_of_string_int", [S, S, I], I, values => LastIndexOf(Runes(values[0]), Runes(values[1]), Int(values[2]))),
        Overload.Member("lowerAscii", "string_lower_ascii", [S], S, values => Map(values[0], c => char.IsAsciiLetterUpper(c) ? (char)(c + 32) : c)),
        Overload.Member("upperAscii", "string_upper_ascii", [S], S, values => Map(values[0], c => char.IsAsciiLetterLower(c) ? (char)(c - 32) : c)),
        Overload.Member("replace", "string_replace_string_string", [S, S, S], S, values => Replace(values, limit: -1)),
        Overload.Member("replace", "string_replace_string_string_int", [S, S, S, I], S, values => Replace(values, Int(values[3]))),
        Overload.Member("split", "string_split_string", [S, S], CelType.List(S), values => Split(Text(values[0]), Text(values[1]), limit: -1)),
        Overload.Member("split", "string_split_string_int", [S, S, I], CelType.List(S), values => Split(Text(values[0]), Text(values[1]), Int(values[2]))),
        Overload.Member("substring", "string_substring_int", [S, I], S, values => Substring(Runes(values[0]), Int(values[1]), end: null)),
        Overload.Member("substring", "string_substring_int_int", [S, I, I], S, values => Substring(Runes(values[0]), Int(values[1]), Int(values[2]))),
        Overload.Member("trim", "string_trim", [S], S, values => new StringValue(Text(values[0]).Trim())),
        Overload.Member("format", "string_format", [S, CelType.List(CelType.Dyn)], S, values => StringFormat.Format(Text(values[0]), (ListValue)values[1])),
        Overload.Global("strings.quote", "strings_quote", [S], S, values => new StringValue(Quote(Text(values[0])))),
        Overload.Member("join", "list_join", [CelType.List(S)], S, values => Join((ListValue)values[0], "")),
        Overload.Member("join", "list_join_string", [CelType.List(S), S], S, values => Join((ListValue)values[0], Text(values[1]))),
    ];

    private static string Text(CelValue value) => ((StringValue)value).Value;

    private static long Int(CelValue value) => ((IntValue)value).Value;

    private static Rune[] Runes(CelValue value) => [.. Text(value).EnumerateRunes()];

    private static StringValue Of(ReadOnlySpan<Rune> runes)
    {
        var text = new StringBuilder(runes.Length);
        foreach (var rune in runes)
        {
            text.Append(rune.ToString());
        }

        return new StringValue(text.ToString());
    }

    private static ErrorValue OutOfRange(long index) => new($"index out of range: {index}");

    private static StringValue Map(CelValue value, Func<char, char> map) => new(string.Concat(Text(value).Select(map)));

    private static CelValue CharAt(Rune[] text, long index) =>
        index < 0 || index > text.Length ? OutOfRange(index) : index == text.Length ? new StringValue("") : new StringValue(text[index].ToString());

    private static CelValue IndexOf(Rune[] text, Rune[] part, long from)
    {
        if (part.Length == 0)
        {
            return new IntValue(from);
        }

        if (from < 0 || from > text.Length)
        {
            return OutOfRange(from);
        }

        var found = text.AsSpan((int)from).IndexOf(part);
        return new IntValue(found < 0 ? -1 : found + from);
    }

    private static CelValue LastIndexOf(Rune[] text, Rune[] part, long? from)
    {
        if (from is { } start && (start < 0 || start >= text.Length) && part.Length > 0)
        {
            return OutOfRange(start);
        }

        if (part.Length == 0)
        {
            return new IntValue(from ?? text.Length);
        }

        var end = Math.Min(text.Length, (from ?? text.Length) + part.Length);
        return new IntValue(text.AsSpan(0, (int)end).LastIndexOf(part));
    }

    private static StringValue Replace(CelValue[] values, long limit)
    {
        var (text, old, with) = (Text(values[0]), Text(values[1]), Text(values[2]));
        if (limit < 0 && old.Length > 0)
        {
            return new StringValue(text.Replace(old, with, StringComparison.Ordinal));
        }

        var result = new StringBuilder();
        if (old.Length == 0)
        {
            foreach (var rune in text.EnumerateRunes())
            {
                result.Append(limit-- != 0 ? with : "").Append(rune.ToString());
                limit = Math.Max(limit, limit < -1 ? -1 : 0);
            }

            return new StringValue(result.Append(limit != 0 ? with : "").ToString());
        }

        var at = 0;
        for (var found = text.IndexOf(old, StringComparison.Ordinal); found >= 0 && limit > 0; found = text.IndexOf(old, at, StringComparison.Ordinal))
        {
            result.Append(text, at, found - at).Append(with);
            at = found + old.Length;
            limit--;
        }

        return new StringValue(result.Append(text, at, text.Length - at).ToString());
    }

    private static ArrayValue Split(string text, string separator, long limit)
    {
        if (limit == 0)
        {
            return new ArrayValue([]);
        }

        var pieces = separator.Length == 0
            ? text.EnumerateRunes().Select(rune => rune.ToString()).ToList()
            : [.. text.Split(separator, limit < 0 ? int.MaxValue : (int)Math.Min(limit, int.MaxValue), StringSplitOptions.None)];
        if (separator.Length == 0 && limit > 0 && pieces.Count > limit)
        {
            var last = string.Concat(pieces.Skip((int)limit - 1));
            pieces = [.. pieces.Take((int)limit - 1), last];
        }

        return new ArrayValue([.. pieces.Select(piece => new StringValue(piece))]);
    }

    private static CelValue Substring(Rune[] text, long start, long? end)
    {
        var stop = end ?? text.Length;
        return start > stop && end is not null ? new ErrorValue($"invalid substring range. start: {start}, end: {stop}")
            : start < 0 || start > text.Length ? OutOfRange(start)
            : stop < 0 || stop > text.Length ? OutOfRange(stop)
            : Of(text.AsSpan((int)start, (int)(stop - start)));
    }

    private static CelValue Join(ListValue list, string separator)
    {
        foreach (var item in list.Items)
        {
            if (item is not StringValue)
            {
                return item is ErrorValue ? item : new ErrorValue($"join: invalid input: {item}");
            }
        }

        return new StringValue(string.Join(separator, list.Items.Select(Text)));
    }

    private static string Quote(string text) => "\"" + text
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\a", "\\a", StringComparison.Ordinal)
        .Replace("\b", "\\b", StringComparison.Ordinal).Replace("\f", "\\f", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal).Replace("\v", "\\v", StringComparison.Ordinal) + "\"";
}
