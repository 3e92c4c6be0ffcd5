using System.Text;
using KafkaLogstash.Controller.Checks;

namespace KafkaLogstash.Operator.Webhook.Reviews;

/// <summary>
/// Warnings as an API server passes them on: a header each, on one line, at most 256 characters long and 4096 all together. Longer ones it would cut or leave out
/// without a word.
/// </summary>
internal static class ReviewWarnings
{
    /// <summary>The most characters of a warning.</summary>
    public const int MostCharacters = 256;

    /// <summary>The most characters of all warnings of an answer.</summary>
    public const int MostCharactersInAll = 4096;

    /// <summary>Writes findings as warnings; where not all fit, the last one says how many there are besides.</summary>
    public static IReadOnlyList<string> Write(IReadOnlyCollection<ConnectionFinding> findings)
    {
        var texts = findings.Select(finding => Cut(OneLine(finding.ToString()))).ToList();
        if (texts.Sum(text => text.Length) <= MostCharactersInAll)
        {
            return texts;
        }

        var written = new List<string>();
        var left = MostCharactersInAll - Rest(texts.Count).Length;
        foreach (var text in texts.TakeWhile(text => (left -= text.Length) >= 0))
        {
            written.Add(text);
        }

        written.Add(Rest(texts.Count - written.Count));
        return written;
    }

    private static string Rest(int count) => $"… and {count} more: kafka-logstash-operator lint shows them all.";

    /// <summary>A header has no line breaks; an API server drops warnings that hold control characters.</summary>
    private static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            line.Append(char.IsControl(c) ? ' ' : c);
        }

        return line.ToString();
    }

    private static string Cut(string text)
    {
        if (text.Length <= MostCharacters)
        {
            return text;
        }

        var end = MostCharacters - 1;
        return $"{text[..(char.IsHighSurrogate(text[end - 1]) ? end - 1 : end)]}…";
    }
}
