using System.Text.Json;
using CsCheck;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Syntax;
using KafkaLogstash.Logstash.Writing;

namespace KafkaLogstash.Tests.Unit.Logstash;

public sealed class WriterTests
{
    [Fact]
    public void Every_tree_that_is_written_reads_back_the_same()
    {
        var written = 0;
        Trees.Document.Seeded().Sample(
            document =>
            {
                var result = ConfigWriter.Write(document);
                if (result.Text is { } text)
                {
                    Interlocked.Increment(ref written);
                    var read = LogstashConfig.Parse(text);
                    return read.Succeeded && read.Document.Equals(document);
                }

                return result.Refusals.All(refusal => refusal.Reason is RefusalReason.ReadsDifferently or RefusalReason.OneElementArray);
            },
            iter: 3000);
        Assert.True(written > 2000, $"only {written} of the trees could be written");
    }

    [Fact]
    public void Every_value_and_condition_that_is_written_reads_back_the_same()
    {
        Trees.Value(3).Seeded().Sample(value => Written(ConfigWriter.Write(value)) is var text && LogstashConfig.ParseValue(text).Node!.Equals(value), iter: 3000);
        Trees.Condition(3).Seeded().Sample(
            condition => ConfigWriter.Write(condition) is var result && (result.Text is { } text
                ? LogstashConfig.ParseCondition(text).Node!.Equals(condition)
                : result.Refusals.All(refusal => refusal.Reason == RefusalReason.OneElementArray)),
            iter: 3000);
    }

    [Fact]
    public void Changed_text_is_answered_with_a_tree_or_with_errors_that_have_a_place()
    {
        var change = Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, 12], Gen.String[Gen.Char["if else{}[]()=>\"'\\/#!,$\n\rab1-é\uFEFF"], 0, 6]);
        Gen.Select(Trees.Document, change.Array[1, 4]).Seeded().Sample(
            (document, changes) =>
            {
                var text = ConfigWriter.Write(document).Text ?? "filter { }";
                foreach (var (where, removed, added) in changes)
                {
                    var at = text.Length == 0 ? 0 : where % text.Length;
                    text = text.Remove(at, Math.Min(removed, text.Length - at)).Insert(at, added);
                }

                var result = LogstashConfig.Parse(text);
                var lines = text.Split('\n').Length;
                return result.Succeeded
                    ? ConfigWriter.Write(result.Document) is not { Text: { } again } || LogstashConfig.Parse(again).Document.Equals(result.Document)
                    : result.Errors.All(error => error.Line >= 1 && error.Line <= lines && error.Column >= 1 && error.Span.End <= text.Length && error.CaretText.Contains('^', StringComparison.Ordinal));
            },
            iter: 3000);
    }

    [Fact]
    public void No_value_leaves_its_place()
    {
        var hostile = Gen.String[Gen.Char["ab\"'\\\n\r\t#{}[]()=>,/!$%é\0\u2028"], 0, 12];
        Gen.Select(hostile, hostile, hostile, Gen.Bool).Seeded().Sample(
            (key, value, comment, escapes) =>
            {
                var result = new ConfigBuilder(escapes)
                    .Comment(comment)
                    .Section(SectionKind.Input, input => input.Comment(comment).Plugin("kafka", kafka => kafka
                        .Comment(comment)
                        .Attribute("group_id", ConfigValue.Text(value))
                        .Attribute("topics", ConfigValue.Array([ConfigValue.Text(value), ConfigValue.Text(key)]))
                        .Attribute("add_field", ConfigValue.Hash([KeyValuePair.Create(key, ConfigValue.Text(value))]))))
                    .Build();
                if (result.Text is null)
                {
                    return result.Refusals.All(refusal => refusal.Reason is RefusalReason.BothQuotes or RefusalReason.TrailingBackslash or RefusalReason.Placeholder);
                }

                var plugin = (PluginSyntax)LogstashConfig.Parse(result.Text).Document.Sections.Single().Items.Single();
                var group = ((StringSyntax)plugin.Attributes[0].Value).Value(escapes);
                var entry = ((HashSyntax)plugin.Attributes[2].Value).Entries.Single();
                return plugin.Attributes.Count == 3 && group == value
                    && ((StringSyntax)((ArraySyntax)plugin.Attributes[1].Value).Items[1]).Value(escapes) == key
                    && ((StringSyntax)entry.Key).Value(escapes) == key && ((StringSyntax)entry.Value).Value(escapes) == value;
            },
            iter: 20000);
    }

    [Theory]
    [InlineData("a\"b'c", false, RefusalReason.BothQuotes)]
    [InlineData("C:\\dir\\", false, RefusalReason.TrailingBackslash)]
    [InlineData("C:\\dir\\", true, RefusalReason.TrailingBackslash)]
    [InlineData("a${B}c", false, RefusalReason.Placeholder)]
    [InlineData("${B:c}", true, RefusalReason.Placeholder)]
    public void A_value_that_can_not_be_written_is_refused_with_the_reason(string value, bool escapes, RefusalReason reason)
    {
        var result = new ConfigBuilder(escapes)
            .Section(SectionKind.Output, output => output.Plugin("kafka", kafka => kafka.Attribute("topic_id", ConfigValue.Text(value))))
            .Build();
        var refusal = Assert.Single(result.Refusals);
        Assert.Equal((reason, "output.kafka.topic_id"), (refusal.Reason, refusal.Path));
        Assert.DoesNotContain(value, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("${a-b}")]
    [InlineData("${1A}")]
    [InlineData("${A")]
    [InlineData("$A {B}")]
    public void What_only_looks_like_a_placeholder_is_written(string value) => Assert.NotNull(Build(ConfigValue.Text(value)).Text);

    [Fact]
    public void Trees_that_would_be_read_otherwise_are_refused()
    {
        Assert.Equal(RefusalReason.OneElementArray, ReasonOf(Condition(new MembershipSyntax(new FieldReferenceSyntax(["a"]), new ArraySyntax([new StringSyntax("b")])))));
        Assert.Equal(RefusalReason.OneElementArray, ReasonOf(Condition(new TruthSyntax(new ArraySyntax([new StringSyntax("a]"), new StringSyntax("b")])))));
        Assert.Equal(RefusalReason.InvalidToken, ReasonOf(Condition(new TruthSyntax(new FieldReferenceSyntax(["a,b"])))));
        Assert.Equal(RefusalReason.WrongPlace, ReasonOf(Condition(new TruthSyntax(new BarewordSyntax("true")))));
        Assert.Equal(RefusalReason.WrongPlace, ReasonOf(Condition(new MatchSyntax(new NumberSyntax("1"), new NumberSyntax("1")))));
        Assert.Equal(RefusalReason.DelimiterInside, ReasonOf(Condition(new TruthSyntax(new RegexSyntax("a/b")))));
        Assert.Equal(RefusalReason.DelimiterInside, ReasonOf(ConfigWriter.Write(new StringSyntax("a\"b"))));
        Assert.Equal(RefusalReason.InvalidToken, ReasonOf(ConfigWriter.Write(new NumberSyntax("1e3"))));
        Assert.Equal(RefusalReason.InvalidToken, ReasonOf(ConfigWriter.Write(new BarewordSyntax("a"))));
        Assert.Equal(RefusalReason.WrongPlace, ReasonOf(ConfigWriter.Write(new RegexSyntax("a"))));
        var branch = new BranchSyntax([new BranchArmSyntax(new ConditionSyntax(new TruthSyntax(new FieldReferenceSyntax(["a"])), []), new BlockSyntax([]))]);
        Assert.Equal(RefusalReason.ReadsDifferently, ReasonOf(Filter(branch, new PluginSyntax(new NameSyntax("else"), []))));
        Assert.Equal(RefusalReason.ReadsDifferently, ReasonOf(Filter(new PluginSyntax(new NameSyntax("if1"), []))));
        Assert.Equal(RefusalReason.NoArms, ReasonOf(Filter(new BranchSyntax([]))));
        ValueSyntax deep = new ArraySyntax([]);
        for (var i = 0; i <= LogstashConfig.MaxDepth; i++)
        {
            deep = new ArraySyntax([deep]);
        }

        Assert.Equal(RefusalReason.TooDeep, ReasonOf(ConfigWriter.Write(deep)));
    }

    [Fact]
    public void A_built_config_shows_where_each_part_came_from()
    {
        var options = JsonDocument.Parse("""{"fetch_max_bytes": 1e3, "check_crcs": true, "tags": ["a", "b"], "add_field": {"x": "1", "y": "it's \"q\""}}""").RootElement;
        var result = new ConfigBuilder(supportEscapes: true)
            .Comment("generated")
            .Section(SectionKind.Input, input => input
                .Comment("spec.input")
                .Plugin("kafka", kafka =>
                {
                    kafka.Attribute("topics", ConfigValue.Array([ConfigValue.Text("orders")]))
                        .Attribute("sasl_jaas_config", ConfigValue.Placeholder("KAFKA_SASL_JAAS_CONFIG"))
                        .Attribute("codec", ConfigValue.Syntax(LogstashConfig.ParseValue("json { charset => \"UTF-8\" }").Node!))
                        .Comment("spec.input.options");
                    foreach (var option in options.EnumerateObject())
                    {
                        kafka.Attribute(option.Name, ConfigValue.FromJson(option.Value));
                    }
                })
                .Body(SectionKind.Input, "spec.pipeline.inputs", "  http { port => 8080 } # no line end"))
            .Section(SectionKind.Filter, filter => filter.Body(SectionKind.Filter, "spec.pipeline.filter", " \n"))
            .Section(SectionKind.Output, output => output
                .If(LogstashConfig.ParseCondition("[type]==\"order\" # only orders").Node!, then => then.Plugin("kafka", kafka => kafka.Attribute("topic_id", ConfigValue.Text("%{[type]}")))))
            .Build();
        Assert.Empty(result.Refusals);
        GoldenFile.Matches("built.conf", result.Text!);
    }

    [Fact]
    public void A_body_that_is_wrong_is_refused_with_its_own_places()
    {
        var result = new ConfigBuilder()
            .Section(SectionKind.Filter, filter => filter.Body(SectionKind.Filter, "spec.pipeline.filter", "mutate {\n } }\noutput { stdout { } "))
            .Build();
        var refusal = Assert.Single(result.Refusals);
        Assert.Equal((RefusalReason.InvalidBody, "filter.spec.pipeline.filter"), (refusal.Reason, refusal.Path));
        Assert.Equal((2, 4), (refusal.Errors[0].Line, refusal.Errors[0].Column));
    }

    [Fact]
    public void A_body_can_not_continue_a_generated_branch()
    {
        var result = new ConfigBuilder()
            .Section(SectionKind.Output, output => output
                .If(LogstashConfig.ParseCondition("[a]").Node!, then => then.Plugin("kafka", _ => { }))
                .Body(SectionKind.Output, "spec.pipeline.outputs", "else { }"))
            .Build();
        Assert.Equal(RefusalReason.ReadsDifferently, Assert.Single(result.Refusals).Reason);
    }

    [Theory]
    [InlineData("null", RefusalReason.WrongPlace)]
    [InlineData("1e400", RefusalReason.InvalidToken)]
    [InlineData("""{"a": 1, "a": 2}""", RefusalReason.DuplicateKey)]
    public void Json_that_has_no_counterpart_is_refused(string json, RefusalReason reason) =>
        Assert.Equal(reason, Assert.Single(Build(ConfigValue.FromJson(JsonDocument.Parse(json).RootElement)).Refusals).Reason);

    private static WriteResult Build(ConfigValue value) =>
        new ConfigBuilder().Section(SectionKind.Input, input => input.Plugin("kafka", kafka => kafka.Attribute("x", value))).Build();

    private static WriteResult Condition(ExpressionSyntax expression) => ConfigWriter.Write(new ConditionSyntax(expression, []));

    private static WriteResult Filter(params ItemSyntax[] items) => ConfigWriter.Write(new ConfigDocument([new SectionSyntax(SectionKind.Filter, [.. items])]));

    private static string Written(WriteResult result)
    {
        Assert.Empty(result.Refusals);
        return result.Text!;
    }

    private static RefusalReason ReasonOf(WriteResult result) => result.Refusals[0].Reason;
}
