using System.Text.Json.Nodes;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Operator.Verbs;

namespace KafkaLogstash.Tests.Unit.Operator;

public sealed class LintVerbTests
{
    private const string Broken = """
        apiVersion: kafka-logstash.io/v1alpha1
        kind: KafkaLogstashConnection
        metadata:
          name: orders
        spec:
          kafka:
            bootstrapServers: ["kafka:9092"]
          input:
            topics: [orders]
            consumerThread: 2
          pipeline:
            filter: |
              mutate {
                add_tag => [a-b]
              }
        """;

    [Fact]
    public void A_broken_filter_is_shown_with_a_caret_below_the_place()
    {
        var (code, output) = Lint(Broken.Replace("consumerThread:", "consumerThreads:", StringComparison.Ordinal));

        Assert.Equal(ExitCodes.Findings, code);
        Assert.Contains("spec.pipeline.filter, line 2, column", output, StringComparison.Ordinal);
        Assert.Contains("^", output, StringComparison.Ordinal);
        Assert.EndsWith("1 looked at, 1 errors, 0 warnings\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_that_does_not_exist_is_named_with_its_line()
    {
        var (code, output) = Lint(Broken);

        Assert.Equal(ExitCodes.Findings, code);
        Assert.Contains("-:10:", output, StringComparison.Ordinal);
        Assert.Contains("consumerThread", output, StringComparison.Ordinal);
        Assert.Contains("consumerThreads", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_are_told_to_machines_as_JSON_and_to_GitHub_as_commands()
    {
        var (_, json) = Lint(Broken, LintOutput.Json);
        Assert.Equal(10, JsonNode.Parse(json)!.AsArray()[0]!["line"]!.GetValue<int>());

        var (_, github) = Lint(Broken, LintOutput.Github);
        Assert.StartsWith("::error file=-,line=10,", github, StringComparison.Ordinal);
    }

    [Fact]
    public void A_denied_plugin_is_an_error()
    {
        var policy = new ConnectionPolicy { DeniedPlugins = new HashSet<string>(StringComparer.Ordinal) { "ruby" } };
        var text = Broken.Replace("consumerThread:", "consumerThreads:", StringComparison.Ordinal).Replace("add_tag => [a-b]", "", StringComparison.Ordinal).Replace("mutate {", "ruby {", StringComparison.Ordinal);

        Assert.Contains("ruby", Lint(text, policy: policy).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_to_look_at_and_nothing_to_complain_of_have_statuses_of_their_own()
    {
        Assert.Equal(ExitCodes.Unusable, Lint("").Code);
        Assert.Equal(
            ExitCodes.Success,
            LintVerb.Run([Path.Combine(Checkout.Root, "config/samples/output.yaml")], LintOutput.Human, syntaxOnly: false, ConnectionPolicy.None, TextReader.Null, TextWriter.Null));
    }

    private static (int Code, string Output) Lint(string text, LintOutput format = LintOutput.Human, ConnectionPolicy? policy = null)
    {
        using var output = new StringWriter();
        using var input = new StringReader(text);
        var code = LintVerb.Run(["-"], format, syntaxOnly: false, policy ?? ConnectionPolicy.None, input, output);
        return (code, output.ToString());
    }
}
