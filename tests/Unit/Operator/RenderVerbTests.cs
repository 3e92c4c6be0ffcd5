using KafkaLogstash.Logstash;
using KafkaLogstash.Operator.Verbs;

namespace KafkaLogstash.Tests.Unit.Operator;

public sealed class RenderVerbTests
{
    private const string Golden = "tests/Unit/Operator/Golden";

    public static TheoryData<string> Samples() =>
        [.. Directory.GetFiles(Path.Combine(Checkout.Root, "config/samples"), "*.yaml").Select(Path.GetFileNameWithoutExtension).OfType<string>().Where(name => name != "kustomization").Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_sample_renders_to_what_was_agreed(string sample)
    {
        var (code, output, errors) = await RenderAsync($"config/samples/{sample}.yaml");

        GoldenFile.Matches(output, $"{Golden}/{sample}.yaml");
        GoldenFile.Matches(errors, $"{Golden}/{sample}.txt");
        Assert.Equal(ExitCodes.Success, code);
    }

    [Theory]
    [InlineData("source-only")]
    [InlineData("sink-only")]
    [InlineData("external")]
    public async Task A_bridge_renders_to_what_was_agreed(string name)
    {
        var (code, output, errors) = await RenderAsync($"tests/Unit/Operator/Bridges/{name}.yaml");

        GoldenFile.Matches(output, $"{Golden}/bridges/{name}.yaml");
        GoldenFile.Matches(errors, $"{Golden}/bridges/{name}.txt");
        Assert.Equal(ExitCodes.Success, code);
    }

    [Fact]
    public async Task Rendering_twice_gives_the_same()
    {
        Assert.Equal(await RenderAsync("config/samples/mtls.yaml"), await RenderAsync("config/samples/mtls.yaml"));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task The_pipeline_alone_is_a_config_for_Logstash(string sample)
    {
        var (code, output, _) = await RenderAsync($"config/samples/{sample}.yaml", "--pipeline");
        if (sample == "external-logstash")
        {
            Assert.Equal((ExitCodes.Success, ""), (code, output));
            return;
        }

        Assert.Equal(ExitCodes.Success, code);
        Assert.StartsWith("# Made by the Kafka–Logstash Operator", output, StringComparison.Ordinal);
        Assert.Empty(LogstashConfig.Parse(output).Errors);
    }

    [Fact]
    public async Task No_secret_reaches_anything_but_the_derived_Secret()
    {
        var (_, output, errors) = await RenderAsync("config/samples/scram-autoscaling.yaml");

        foreach (var document in output.Split("---\n").Where(document => !document.Contains("kind: Secret", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain("not-a-real", document, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("not-a-real", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Secret_that_was_not_given_is_asked_for()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "config/samples/mtls.yaml"), TestContext.Current.CancellationToken);
        var alone = text.Split("\n---\n").Single(document => document.Contains("kind: KafkaLogstashConnection", StringComparison.Ordinal));

        var (code, output, errors) = await CommandRun.OfAsync(alone, ["render", "-"]);

        Assert.Equal((ExitCodes.Findings, ""), (code, output));
        Assert.Contains("[missing-reference]", errors, StringComparison.Ordinal);
        Assert.EndsWith("name the files with the missing Secrets and ConfigMaps, too.\n", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        var (code, output, errors) = await RenderAsync("config/samples/no-such-file.yaml");

        Assert.Equal(ExitCodes.Unusable, code);
        Assert.Empty(output);
        Assert.Contains("no-such-file.yaml", errors, StringComparison.Ordinal);
    }

    private static Task<CommandRun> RenderAsync(string path, params string[] options) => CommandRun.OfAsync(["render", Path.Combine(Checkout.Root, path), .. options]);
}
