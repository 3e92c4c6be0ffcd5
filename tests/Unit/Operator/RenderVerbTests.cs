using KafkaLogstash.Operator.Verbs;

namespace KafkaLogstash.Tests.Unit.Operator;

public sealed class RenderVerbTests
{
    private const string Golden = "tests/Unit/Operator/Golden";

    public static TheoryData<string> Samples() =>
        [.. Directory.GetFiles(Path.Combine(Checkout.Root, "config/samples"), "*.yaml").Select(Path.GetFileNameWithoutExtension).OfType<string>().Where(name => name != "kustomization").Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_sample_renders_to_what_was_agreed(string sample)
    {
        var (code, output, errors) = Render($"config/samples/{sample}.yaml");

        GoldenFile.Matches(output, $"{Golden}/{sample}.yaml");
        GoldenFile.Matches(errors.Replace(Checkout.Root + "/", "", StringComparison.Ordinal), $"{Golden}/{sample}.txt");
        Assert.Equal(sample == "external-logstash" ? ExitCodes.Findings : ExitCodes.Success, code);
    }

    [Fact]
    public void Rendering_twice_gives_the_same()
    {
        Assert.Equal(Render("config/samples/mtls.yaml"), Render("config/samples/mtls.yaml"));
    }

    [Fact]
    public void Only_the_pipeline_is_printed_on_request()
    {
        var (code, output, _) = Render("config/samples/input-and-output.yaml", pipelineOnly: true);

        Assert.Equal(ExitCodes.Success, code);
        Assert.StartsWith("# Made by the Kafka–Logstash Operator", output, StringComparison.Ordinal);
        Assert.DoesNotContain("apiVersion", output, StringComparison.Ordinal);
    }

    [Fact]
    public void No_secret_reaches_anything_but_the_derived_Secret()
    {
        var (_, output, errors) = Render("config/samples/scram-autoscaling.yaml");

        foreach (var document in output.Split("---\n").Where(document => !document.Contains("kind: Secret", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain("not-a-real", document, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("not-a-real", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var (code, output, errors) = Render("config/samples/no-such-file.yaml");

        Assert.Equal(ExitCodes.Unusable, code);
        Assert.Empty(output);
        Assert.Contains("no-such-file.yaml", errors, StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Errors) Render(string path, bool pipelineOnly = false)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = RenderVerb.Run([Path.Combine(Checkout.Root, path)], pipelineOnly, TextReader.Null, output, errors);
        return (code, output.ToString(), errors.ToString());
    }
}
