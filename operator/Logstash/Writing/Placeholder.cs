using System.Runtime.InteropServices;

namespace KafkaLogstash.Logstash.Writing;

/// <summary>A part of a text that Logstash replaces: <c>${NAME}</c> or <c>${NAME:default}</c>. A default runs to the first closing brace.</summary>
/// <param name="Start">Where it starts.</param>
/// <param name="End">Just after its brace.</param>
/// <param name="Name">The variable's name.</param>
/// <param name="HasDefault">Whether it has a default.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Placeholder(int Start, int End, string Name, bool HasDefault)
{
    /// <summary>All placeholders of a text, in linear time.</summary>
    public static IEnumerable<Placeholder> Find(string text)
    {
        for (var start = Next(text, 0); start >= 0; start = Next(text, start))
        {
            var nameEnd = EndOfName(text, start + 2, dashes: false);
            var named = nameEnd > start + 2 && !char.IsAsciiDigit(text[start + 2]) && nameEnd < text.Length && text[nameEnd] is '}' or ':';
            var end = named ? text.IndexOf('}', nameEnd) : -1;
            if (end >= 0)
            {
                yield return new Placeholder(start, end + 1, text[(start + 2)..nameEnd], text[nameEnd] == ':');
                start = end + 1;
            }
            else if (named)
            {
                yield break;
            }
            else
            {
                start += 2;
            }
        }
    }

    /// <summary>Whether something looks like a placeholder whose name has a dash, which Logstash leaves as it is.</summary>
    public static bool HasDashed(string text)
    {
        for (var start = Next(text, 0); start >= 0; start = Next(text, start + 2))
        {
            var end = EndOfName(text, start + 2, dashes: true);
            if (end < text.Length && text[end] == '}' && text.AsSpan(start, end - start).Contains('-'))
            {
                return true;
            }
        }

        return false;
    }

    private static int Next(string text, int from) => text.IndexOf("${", from, StringComparison.Ordinal);

    private static int EndOfName(string text, int start, bool dashes)
    {
        var at = start;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '.' || (dashes && text[at] == '-')))
        {
            at++;
        }

        return at;
    }
}
