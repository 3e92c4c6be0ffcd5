using System.Text.RegularExpressions;
using KafkaLogstash.Tests.Unit.Operator;
using YamlDotNet.RepresentationModel;

namespace KafkaLogstash.Tests.Unit.Release;

/// <summary>Workflows run elsewhere and seldom: what can be wrong in them without that being noticed is looked at here.</summary>
public sealed partial class WorkflowTests
{
    private static readonly string[] Contexts = ["github", "matrix", "secrets", "env", "needs", "steps", "inputs", "runner"];

    public static TheoryData<string> Workflows() => [.. Directory.GetFiles(Path.Join(Checkout.Root, ".github", "workflows")).Select(file => Path.GetFileName(file)!)];

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Every_make_target_and_script_that_a_workflow_runs_is_there(string workflow)
    {
        var targets = TargetLine().Matches(File.ReadAllText(Path.Join(Checkout.Root, "Makefile"))).Select(match => match.Groups["target"].Value).ToHashSet(StringComparer.Ordinal);
        var commands = Steps(workflow).Select(step => Text(step, "run")).OfType<string>().ToList();

        Assert.NotEmpty(commands);
        foreach (var target in commands.SelectMany(command => MakeCall().Matches(command)).Select(match => match.Groups["target"].Value))
        {
            Assert.Contains(target, targets);
        }

        foreach (var script in commands.SelectMany(command => ScriptCall().Matches(command)).Select(match => match.Groups["script"].Value))
        {
            var file = Path.Join(Checkout.Root, script);
            Assert.True(File.Exists(file), $"{workflow} runs {script}, which is not there.");
            Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file).HasFlag(UnixFileMode.UserExecute), $"{script} can't be run.");
        }
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Every_action_is_pinned_to_a_commit_and_says_which_version_that_is(string workflow)
    {
        var lines = File.ReadAllLines(FileOf(workflow)).Where(line => line.Contains("uses:", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.True(
            line.TrimEnd().EndsWith("uses: ./.github/workflows/ci.yml", StringComparison.Ordinal) || PinnedAction().IsMatch(line), $"Not pinned: {line.Trim()}"));
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Rights_are_given_one_by_one_and_nothing_runs_for_ever(string workflow)
    {
        var root = Root(workflow);

        Assert.Equal("read", Text((YamlMappingNode)root.Children["permissions"], "contents"));
        Assert.Single(((YamlMappingNode)root.Children["permissions"]).Children);
        Assert.All(Jobs(workflow).Where(job => job.Job.Children.ContainsKey("steps")), job => Assert.InRange(int.Parse(Text(job.Job, "timeout-minutes") ?? "0"), 1, 60));
        Assert.All(Steps(workflow).Where(step => Text(step, "uses")?.StartsWith("actions/checkout@", StringComparison.Ordinal) == true), step =>
            Assert.Equal("false", Text((YamlMappingNode)step.Children["with"], "persist-credentials")));
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Jobs_wait_for_jobs_that_are_there_and_expressions_name_contexts_that_exist(string workflow)
    {
        var names = Jobs(workflow).Select(job => job.Name).ToHashSet(StringComparer.Ordinal);
        Assert.All(Jobs(workflow).Select(job => Text(job.Job, "needs")).OfType<string>(), needed => Assert.Contains(needed, names));
        Assert.All(
            Expression().Matches(File.ReadAllText(FileOf(workflow))),
            match => Assert.Contains(match.Groups["context"].Value, Contexts));
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void What_others_can_choose_reaches_a_shell_through_its_environment_alone(string workflow) =>
        Assert.All(Steps(workflow).Select(step => Text(step, "run")).OfType<string>(), command => Assert.DoesNotContain("${{", command, StringComparison.Ordinal));

    private static string FileOf(string workflow) => Path.Join(Checkout.Root, ".github", "workflows", workflow);

    private static YamlMappingNode Root(string workflow)
    {
        using var reader = new StreamReader(FileOf(workflow));
        var yaml = new YamlStream();
        yaml.Load(reader);
        return (YamlMappingNode)Assert.Single(yaml.Documents).RootNode;
    }

    private static IEnumerable<(string Name, YamlMappingNode Job)> Jobs(string workflow) =>
        ((YamlMappingNode)Root(workflow).Children["jobs"]).Children.Select(job => (((YamlScalarNode)job.Key).Value!, (YamlMappingNode)job.Value));

    private static IEnumerable<YamlMappingNode> Steps(string workflow) => Jobs(workflow)
        .SelectMany(job => job.Job.Children.TryGetValue("steps", out var steps) ? ((YamlSequenceNode)steps).Children.Cast<YamlMappingNode>() : []);

    private static string? Text(YamlMappingNode node, string name) => node.Children.TryGetValue(name, out var value) ? ((YamlScalarNode)value).Value : null;

    [GeneratedRegex("^(?<target>[a-z-]+):", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TargetLine();

    [GeneratedRegex(@"\bmake( --[a-z-]+)* (?<target>[a-z-]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MakeCall();

    [GeneratedRegex(@"(^|[\s""])(?<script>(scripts|\.ci)/[a-z-]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ScriptCall();

    [GeneratedRegex(@"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PinnedAction();

    [GeneratedRegex(@"\$\{\{ *(?<context>\w+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Expression();
}
