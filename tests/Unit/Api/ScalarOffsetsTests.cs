using CsCheck;
using KafkaLogstash.Api;
using KafkaLogstash.Api.Yaml;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace KafkaLogstash.Tests.Unit.Api;

public sealed class ScalarOffsetsTests
{
    private static readonly Gen<string> Texts = Gen.OneOf(Gen.Char["ab {}=>[]\"'\\#:%$,-\t"].Select(c => c.ToString()), Gen.Const("\n"), Gen.Const("\n\n"), Gen.Const("é"), Gen.Const("🎉"))
        .Array[1, 40].Select(string.Concat);

    [Theory]
    [InlineData(ScalarStyle.Literal, "\n")]
    [InlineData(ScalarStyle.Literal, "\r\n")]
    [InlineData(ScalarStyle.DoubleQuoted, "\n")]
    [InlineData(ScalarStyle.SingleQuoted, "\n")]
    [InlineData(ScalarStyle.Plain, "\n")]
    [InlineData(ScalarStyle.Folded, "\n")]
    public void Where_a_character_is_found_it_stands(ScalarStyle style, string lineBreak) => Texts.Seeded().Sample(
        text =>
        {
            var yaml = Write(text, style).Replace("\n", lineBreak, StringComparison.Ordinal);

            // Not every text can be written in every style; what is read is what counts.
            if (ConnectionReader.Read(yaml).Others is not [var manifest] || manifest.Content["spec"]!["filter"]?.ToString() is not { } value)
            {
                return;
            }

            var lines = new TextLines(value);
            for (var at = 0; at < value.Length; at += char.IsHighSurrogate(value[at]) ? 2 : 1)
            {
                if (value[at] != '\n' && manifest.RangeOf("spec.filter", lines.PositionOf(at), 1) is { } range)
                {
                    Assert.True(yaml[range.Start] == value[at] || yaml[range.Start] == '\\', $"{value[at]} is {yaml[range.Start]} at {range.Start} of {yaml}");
                }
            }
        },
        iter: 500);

    [Theory]
    [InlineData("filter: |\n  ab\n  cd\n\nnext: 1", 2, 2, "d\n\nnext: 1")]
    [InlineData("filter: |+\n  ab\n\n\nnext: 1", 4, 1, "\n\n\nnext: 1")]
    [InlineData("filter: |-\n\n    ab\n  \n    cd", 4, 1, "cd")]
    [InlineData("filter: |2 # why\n    ab", 1, 3, "ab")]
    [InlineData("filter: 'a''b'", 1, 2, "''b'")]
    [InlineData("filter: 'a''b'", 1, 3, "b'")]
    [InlineData("filter: \"\\u00e9\\x41b\"", 1, 3, "b\"")]
    [InlineData("filter: \"\\U0001F389b\"", 1, 2, "b\"")]
    [InlineData("filter: a b # c", 1, 3, "b # c")]
    [InlineData("filter: !!str &a |\n  ab", 1, 2, "b")]
    [InlineData("filter: &a ab", 1, 2, "b")]
    [InlineData("filter: >\n  ab\n", 1, 2, null)]
    [InlineData("filter: ab\n  cd", 1, 4, null)]
    [InlineData("filter: \"ab\n  cd\"", 1, 4, null)]
    [InlineData("filter: [ab]", 1, 1, null)]
    public void A_place_in_a_text_is_a_place_in_the_file(string field, int line, int column, string? rest)
    {
        var yaml = $"kind: X\n{field}";
        var manifest = Assert.Single(ConnectionReader.Read(yaml).Others);

        var range = manifest.RangeOf("filter", new TextPosition(line, column), 1);

        Assert.Equal(rest, range is { Start: var start } ? yaml[start..] : null);
    }

    private static string Write(string text, ScalarStyle style)
    {
        using var written = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(written, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024));
        foreach (var parsingEvent in new ParsingEvent[]
        {
            new StreamStart(), new DocumentStart(null, null, isImplicit: true), new MappingStart(null, null, isImplicit: true, MappingStyle.Block),
            new Scalar("kind"), new Scalar("X"), new Scalar("spec"), new MappingStart(null, null, isImplicit: true, MappingStyle.Block),
            new Scalar("filter"), new Scalar(null, "!!str", text, style, isPlainImplicit: false, isQuotedImplicit: true),
            new MappingEnd(), new MappingEnd(), new DocumentEnd(isImplicit: true), new StreamEnd(),
        })
        {
            emitter.Emit(parsingEvent);
        }

        return written.ToString();
    }
}
