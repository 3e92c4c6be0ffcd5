using System.Text;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Tests.Unit.Logstash;

public sealed class ErrorMessageTests
{
    [Fact]
    public void Slips_are_explained_in_plain_words()
    {
        var text = new StringBuilder();
        foreach (var slip in ConfigSamples.Slips)
        {
            text.Append("=== ").Append(slip.ReplaceLineEndings("⏎").Replace("\t", "⇥", StringComparison.Ordinal)).Append('\n');
            foreach (var error in LogstashConfig.Parse(slip).Errors)
            {
                text.Append(error).Append('\n').Append(error.CaretText).Append('\n');
                text.Append("  found ").Append(error.Found).Append("; expected ").Append(error.Expected).Append('\n');
            }
        }

        GoldenFile.Matches("errors.txt", text.ToString());
    }

    [Fact]
    public void At_most_twenty_errors_are_reported()
    {
        var text = string.Concat(Enumerable.Repeat("x { a = 1 }\n", 100));
        Assert.Equal(20, LogstashConfig.ParseBody(SectionKind.Filter, text).Errors.Count);
    }

    [Fact]
    public void The_caret_stands_under_its_place_behind_tabs_and_wide_characters()
    {
        var error = Assert.Single(LogstashConfig.Parse("\tfilter { x { é😀 } }").Errors);
        Assert.Equal((1, 15), (error.Line, error.Column));
        Assert.Equal("  1 | \tfilter { x { é😀 } }\n    | \t             ^", error.CaretText);
    }
}
