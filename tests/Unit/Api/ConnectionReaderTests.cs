using CsCheck;
using KafkaLogstash.Api;
using KafkaLogstash.Api.Yaml;

namespace KafkaLogstash.Tests.Unit.Api;

public sealed class ConnectionReaderTests
{
    private const string Minimal = """
        apiVersion: kafka-logstash.io/v1alpha1
        kind: KafkaLogstashConnection
        metadata:
          name: orders
        spec:
          kafka:
            bootstrapServers: [kafka:9092]
          input:
            topics:
            - orders
        """;

    [Fact]
    public void A_connection_is_read_with_its_defaults()
    {
        var connection = Assert.Single(Read(Minimal + "\n    groupId: ~\n    consumerThreads: null").Connections).Resource;

        Assert.Equal(["orders"], connection.Spec.Input!.Topics!);
        Assert.Equal((null, 1, "json"), (connection.Spec.Input.GroupId, connection.Spec.Input.ConsumerThreads, connection.Spec.Input.Codec));
        Assert.Equal("9.5.2", connection.Spec.Logstash.Version);
    }

    [Fact]
    public void An_unknown_field_is_reported_with_its_line_and_the_nearest_name()
    {
        var result = Read(Minimal.Replace("topics:", "topcis:", StringComparison.Ordinal));

        Assert.Empty(result.Connections);
        var error = Assert.Single(result.Errors);
        Assert.Equal("9:5: spec.input.topcis: there is no such field here; did you mean `topics`?", error.ToString());
    }

    [Theory]
    [InlineData("    consumerThreads: two", "spec.input.consumerThreads", "wrong-type")]
    [InlineData("    consumerThreads: \"2\"", "spec.input.consumerThreads", "wrong-type")]
    [InlineData("    groupId: 4711", "spec.input.groupId", "wrong-type")]
    [InlineData("    autoOffsetReset: latest", "spec.input.autoOffsetReset", "unsupported-value")]
    [InlineData("    options: [a]", "spec.input.options", "wrong-type")]
    [InlineData("  logstash: {resources: {limits: {memory: 2 gigs}}}", "spec.logstash.resources.limits.memory", "malformed")]
    [InlineData("  paused: maybe", "spec.paused", "wrong-type")]
    [InlineData("  pipeline: mutate", "spec.pipeline", "wrong-type")]
    [InlineData("  output: {topicId: t, acks: 1}", "spec.output.acks", "wrong-type")]
    [InlineData("  kafka: {}", "", "not-yaml")]
    public void A_wrong_value_is_reported_where_it_stands(string line, string field, string code)
    {
        var error = Assert.Single(Read($"{Minimal}\n{line}").Errors);

        Assert.Equal((field, code, 11), (error.Error.Path, error.Error.Code, error.Position.Line));
    }

    [Fact]
    public void A_missing_field_is_reported_where_it_should_stand()
    {
        var error = Assert.Single(Read(Minimal.Replace("bootstrapServers: [kafka:9092]", "probe: Disabled", StringComparison.Ordinal)).Errors);

        Assert.Equal("6:3: spec.kafka.bootstrapServers: must be set", error.ToString());
    }

    [Fact]
    public void Several_documents_and_lists_are_read_in_order()
    {
        var item = string.Join("\n", Minimal.Replace("orders", "second", StringComparison.Ordinal).Split('\n').Select((line, index) => (index == 0 ? "- " : "  ") + line));
        var text = $"{Minimal}\n---\n# nothing\n---\napiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\n---\napiVersion: v1\nkind: List\nitems:\n{item}";
        var result = Read(text);

        Assert.Empty(result.Errors);
        Assert.Equal(["orders", "second"], result.Connections.Select(connection => connection.Resource.Metadata.Name));
        Assert.Equal("Secret", (string?)Assert.Single(result.Others).Content["kind"]);
        Assert.Equal(30, Line(text, result.Connections[1].Manifest.RangeOf("spec.input.topics[0]")));
        Assert.Equal(result.Connections[1].Manifest.RangeOf("spec.input"), result.Connections[1].Manifest.RangeOf("spec.input.groupId"));
    }

    [Fact]
    public void Properties_are_texts_also_where_numbers_were_written()
    {
        var result = Read(Minimal.Replace("[kafka:9092]", "[kafka:9092]\n    properties: {fetch.min.bytes: 1024, client.rack: a}", StringComparison.Ordinal));

        Assert.Empty(result.Errors);
        Assert.Equal("1024", result.Connections[0].Resource.Spec.Kafka.Properties["fetch.min.bytes"]);
    }

    [Theory]
    [InlineData("apiVersion: kafka-logstash.io/v1\nkind: KafkaLogstashConnection\nmetadata: {name: a}\nspec: {kafka: {bootstrapServers: [a:1]}}", "apiVersion")]
    [InlineData("apiVersion: kafka-logstash.io/v1alpha1\nkind: KafkaLogstashConection", "kind")]
    [InlineData("kafka: {}", "kind")]
    [InlineData("just text", "kind")]
    [InlineData("a: [", "")]
    [InlineData("a: *nowhere", "")]
    [InlineData("a: 1\na: 2", "")]
    public void What_is_no_connection_is_reported(string text, string field) => Assert.Equal(field, Assert.Single(Read(text).Errors).Error.Path);

    [Fact]
    public void Deep_nesting_is_refused_before_it_exhausts_the_stack() =>
        Assert.Contains("nesting", Assert.Single(Read(new string('[', 100_000)).Errors).Error.Message, StringComparison.Ordinal);

    [Fact]
    public void Anchors_can_not_multiply_a_small_text_into_a_huge_one()
    {
        var text = "l0: &l0 [x,x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(1, 9).Select(i => $"l{i}: &l{i} [{string.Join(',', Enumerable.Repeat($"*l{i - 1}", 10))}]\n"));

        Assert.Contains("too large", Assert.Single(Read(text).Errors).Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_ends_the_program() =>
        Gen.String[Gen.Char["abkn:-{}[]&*<#'\"|> \n\t0.~!%@"], 0, 60].Seeded().Sample(noise =>
        {
            Read(noise);
            Read($"{Minimal}\n{noise}");
        }, iter: 2000);

    private static int Line(string text, TextRange range) => new TextLines(text).PositionOf(range.Start).Line;

    private static ManifestReadResult Read(string text) => ConnectionReader.Read(text);
}
