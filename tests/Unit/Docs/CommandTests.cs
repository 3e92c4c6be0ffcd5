using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Tests.Unit.Operator;

namespace KafkaLogstash.Tests.Unit.Docs;

/// <summary>Commands that pages show are there, with the flags that they are given.</summary>
public sealed partial class CommandTests
{
    /// <summary>Programs of others; whoever mentions another adds it here.</summary>
    private static readonly string[] Others =
    [
        "apt-get", "argocd", "aws", "az", "base64", "cat", "cd", "confluent", "cosign", "curl", "crane", "docker", "dotnet", "flux", "git", "grep", "jq", "kafka-console-consumer.sh", "keytool", "logstash", "mkdir", "openssl", "setup-envtest",
    ];

    private static readonly ConcurrentDictionary<string, Task<string>> Helps = new(StringComparer.Ordinal);

    public static TheoryData<string> Places => [.. Page.All.SelectMany(page => page.Blocks).Where(block => block.IsShell).Select(block => block.Place)];

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Commands_are_there(string place)
    {
        foreach (var command in ShellCommand.Of(Page.All.SelectMany(page => page.Blocks).Single(block => block.Place == place)))
        {
            switch (command.Program)
            {
                case "make":
                    Make(command);
                    break;
                case "kafka-logstash-operator":
                    var help = await CommandRun.OfAsync([.. command.Words.Skip(1).TakeWhile(word => word[0] != '-').Take(1), "--help"]);
                    HasFlags(command, help.Output);
                    break;
                case "kafka-logstash-bridge":
                    HasFlags(command, BridgeProgram.Usage);
                    break;
                case "kubectl" or "helm":
                    await ClientAsync(command);
                    break;
                default:
                    Assert.True(
                        Others.Contains(command.Program) || IsInCheckout(command.Program), $"{place}: '{command.Program}' is no command that this test knows: {string.Join(' ', command.Words)}");
                    break;
            }
        }
    }

    [Fact]
    public void Targets_of_make_that_pages_name_are_there()
    {
        var named = Page.All.SelectMany(page => page.InlineCode.Where(code => code.Text.StartsWith("make ", StringComparison.Ordinal))
            .Select(code => new ShellCommand($"{page.Path}:{code.Line}", code.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries))));

        Assert.All(named, Make);
    }

    private static void Make(ShellCommand command)
    {
        var makefile = File.ReadAllText(Path.Join(Checkout.Root, "Makefile"));
        foreach (var word in command.Words.Skip(1))
        {
            if (word.Split('=', 2) is [var variable, _])
            {
                Assert.True(Regex.IsMatch(makefile, $@"\b{variable}\b", RegexOptions.None, TimeSpan.FromSeconds(1)), $"{command.Place}: the Makefile knows no variable {variable}.");
            }
            else
            {
                Assert.True(makefile.Contains($"\n{word}:", StringComparison.Ordinal), $"{command.Place}: the Makefile has no target '{word}'.");
            }
        }
    }

    /// <summary>kubectl and helm: the subcommand that the words name as far as help answers differently to each, and its flags.</summary>
    private static async Task ClientAsync(ShellCommand command)
    {
        var words = command.Words.Skip(1).Zip(command.Words, (word, before) => (word, before)).Where(pair => pair.word[0] != '-' && pair.before is not ("-n" or "--namespace")).Select(pair => pair.word);
        var path = new List<string> { command.Program };
        var help = await HelpAsync(command.Program);
        foreach (var word in words.Where(word => Subcommand().IsMatch(word)))
        {
            // Kinds may stand in the plural.
            var name = new[] { word, word.TrimEnd('s') }.FirstOrDefault(name => Regex.IsMatch(help, $@"^  {name} ", RegexOptions.Multiline, TimeSpan.FromSeconds(1)));
            if (name is null)
            {
                break;
            }

            path.Add(name);
            help = await HelpAsync(string.Join(' ', path));
        }

        Assert.True(path.Count > 1, $"{command.Place}: {command.Program} has no such subcommand: {string.Join(' ', command.Words)}");
        HasFlags(command, help + (command.Program == "kubectl" ? await HelpAsync("kubectl options") : ""));
    }

    private static void HasFlags(ShellCommand command, string help)
    {
        foreach (var flag in command.Flags)
        {
            Assert.True(
                Regex.IsMatch(help, $@"(?<![\w-]){Regex.Escape(flag)}(?![\w-])", RegexOptions.None, TimeSpan.FromSeconds(1)), $"{command.Place}: there is no flag {flag}: {string.Join(' ', command.Words)}");
        }
    }

    private static Task<string> HelpAsync(string command) => Helps.GetOrAdd(command, async line =>
    {
        var words = line.Split(' ');
        var program = Path.Join(Checkout.Root, ".tools", "bin", words[0]);
        Assert.True(File.Exists(program), $"There is no {words[0]}: run scripts/install-tools, which puts one into .tools/bin.");
        using var process = Process.Start(new ProcessStartInfo(program, words[^1] == "options" ? words[1..] : [.. words[1..], "--help"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output + await errors;
    });

    private static bool IsInCheckout(string program) => program.Contains('/', StringComparison.Ordinal) && File.Exists(Path.Join(Checkout.Root, program));

    [GeneratedRegex("^[a-z][a-z-]*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Subcommand();
}
