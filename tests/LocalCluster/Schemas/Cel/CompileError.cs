using System.Globalization;
using System.Text;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>One thing wrong with an expression.</summary>
/// <param name="Offset">Where, in code points from the start.</param>
/// <param name="Message">What.</param>
internal sealed record CompileError(int Offset, string Message)
{
    /// <summary>The errors with the lines they are in and marks under the places, as cel-go prints them.</summary>
    public static string Print(string source, IEnumerable<CompileError> errors) =>
        string.Join('\n', errors.OrderBy(error => error.Offset).Select(error => error.Print(source)));

    private string Print(string source)
    {
        var runes = source.EnumerateRunes().ToList();
        var at = Math.Min(Offset, runes.Count);
        var start = runes.FindLastIndex(Math.Max(0, at - 1), rune => rune.Value == '\n') + 1;
        start = at == 0 ? 0 : start;
        var end = runes.FindIndex(start, rune => rune.Value == '\n');
        var line = runes[start..(end < 0 ? runes.Count : end)];
        var number = runes.Take(start).Count(rune => rune.Value == '\n') + 1;
        var column = at - start;
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"ERROR: <input>:{number}:{column + 1}: {Message}\n | ");
        foreach (var rune in line)
        {
            text.Append(rune.Value == '\t' ? " " : rune.ToString());
        }

        text.Append("\n | ");
        foreach (var rune in line.Take(column))
        {
            text.Append(rune.IsAscii ? '.' : '\uff0e');
        }

        return text.Append(column < line.Count && !line[column].IsAscii ? '\uff3e' : '^').ToString();
    }
}
