using System.Text;
using System.Text.Json.Nodes;
using KafkaLogstash.Operator.Verbs;

namespace KafkaLogstash.Tests.Unit.Operator;

public sealed class LintVerbTests : IDisposable
{
    private const string Cases = "tests/Unit/Operator/Cases";
    private const string Golden = "tests/Unit/Operator/Golden/lint";

    private const string Connection = """
        apiVersion: kafka-logstash.io/v1alpha1
        kind: KafkaLogstashConnection
        metadata:
          name: orders
        spec:
          kafka:
            bootstrapServers: ["kafka:9092"]
          input:
            topics: [orders]
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("lint").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("human.txt")]
    [InlineData("colored.txt", "--color", "always")]
    [InlineData("findings.json", "--output", "json")]
    [InlineData("github.txt", "--output", "github")]
    [InlineData("syntax-only.txt", "--syntax-only")]
    public async Task A_folder_is_reported_as_agreed(string golden, params string[] options)
    {
        var run = await CommandRun.OfAsync(["lint", Case(""), .. options]);

        Assert.Equal(ExitCodes.Findings, run.Code);
        GoldenFile.Matches($"{run.Output}{(run.Errors.Length > 0 ? $"--- standard error\n{run.Errors}" : "")}", $"{Golden}/{golden}");
    }

    [Theory]
    [InlineData("lint")]
    [InlineData("render")]
    [InlineData("status")]
    [InlineData("ready")]
    [InlineData("crd")]
    public async Task The_help_is_as_agreed(string verb)
    {
        var run = await CommandRun.OfAsync(verb, "--help");

        Assert.Equal(ExitCodes.Success, run.Code);
        GoldenFile.Matches(run.Output, $"tests/Unit/Operator/Golden/help/{verb}.txt");
    }

    [Fact]
    public async Task A_config_that_Logstash_accepts_gets_warnings_which_count_only_on_request()
    {
        var run = await CommandRun.OfAsync("lint", Case("hand-written.conf"));
        Assert.Equal((ExitCodes.Success, "1 file, 0 errors, 5 warnings\n"), (run.Code, run.Errors));

        Assert.Equal(ExitCodes.Findings, (await CommandRun.OfAsync("lint", "--strict", Case("hand-written.conf"))).Code);
        Assert.Equal(
            (ExitCodes.Success, "", "1 file, 0 errors, 0 warnings\n"),
            await OutcomeAsync("lint", "--strict", "--syntax-only", Case("hand-written.conf")));
    }

    [Fact]
    public async Task A_denied_plugin_is_an_error()
    {
        var run = await CommandRun.OfAsync("filter { ruby { code => \"\" } mutate { } }", ["lint", "-", "--denied-plugins", "exec,filter/ruby"]);

        Assert.Equal(ExitCodes.Findings, run.Code);
        Assert.StartsWith("-:1:10: error: The filter `ruby` is not allowed on this platform. The operator is told so with --denied-plugins", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_plugins_are_those_of_the_given_Logstash()
    {
        var run = await CommandRun.OfAsync("filter { groak { } }", ["lint", "-", "--logstash-version", "8.19.0"]);
        Assert.Contains("Logstash 8.19.0 has no filter `groak`", run.Output, StringComparison.Ordinal);

        var refused = await CommandRun.OfAsync("", ["lint", "-", "--logstash-version", "9"]);
        Assert.Equal(ExitCodes.Unusable, refused.Code);
        Assert.Contains("--logstash-version must be a full version", refused.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("input { stdin { } }", true)]
    [InlineData("# only a comment", true)]
    [InlineData("", true)]
    [InlineData("input { stdin { } }\r\nfilter {\r\n  # x\r\n}\r\n", true)]
    [InlineData("\uFEFFinput { stdin { } }", false)]
    [InlineData("input { stdin { } }\v", false)]
    [InlineData("input: { }", false)]
    [InlineData("just text", false)]
    public async Task Syntax_alone_refuses_what_Logstash_refuses(string text, bool accepted)
    {
        var file = Path.Combine(_folder, "x.conf");
        await File.WriteAllTextAsync(file, text, new UTF8Encoding(false), TestContext.Current.CancellationToken);

        Assert.Equal(accepted ? ExitCodes.Success : ExitCodes.Findings, (await CommandRun.OfAsync("lint", "--syntax-only", file)).Code);
        Assert.Equal(accepted ? ExitCodes.Success : ExitCodes.Findings, (await CommandRun.OfAsync(text, ["lint", "--syntax-only", "-"])).Code);
    }

    [Theory]
    [InlineData(new byte[] { 0x69, 0xE9 })]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x69, 0 })]
    [InlineData(new byte[] { 0x23, 0xC3 })]
    public async Task Bytes_that_are_not_UTF8_are_refused(byte[] bytes)
    {
        var file = Path.Combine(_folder, "x.conf");
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        var run = await CommandRun.OfAsync("lint", "--syntax-only", file);
        Assert.Equal(ExitCodes.Findings, run.Code);
        Assert.Contains("not UTF-8", run.Output, StringComparison.Ordinal);

        var resource = Path.Combine(_folder, "x.yaml");
        await File.WriteAllBytesAsync(resource, [.. "a: "u8, 0xE9], TestContext.Current.CancellationToken);
        Assert.Contains("not UTF-8", (await CommandRun.OfAsync("lint", resource)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Syntax_alone_says_nothing_of_fields_and_plugins()
    {
        var text = Connection + "\n    consumerThread: 2\n  pipeline:\n    filter: |\n      groak { }\n";

        Assert.Equal(ExitCodes.Success, (await CommandRun.OfAsync(text, ["lint", "--syntax-only", "-"])).Code);
        Assert.Equal(ExitCodes.Findings, (await CommandRun.OfAsync(text + "      }\n", ["lint", "--syntax-only", "-"])).Code);
    }

    [Fact]
    public async Task The_same_mistake_in_two_lines_is_told_twice()
    {
        var run = await CommandRun.OfAsync(Connection + "\n  pipeline:\n    filter: |\n      groak { }\n      groak { }\n", ["lint", "-"]);

        Assert.Contains("-:12:7: warning: orders: spec.pipeline.filter, line 1, column 1: ", run.Output, StringComparison.Ordinal);
        Assert.Contains("-:13:7: warning: orders: spec.pipeline.filter, line 2, column 1: ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_may_be_a_secret_is_not_shown()
    {
        var run = await CommandRun.OfAsync(Connection.Replace("[\"kafka:9092\"]", "[\"kafka:9092\"]\n    pasword: hunter2", StringComparison.Ordinal), ["lint", "-"]);

        Assert.Contains("  8 |     pasword: …\n    |     ^~~~~~~\n", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kind: Secret", "metadata.name: must be set")]
    [InlineData("kind: ConfigMap\nmetadata: {labels: {}}", "metadata.name: must be set")]
    [InlineData("kind: Secret\nmetadata: []", "metadata.name: must be set")]
    [InlineData("kind: Secret\nmetadata: {name: a}\ndata: {k: '***'}", "the Secret has a value of the wrong type")]
    [InlineData("kind: []", "kind: must be set")]
    public async Task What_is_given_along_may_be_broken_too(string other, string message)
    {
        var run = await CommandRun.OfAsync($"{Connection}\n---\napiVersion: v1\n{other}\n", ["lint", "-"]);

        Assert.Equal((ExitCodes.Findings, "1 file, 1 error, 0 warnings\n"), (run.Code, run.Errors));
        Assert.Contains(message, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GitHub_gets_its_special_characters_escaped()
    {
        var file = Path.Combine(_folder, "50%, a:b.conf");
        await File.WriteAllTextAsync(file, "filter { mutate { a => \"%\r\n\" b } }", TestContext.Current.CancellationToken);

        var run = await CommandRun.OfAsync("lint", "--output", "github", file);

        var line = Assert.Single(run.Output.TrimEnd('\n').Split('\n'));
        Assert.Contains("/50%25%2C a%3Ab.conf,line=2,endLine=2,col=", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Findings_come_by_file_and_line_and_a_file_that_is_named_twice_comes_once()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "b.conf"), "filter { groak { } }\nfilter { mutatee { } }", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path.Combine(_folder, "a"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "a", "c.conf"), "filter { groak { } }", TestContext.Current.CancellationToken);

        var run = await CommandRun.OfAsync("lint", "-o", "json", Path.Combine(_folder, "b.conf"), _folder);

        Assert.Equal(
            ["c.conf:1", "b.conf:1", "b.conf:2"],
            JsonNode.Parse(run.Output)!.AsArray().Select(finding => $"{Path.GetFileName(finding!["file"]!.ToString())}:{finding["line"]}"));
    }

    [Fact]
    public async Task Links_to_folders_and_hidden_folders_are_not_followed()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "a.conf"), "", TestContext.Current.CancellationToken);
        Directory.CreateSymbolicLink(Path.Combine(_folder, "round"), _folder);
        Directory.CreateDirectory(Path.Combine(_folder, ".git"));
        await File.WriteAllTextAsync(Path.Combine(_folder, ".git", "b.conf"), "", TestContext.Current.CancellationToken);

        Assert.Equal("1 file, 0 errors, 0 warnings\n", (await CommandRun.OfAsync("lint", _folder)).Errors);
    }

    [Fact]
    public async Task What_cannot_be_read_is_named_and_the_rest_is_looked_at()
    {
        var run = await CommandRun.OfAsync("lint", Path.Combine(_folder, "missing.conf"), Case("mistakes.conf"));

        Assert.Equal(ExitCodes.Unusable, run.Code);
        Assert.Contains("missing.conf: error: It can't be read", run.Output, StringComparison.Ordinal);
        Assert.Contains("mistakes.conf:1:22: error", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lint")]
    [InlineData("render")]
    public async Task An_empty_name_is_no_file(string verb)
    {
        var run = await CommandRun.OfAsync(verb, "");

        Assert.Equal(ExitCodes.Unusable, run.Code);
        Assert.Contains("The name of a file is empty", run.Output + run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_to_look_at_is_not_taken_for_nothing_wrong()
    {
        foreach (var args in new[] { new[] { "lint", "-" }, ["lint", _folder], ["lint"] })
        {
            Assert.Equal(ExitCodes.Unusable, (await CommandRun.OfAsync(args)).Code);
        }

        Assert.Equal(ExitCodes.Success, (await CommandRun.OfAsync("lint", Path.Combine(Checkout.Root, "config/samples/output.yaml"))).Code);
    }

    [Theory]
    [InlineData(true, null, "auto", true)]
    [InlineData(true, "1", "auto", false)]
    [InlineData(true, "1", "always", true)]
    [InlineData(true, null, "never", false)]
    [InlineData(false, null, "auto", false)]
    [InlineData(false, null, "always", true)]
    public async Task Colours_go_to_terminals_unless_told_otherwise(bool isTerminal, string? noColor, string choice, bool colored)
    {
        var run = await CommandRun.OfAsync(
            console => console with { OutputIsTerminal = isTerminal, ErrorIsTerminal = isTerminal, Variable = name => name == "NO_COLOR" ? noColor : null },
            [],
            ["lint", Case("mistakes.conf"), "--color", choice]);

        Assert.Equal(colored, run.Output.Contains('\e', StringComparison.Ordinal));
        Assert.Equal(colored, run.Errors.Contains('\e', StringComparison.Ordinal));
    }

    private static async Task<(int Code, string Output, string Errors)> OutcomeAsync(params string[] args)
    {
        var run = await CommandRun.OfAsync(args);
        return (run.Code, run.Output, run.Errors);
    }

    private static string Case(string file) => Path.Combine(Checkout.Root, Cases, file);
}
