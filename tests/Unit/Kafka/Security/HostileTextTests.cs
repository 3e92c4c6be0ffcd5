using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Syntax;
using KafkaLogstash.Logstash.Writing;
using KafkaLogstash.Tests.Unit.Api;

namespace KafkaLogstash.Tests.Unit.Kafka.Security;

/// <summary>Whatever stands in a field of the resource reaches the plugin as it is, or is refused by name: nothing breaks out of its place.</summary>
public sealed class HostileTextTests
{
    private static readonly string[] Pieces = ["${X}", "${X:y}", "%{x}", "=> \"", "\" }", "\n}\n", "# ", "é", "😀", "\\\"", "' drop { } '"];

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.Char["\"'\\$;{}[]=>#%/\n\r\t abcX1"].Select(c => c.ToString()),
        Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i])).Array[1, 16].Select(string.Concat);

    public static TheoryData<string, string, string> Places => new()
    {
        { "spec.output.topicId", "output", "topic_id" },
        { "spec.output.messageKey", "output", "message_key" },
        { "spec.input.topicsPattern", "input", "topics_pattern" },
        { "spec.input.groupId", "input", "group_id" },
        { "spec.kafka.properties", "input", "client_rack" },
        { "spec.input.options", "input", "client_rack" },
        { "spec.output.options", "output", "partitioner" },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void A_text_reaches_its_option_or_is_refused_by_name(string field, string section, string option) =>
        Gen.Select(Text, Gen.Bool).Seeded().Sample(
            (text, escapes) => Check(field, section == "input" ? SectionKind.Input : SectionKind.Output, option, text, escapes),
            iter: 150,
            threads: 1);

    [Fact]
    public void A_header_reaches_the_output_with_its_name()
    {
        var connection = Resource(escapes: false, ("spec.output.options", """{"message_headers": {"a \"=> b": "c } '"}}"""));

        using var pod = RenderedPod.Of(connection);

        Assert.Equal([KeyValuePair.Create("a \"=> b", "c } '")], pod.Plugin(SectionKind.Output).Pairs("message_headers"));
    }

    [Theory]
    [InlineData("[a] == 'x' } drop { } if [b]")]
    [InlineData("[a] == 'x' {")]
    [InlineData("[a] ==")]
    [InlineData("true } # ")]
    [InlineData("[a] == 'x'\n}\nkafka { topic_id => 'stolen'")]
    public void A_condition_that_is_more_than_a_condition_is_refused(string when)
    {
        var rendering = OfflineRenderer.Render(Resource(escapes: false, ("spec.output.when", JsonSerializer.Serialize(when))), [], [], ConnectionPolicy.None);

        Assert.Contains(rendering.Findings, finding => finding.Severity == Severity.Error && finding.Field == "spec.output.when");
        Assert.Empty(rendering.Objects);
    }

    [Theory]
    [InlineData("""[a] == "}" """)]
    [InlineData("""[a] == '"' and [b] != "'" """)]
    [InlineData("""[a] =~ /\/}$/ or "# " in [b]""")]
    [InlineData("""[a] == "x" # a remark that takes the brace along {""")]
    public void A_condition_stays_one_condition(string when)
    {
        using var pod = RenderedPod.Of(Resource(escapes: false, ("spec.output.when", JsonSerializer.Serialize(when))));

        var branch = Assert.IsType<BranchSyntax>(pod.Pipeline.Sections.Single(section => section.Kind == SectionKind.Output).Items[0]);
        Assert.Null(branch.Else);
        Assert.Equal("kafka", Assert.IsType<PluginSyntax>(Assert.Single(Assert.Single(branch.Arms).Block.Items)).Name.Text);
    }

    [Theory]
    [InlineData("json { } } drop { ")]
    [InlineData("json } # ")]
    [InlineData("json { charset => \"}")]
    public void A_codec_that_is_more_than_a_codec_is_refused(string codec)
    {
        var rendering = OfflineRenderer.Render(Resource(escapes: false, ("spec.output.codec", JsonSerializer.Serialize(codec))), [], [], ConnectionPolicy.None);

        Assert.Contains(rendering.Findings, finding => finding.Severity == Severity.Error && finding.Field == "spec.output.codec");
        Assert.Empty(rendering.Objects);
    }

    [Theory]
    [InlineData("spec.input.options", "client_id", SectionKind.Input)]
    [InlineData("spec.output.options", "client_id", SectionKind.Output)]
    [InlineData("spec.kafka.properties", "client.id", SectionKind.Input)]
    [InlineData("spec.kafka.properties", "client.id", SectionKind.Output)]
    public void A_client_id_of_the_user_takes_the_place_of_ours(string field, string name, SectionKind section)
    {
        using var pod = RenderedPod.Of(Resource(escapes: false, (field, new JsonObject { [name] = "mine" }.ToJsonString())));

        Assert.Equal("mine", pod.Plugin(section).Text("client_id"));
    }

    private static bool Check(string field, SectionKind section, string option, string text, bool escapes)
    {
        var value = field switch
        {
            "spec.kafka.properties" => new JsonObject { ["client.rack"] = text },
            _ when field.EndsWith(".options", StringComparison.Ordinal) => new JsonObject { [option] = text },
            _ => (JsonNode)text,
        };
        var connection = Resource(escapes, (field, value.ToJsonString()), ("spec.input.topics", field == "spec.input.topicsPattern" ? null : "[\"orders\"]"));
        var rendering = OfflineRenderer.Render(connection, [], [], ConnectionPolicy.None);
        if (rendering.Findings.FirstOrDefault(finding => finding.Severity == Severity.Error) is { } refusal)
        {
            // Refused with a name that leads to the field, and nothing is made.
            return rendering.Objects.IsEmpty && refusal.Field.Length > 0 && refusal.Message.Length > 0;
        }

        if (Quoting.HasPlaceholder(text))
        {
            // Only the free options, and what makes topic and key of an event, may hold placeholders.
            return field is "spec.output.topicId" or "spec.output.messageKey" || field.EndsWith(".options", StringComparison.Ordinal);
        }

        using var pod = RenderedPod.Of(connection);
        return pod.Plugins(SectionKind.Input).Count() == 1
            && pod.Plugins(SectionKind.Output).Count() == 1
            && !pod.Plugins(SectionKind.Filter).Any()
            && pod.Plugin(section).Text(option) == text;
    }

    private static KafkaLogstashConnection Resource(bool escapes, params (string Path, string? Json)[] changes) => Manifest.Resource(
    [
        ("spec.output.topicId", "\"out\""),
        ("spec.logstash.config", escapes ? """{"config.support_escapes": true}""" : "{}"),
        .. changes,
    ]);
}
