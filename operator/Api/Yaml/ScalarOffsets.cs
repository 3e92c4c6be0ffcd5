using YamlDotNet.Core;

namespace KafkaLogstash.Api.Yaml;

/// <summary>
/// Finds where a character of a YAML text value stands in the file: exactly for literal block scalars (<c>|</c>) and for what is written in one line,
/// quoted or not. Where lines are folded into one (<c>&gt;</c>, or a value that goes on in the next line) there is no answer.
/// </summary>
internal static class ScalarOffsets
{
    /// <summary>The offset in the file.</summary>
    /// <param name="text">The file.</param>
    /// <param name="scalar">The value.</param>
    /// <param name="offset">An offset in <see cref="YamlScalar.Value"/>; its length stands for its end.</param>
    /// <returns>The offset; null where it can't be told.</returns>
    public static int? Find(string text, YamlScalar scalar, int offset) => scalar.Style switch
    {
        ScalarStyle.Literal => InBlock(text, scalar, offset),
        ScalarStyle.Plain or ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted => InLine(text, scalar, offset),
        _ => null,
    };

    /// <summary>A line of the value is a line of the file without its indentation.</summary>
    private static int? InBlock(string text, YamlScalar scalar, int offset)
    {
        // Behind the last line break the value has ended, and the file goes on with something else.
        var value = scalar.Value.AsSpan().TrimEnd('\n');
        offset = Math.Min(offset, value.Length);
        var number = value[..offset].Count('\n');
        var start = value[..offset].LastIndexOf('\n') + 1;
        var length = value[start..].IndexOf('\n');
        var line = length < 0 ? value[start..] : value.Slice(start, length);

        var at = scalar.Start;
        for (var skipped = 0; skipped <= number; skipped++)
        {
            var end = text.IndexOf('\n', at);
            if (end < 0)
            {
                return null;
            }

            at = end + 1;
        }

        var written = text.AsSpan(at);
        written = (written.IndexOf('\n') is >= 0 and var rest ? written[..rest] : written).TrimEnd('\r');
        var indentation = written.Length - line.Length;
        return indentation >= 0 && written[indentation..].SequenceEqual(line) && written[..indentation].Trim(' ').IsEmpty
            ? at + indentation + (offset - start)
            : null;
    }

    private static int? InLine(string text, YamlScalar scalar, int offset)
    {
        var at = scalar.Start + (scalar.Style == ScalarStyle.Plain ? 0 : 1);
        for (var read = 0; read < scalar.Value.Length;)
        {
            var rest = text.AsSpan(at);
            var (written, meant) = rest switch
            {
                ['\\', _, ..] when scalar.Style == ScalarStyle.DoubleQuoted => Escape(rest[1..]),
                ['\'', ..] when scalar.Style == ScalarStyle.SingleQuoted => (2, 1),
                [var c, ..] when c == scalar.Value[read] => (1, 1),

                // The line ends here, and blanks before its end count for nothing.
                _ => (0, 0),
            };
            if (meant == 0)
            {
                return null;
            }

            if (read >= offset)
            {
                return at;
            }

            at += written;
            read += meant;
        }

        return at;
    }

    /// <summary>How long an escape is in the file, and how many UTF-16 units it stands for.</summary>
    private static (int Written, int Meant) Escape(ReadOnlySpan<char> escape) => escape[0] switch
    {
        '\r' or '\n' => (0, 0),
        'x' => (4, 1),
        'u' => (6, 1),
        'U' => (10, escape.Length > 4 && escape[1..5].ContainsAnyExcept('0') ? 2 : 1),
        _ => (2, 1),
    };
}
