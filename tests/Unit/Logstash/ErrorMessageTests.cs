using System.Text;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Tests.Unit.Logstash;

public sealed class ErrorMessageTests
{
    private static readonly string[] Slips =
    [
        "input { kafka { group_id => my-group } }",
        "input { kafka { group_id => my.group topics => [a.b, \"c\"] } }",
        "input { kafka { group_id => g } }",
        "input { kafka { group_id => ${GROUP} } }",
        "input { kafka { poll_timeout_ms => 100ms topics => [\"a\"] } }",
        "input { kafka { path => /var/log/x.log } }",
        "input { kafka { group_id = \"g\" } }",
        "input { kafka { group_id: \"g\" } }",
        "input { kafka { group_id \"g\" } }",
        "input { kafka { group_id => } }",
        "input { kafka { group_id =>",
        "input { kafka { topics => [\"a\"], group_id => \"g\" } }",
        "input { kafka { topics => [\"a\" \"b\"] } }",
        "input { kafka { topics => [\"a\",] } }",
        "input { kafka { group_id => \"g\"client_id => \"c\" } }",
        "input { kafka { add_field => { \"a\" => 1, \"b\" => 2 } } }",
        "input { kafka { add_field => { a-b => 1 } } }",
        "input { kafka { add_field => { a => 1 } } }",
        "input { kafka { add_field => { \"a\": 1 } } }",
        "input { kafka { group_id => “g” } }",
        "input { kafka { group_id => \u2018g\u2019 } }",
        "input { kafka { group_id => `g` } }",
        "input {\u00A0kafka { } }",
        "input { kafka { topics => [\"a\"]; } }",
        "// comment\ninput { }",
        "/* comment */ input { }",
        "# comment\rinput { }",
        "\uFEFFinput { kafka { } }",
        "Input { kafka { } }",
        "inputs { kafka { } }",
        "kafka { topics => [\"a\"] }",
        "input kafka { }",
        "input { topics => [\"a\"] }",
        "input { kafka }",
        "input { kafka { }, stdin { } }",
        "input { kafka { } } }",
        "input {\n  kafka {\n    topics => [\"a\"]\n  }\n",
        "filter {\n  mutate {\n    add_tag => [\"a\"]\n  grok {\n    match => { \"a\" => \"b\" }\n  }\n}\n",
        "filter {\n  mutate {\n    if [a] { add_tag => [\"a\"] }\n  }\n}\n",
        "input { kafka { json { } } }",
        "output { kafka { topic_id => \"a\\\" } }",
        "output { kafka { topic_id => 'a } }\nfilter { }",
        "filter {\n  mutate {\n    add_tag => \"one\n    remove_tag => \"two\"\n  }\n}",
        "filter { mutate { add_field => { \"a\" => \"b } } }",
        "filter { if [a] && [b] { drop { } } }",
        "filter { if [a] || [b] { drop { } } }",
        "filter { if [a] AND [b] { drop { } } }",
        "filter { if [a] = \"b\" { drop { } } }",
        "filter { if [a] === \"b\" { drop { } } }",
        "filter { if [a] == true { drop { } } }",
        "filter { if a == \"b\" { drop { } } }",
        "filter { if not [a] { drop { } } }",
        "filter { if !\"x\" in [tags] { drop { } } }",
        "filter { if \"x\" not\tin [tags] { drop { } } }",
        "filter { if [a] =~ b { drop { } } }",
        "filter { if [a] =~ /b { drop { } } }",
        "filter { if ([a] == 1 { drop { } } }",
        "filter { if [a] == { drop { } } }",
        "filter { if [a] == 1 drop { } }",
        "filter { if [a] == 1 and { drop { } } }",
        "filter { if { drop { } } }",
        "filter { if [a] { drop { } } elsif [b] { drop { } } }",
        "filter { if [a] { drop { } } else [b] { drop { } } }",
        "filter { if [a] { drop { } } else if { drop { } } }",
        "filter { if [a] in [\"x\",] { drop { } } }",
        "filter { if ab(1 2) { drop { } } }",
        "filter { if [a] == 1 { mutate { x = 1 } } }\noutput { kafka { topic_id => a.b } }",
        "\tfilter {\t! }",
        "filter { # 😀😀\n 😀 }",
        "filter { x { a => \"" + "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789\" b -> 1 c => \"0123456789 0123456789 0123456789 0123456789 0123456789 0123456789\" } }",
    ];

    [Fact]
    public void Slips_are_explained_in_plain_words()
    {
        var text = new StringBuilder();
        foreach (var slip in Slips)
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
