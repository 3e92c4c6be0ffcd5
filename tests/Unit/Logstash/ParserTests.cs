using System.Text;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Tests.Unit.Logstash;

public sealed class ParserTests
{
    public static TheoryData<string> Accepted => [.. ConfigSamples.Accepted];

    public static TheoryData<string> Refused => [.. ConfigSamples.Refused];

    [Theory]
    [MemberData(nameof(Accepted))]
    public void What_Logstash_accepts_is_accepted(string text) => Assert.Empty(LogstashConfig.Parse(text).Errors);

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_Logstash_refuses_is_refused(string text) => Assert.NotEmpty(LogstashConfig.Parse(text).Errors);

    [Fact]
    public void A_document_has_its_parts_with_their_places()
    {
        var document = LogstashConfig.Parse("# 😀\nfilter {\n  if [a][b] == \"😀\" and 5 in [c] {\n    mutate { id => 'x' }\n  }\n}").Document;
        var section = Assert.Single(document.Sections);
        Assert.Equal((SectionKind.Filter, 2, 1), (section.Kind, section.Span.Line, section.Span.Column));
        var branch = Assert.IsType<BranchSyntax>(Assert.Single(section.Items));
        var arm = Assert.Single(branch.Arms);
        var comparison = Assert.IsType<ComparisonSyntax>(arm.Condition.First);
        Assert.Equal("[a][b]", Assert.IsType<FieldReferenceSyntax>(comparison.Left).ToReference());
        var operand = Assert.Single(arm.Condition.Rest);
        Assert.Equal((BooleanOperator.And, 3, 20), (operand.Operator, operand.Span.Line, operand.Span.Column));
        var membership = Assert.IsType<MembershipSyntax>(operand.Expression);
        Assert.Equal(new NumberSyntax("5"), membership.Left);
        var plugin = Assert.IsType<PluginSyntax>(Assert.Single(arm.Block.Items));
        Assert.Equal((4, 5), (plugin.Span.Line, plugin.Span.Column));
        var attribute = Assert.Single(plugin.Attributes);
        Assert.Equal((4, 14, 9), (attribute.Span.Line, attribute.Span.Column, attribute.Span.Length));
        Assert.Equal(new StringSyntax("x", QuoteKind.SingleQuoted), attribute.Value);
    }

    [Fact]
    public void Trees_are_equal_by_what_they_say_not_by_where_it_stands()
    {
        var one = LogstashConfig.Parse("input{kafka{topics=>[\"a\",\"b\"]}}").Document;
        var other = LogstashConfig.Parse("input {\n  kafka {\n    topics => [ \"a\", \"b\" ] # two\n  }\n}").Document;
        var different = LogstashConfig.Parse("input { kafka { topics => [\"b\", \"a\"] } }").Document;
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, different);
    }

    [Fact]
    public void A_one_element_array_in_a_condition_is_a_field_reference()
    {
        var condition = LogstashConfig.ParseCondition("[a] in [\"x\"]").Node;
        var membership = Assert.IsType<MembershipSyntax>(condition?.First);
        Assert.Equal(new FieldReferenceSyntax(["\"x\""]), membership.Right);
    }

    [Fact]
    public void Escapes_are_resolved_only_where_they_are_supported()
    {
        var text = new StringSyntax("a\\n\\t\\\\\\\"\\'\\x\\0\\r");
        Assert.Equal("a\\n\\t\\\\\\\"\\'\\x\\0\\r", text.Value(supportEscapes: false));
        Assert.Equal("a\n\t\\\"'\\x\0\r", text.Value(supportEscapes: true));
    }

    [Fact]
    public void A_body_is_read_without_its_braces_and_can_not_leave_them()
    {
        Assert.Empty(LogstashConfig.ParseBody(SectionKind.Filter, "mutate { } # end").Errors);
        var error = Assert.Single(LogstashConfig.ParseBody(SectionKind.Filter, "mutate { }\n} output { stdout { ").Errors, error => error.Line == 2 && error.Column == 1);
        Assert.Equal(SectionKind.Filter, error.Section);
    }

    [Fact]
    public void Fragments_are_read_to_their_end()
    {
        Assert.Equal(new BarewordSyntax("json"), LogstashConfig.ParseValue(" json # codec").Node);
        Assert.IsType<PluginValueSyntax>(LogstashConfig.ParseValue("json { charset => \"UTF-8\" }").Node);
        Assert.Null(LogstashConfig.ParseValue("json, plain").Node);
        Assert.Null(LogstashConfig.ParseValue("").Node);
        Assert.Null(LogstashConfig.ParseCondition("[a] == 1 } drop { }").Node);
        Assert.NotEmpty(LogstashConfig.ParseCondition("").Errors);
    }

    [Fact]
    public void Errors_of_a_fragment_stand_in_the_order_of_its_text()
    {
        var errors = LogstashConfig.ParseValue("mutate {\n,").Errors;
        Assert.Equal([(1, 8), (2, 1)], errors.Select(error => (error.Line, error.Column)));
    }

    [Fact]
    public void Bytes_must_be_utf_8()
    {
        Assert.Empty(LogstashConfig.Parse("input { } # é"u8).Errors);
        var error = Assert.Single(LogstashConfig.Parse([.. "input { }\n# "u8, 0xE9, (byte)'\n']).Errors);
        Assert.Equal((2, 3), (error.Line, error.Column));
    }

    [Fact]
    public void Errors_in_several_places_are_all_reported()
    {
        var errors = LogstashConfig.Parse(
            """
            input {
              kafka { group_id => my-group, topics => ["a",] }
            }
            filter {
              if [a] == true { mutate { x = 1 } }
              grok { match => { "a" => "b", "c" => "d" } }
            }
            output { kafka { topic_id => 'x' acks => ${A} } }
            """).Errors;
        Assert.Equal([2, 2, 2, 5, 5, 6, 8], errors.Select(error => error.Line));
        Assert.Equal(
            [SectionKind.Input, SectionKind.Input, SectionKind.Input, SectionKind.Filter, SectionKind.Filter, SectionKind.Filter, SectionKind.Output],
            errors.Select(error => error.Section!.Value));
    }

    [Theory]
    [InlineData("filter { x { a => ", "[", "]", " } }")]
    [InlineData("filter { x { a => ", "{ab=>", "}", " } }")]
    [InlineData("filter { x { a => ", "ab{ab=>", "}", " } }")]
    [InlineData("filter { if ", "(", ")", "{ } }")]
    [InlineData("filter { if ", "!(", ")", "{ } }")]
    [InlineData("filter { if ", "ab(", ")", "{ } }")]
    [InlineData("filter { ", "if [a] { ", "}", " }")]
    public void Deep_nesting_is_read_up_to_a_limit_and_refused_beyond(string before, string open, string close, string after)
    {
        string Nested(int depth, string middle) =>
            before + string.Concat(Enumerable.Repeat(open, depth)) + middle + string.Concat(Enumerable.Repeat(close, depth)) + after;

        var middle = open switch { "(" or "!(" => "[a]", _ when open.EndsWith("=>", StringComparison.Ordinal) => "1", _ => "" };
        var deep = LogstashConfig.Parse(Nested(LogstashConfig.MaxDepth - 2, middle));
        Assert.Empty(deep.Errors);
        Assert.Equal(deep.Document, LogstashConfig.Parse(Nested(LogstashConfig.MaxDepth - 2, middle)).Document);
        Assert.Contains(LogstashConfig.Parse(Nested(100_000, middle)).Errors, error => error.Message.Contains("nest deeper", StringComparison.Ordinal));
        Assert.NotEmpty(LogstashConfig.Parse(before + string.Concat(Enumerable.Repeat(open, 100_000))).Errors);
    }

    [Theory]
    [InlineData("\"")]
    [InlineData("'x")]
    [InlineData("x {")]
    [InlineData("x { a => \"")]
    [InlineData("if /")]
    [InlineData("if [a")]
    [InlineData("if1{\"a")]
    [InlineData("x { a => [\"b\"")]
    [InlineData("x { a => 1 ")]
    [InlineData("a b ")]
    [InlineData("x { , } ")]
    [InlineData("x { a = ")]
    [InlineData("# ")]
    [InlineData("#\r")]
    public void A_text_twice_as_long_costs_twice_as_much(string piece)
    {
        // What is tried again is allocated again. Where only looking is repeated, the memory does not show it, but a text this long takes minutes.
        _ = Allocated(piece, 10_000);
        var once = Allocated(piece, 250_000);
        var twice = Allocated(piece, 500_000);
        Assert.True(twice < (2.5 * once) + 100_000, $"{once} B for one length, {twice} B for twice that");

        static long Allocated(string piece, int length)
        {
            var text = new StringBuilder().Insert(0, piece, length / piece.Length).ToString();
            var whole = "filter { " + text;
            var before = GC.GetAllocatedBytesForCurrentThread();
            _ = LogstashConfig.ParseBody(SectionKind.Filter, text);
            _ = LogstashConfig.Parse(whole);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
