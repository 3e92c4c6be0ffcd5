using System.Text;
using CsCheck;
using KafkaLogstash.Logstash.Writing;
using KafkaLogstash.Tests.Unit.Logstash;

namespace KafkaLogstash.Fuzz;

/// <summary>Inputs: samples and random trees, most of them changed in a few places.</summary>
internal sealed class InputSource(uint seed)
{
    private const string Characters = "ab1_-. \t\n\r\"'\\/#{}[]()=>!<~,$%:;|&+*@\0\v\f\u00A0\u0085\u2028\uFEFFé€\uD83D\uDE00";

    private static readonly string[] Samples = [.. ConfigSamples.Accepted, .. ConfigSamples.Refused, .. ConfigSamples.Slips];

    private static readonly string[] Pieces =
    [
        "input {", "filter {", "output {", "if ", "else ", "else if ", "elseif", "{", "}", "[", "]", "(", ")", "!(", " => ", "=>", "=", "==", "=~", "!~", " not in ", " in ",
        " and ", " or ", " xor ", " nand ", "!", ",", "\"", "'", "\\\"", "\\'", "\\", "/", "\\/", "# c\n", "# c\r\n", "#\r", "#", "\r", "\n", "${A}", "${A:b}", "${A-b}", "%{[a]}",
        "[a]", "[a][b]", "[\"a\"]", "[1]", "[a, b]", "ab(", "ab()", "x { }", "x { a => 1 }", "drop { }", "{ \"a\" => 1 }", "json { }", "-1", "1.", "007", "1e3", "-", "mutate {\n", "codec => ",
        "id => \"a\" ", "[@metadata][kafka][topic]", "if [a] { ", "} else { ", "“", "”",
    ];

    /// <summary>Makes an input.</summary>
    /// <param name="number">Which one; the same number gives the same input.</param>
    public string Make(uint number)
    {
        var random = new PCG(number, seed);
        var text = new StringBuilder(Start(random));
        for (var changes = random.Next(7); changes > 0; changes--)
        {
            Change(text, random);
        }

        return text.ToString();
    }

    private static string Start(PCG random) => Below(random, 5) switch
    {
        0 => "",
        1 or 2 => ConfigWriter.Write(Trees.Document.Generate(random, null, out _)).Text ?? "",
        _ => Samples[Below(random, Samples.Length)],
    };

    private static void Change(StringBuilder text, PCG random)
    {
        var at = Below(random, text.Length + 1);
        var length = Math.Min(Below(random, 16), text.Length - at);
        switch (Below(random, 9))
        {
            case 0:
                text.Remove(at, length);
                break;
            case 1:
                text.Length = at;
                break;
            case 2:
                text.Insert(at, Characters[Below(random, Characters.Length)]);
                break;
            case 3 when at < text.Length:
                text[at] = Characters[Below(random, Characters.Length)];
                break;
            case 4:
                text.Insert(Below(random, text.Length + 1), text.ToString(at, length));
                break;
            case 5:
                text.Insert(at, Part(Samples[Below(random, Samples.Length)], random));
                break;
            case 6 when Below(random, 40) == 0:
                text.Insert(at, Pieces[Below(random, Pieces.Length)], 1 + Below(random, 3000));
                break;
            default:
                text.Insert(at, Pieces[Below(random, Pieces.Length)]);
                break;
        }
    }

    private static string Part(string text, PCG random)
    {
        var at = Below(random, text.Length + 1);
        return text.Substring(at, Below(random, text.Length - at + 1));
    }

    private static int Below(PCG random, int bound) => (int)random.Next((uint)bound);
}
