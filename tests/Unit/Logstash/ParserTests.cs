using System.Text;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Tests.Unit.Logstash;

public sealed class ParserTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n# only a comment")]
    [InlineData("input{kafka{}}output{kafka{topic_id=>\"t1\"}}")]
    [InlineData("input { kafka { topics => [\"a\", 'b'] consumer_threads => 4 enable_auto_commit => false codec => json { charset => \"UTF-8\" } add_field => { \"s\" => \"k\" \"t\" => 2 } } }")]
    [InlineData("filter { } # done")]
    [InlineData("output { kafka { topic_id => \"a\" # note\n acks => \"all\" } }")]
    [InlineData("filter { mutate { rename => {\"a\"=>\"b\"\"c\"=>\"d\"} } }")]
    [InlineData("filter { x { h => { ab => 5cd => 6 7 => -8 \"e\" => 9. } } }")]
    [InlineData("input { generator { message => \"one\ntwo\" } }")]
    [InlineData("filter { mutate { add_tag => [\"say \\\"hi\\\"\", 'it\\'s'] } }")]
    [InlineData("filter { x { a => -3 b => 2.5 c => 7. } }")]
    [InlineData("filter { x { m => [[1, 2], [\"z\"], { \"k\" => [] }] } }")]
    [InlineData("output { if [@metadata][kafka][topic] == \"a\" { kafka { } } else if [level] in [\"warn\", \"error\"] { if ![muted] { stdout { } } } else { null { } } }")]
    [InlineData("filter { if ([a] and !([b] == 1 or \"x\" not in [tags])) xor [c] { drop { } } }")]
    [InlineData("filter { if [path] =~ /^\\/var\\/log/ or [path] !~ \"tmp\" { drop { } } }")]
    [InlineData("input { \"kafka\" { \"topics\" => [\"t1\"] } }")]
    [InlineData("input { kafka { group_id => \"${GROUP:logstash}\" client_id => \"ls-${HOSTNAME}\" } }")]
    [InlineData("filter { if f1(1) { drop { } } if not([a]) { drop { } } }")]
    [InlineData("filter { if 5 =~ /b/ { drop { } } else { } }")]
    [InlineData("filter { else { } }")]
    [InlineData("filter { if [a] nand [b] and [c] { drop { } } }")]
    [InlineData("filter { if[a]in[b]{x{}}else if/x/{}if\"a\"{} }")]
    [InlineData("filter { if { } if1 { } if1 { a => 1 } if-x { } elseif { } }")]
    [InlineData("filter { if [a] { } elseif [b] { } elseif1 { a => 1 } else { x => 1 } }")]
    [InlineData("filter { if1and2in3 { x { } } ifab(1) { x { } } }")]
    [InlineData("filter { x { a => 2# glued comment\n } }")]
    [InlineData("filter { x { a => - {} b => 5 {} c => \"d\" {} } }")]
    [InlineData("# comment\r\ninput { }\r\n")]
    public void What_Logstash_accepts_is_accepted(string text) => Assert.Empty(LogstashConfig.Parse(text).Errors);

    [Theory]
    [InlineData("input { kafka { group_id => ${GROUP} } }")]
    [InlineData("output { kafka { topic_id => \"a\\\" } }")]
    [InlineData("output { kafka { topic_id => \"a\\\\\" } }")]
    [InlineData("input { kafka { group_id => g } }")]
    [InlineData("input { kafka { group_id => my-group } }")]
    [InlineData("input { kafka { add_field => { \"a\" => 1, \"b\" => 2 } } }")]
    [InlineData("input { kafka { topics => [\"a\", \"b\",] } }")]
    [InlineData("input { kafka { topics => [\"a\"], group_id => \"g1\" } }")]
    [InlineData("input { kafka { group_id => \"g1\"client_id => \"c1\" } }")]
    [InlineData("input { kafka { consumer_threads => 2# two\n group_id => \"g1\" } }")]
    [InlineData("input { kafka { poll_timeout_ms => 100ms } }")]
    [InlineData("filter { if [a] && [b] { drop { } } }")]
    [InlineData("filter { if [a] == true { drop { } } }")]
    [InlineData("filter { if !\"x\" in [tags] { drop { } } }")]
    [InlineData("filter { if \"x\" not\tin [tags] { drop { } } }")]
    [InlineData("filter { if not [x] { drop { } } }")]
    [InlineData("input { topics => [\"a\"] }")]
    [InlineData("filter { x { h => { a => 1 } } }")]
    [InlineData("filter { x { n => +5 } }")]
    [InlineData("filter { x { n => .5 } }")]
    [InlineData("filter { if [a] in [\"x\",] { } }")]
    [InlineData("filter { if [a] { } else { x => 1 y } }")]
    [InlineData("filter { if1 { a } }")]
    [InlineData("\uFEFFinput { }")]
    [InlineData("input {\u00A0}")]
    [InlineData("input {\v}")]
    [InlineData("# a carriage return alone\rinput { }")]
    [InlineData("# at the end\r")]
    [InlineData("Input { }")]
    [InlineData("input { } }")]
    [InlineData("input { ")]
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
    public void Half_a_megabyte_of_anything_takes_no_longer_than_it_should(string piece)
    {
        // A quadratic parser needs minutes for this; a linear one some milliseconds.
        var text = new StringBuilder().Insert(0, piece, 500_000 / piece.Length).ToString();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        _ = LogstashConfig.ParseBody(SectionKind.Filter, text);
        _ = LogstashConfig.Parse("filter { " + text);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"took {clock.Elapsed}");
    }
}
