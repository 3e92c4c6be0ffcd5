using System.Text.Json.Nodes;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Kubectl;

/// <summary>What people read who work with kubectl.</summary>
public sealed class KubectlTests(SharedCluster shared, SampleResource resource) : SampleTest(shared, resource)
{
    private KubectlProgram _kubectl = null!;

    private string Name => Resource.FullName;

    private string Printed => $"sample.{Resource.Group}";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _kubectl = new KubectlProgram(Cluster.Kubeconfig, Namespace);
    }

    public override async ValueTask DisposeAsync()
    {
        _kubectl?.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Get_prints_the_columns_of_the_definition()
    {
        await CreateReadyAsync();

        Assert.Equal([["NAME", "SIZE", "READY", "AGE"], ["a", "3", "True"]], Cells(await _kubectl.RunAsync("get", Resource.ShortName), 4, 3));
        Assert.Equal(
            [["NAME", "SIZE", "READY", "COLOUR", "AGE"], ["a", "3", "True", "red"]],
            Cells(await _kubectl.RunAsync("get", Name, "-o", "wide"), 5, 4));
    }

    [Fact]
    public async Task Get_prints_yaml_without_managed_fields()
    {
        await CreateReadyAsync();

        var yaml = await _kubectl.RunAsync("get", Name, "a", "-o", "yaml");

        Assert.StartsWith($"apiVersion: {Resource.GroupVersion}\nkind: Sample\nmetadata:\n", yaml, StringComparison.Ordinal);
        Assert.Contains("spec:\n  colour: red\n  replicas: 1\n  size: 3\n", yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("managedFields", yaml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_finds_nothing_and_says_so()
    {
        Assert.Equal($"No resources found in {Namespace} namespace.\n", (await _kubectl.TryAsync(null, "get", Name)).Error);
        Assert.Equal(
            $"Error from server (NotFound): {Name} \"none\" not found\n", (await _kubectl.TryAsync(null, "get", Name, "none")).Error);
    }

    [Fact]
    public async Task Get_of_a_category_names_the_samples()
    {
        await CreateReadyAsync();

        Assert.Contains($"{Printed}/a", await _kubectl.RunAsync("get", "all"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_prints_a_line_for_each_change()
    {
        await CreateReadyAsync();
        using var watch = _kubectl.Start("get", Name, "-w");
        try
        {
            Assert.StartsWith("NAME", await LineAsync(watch.StandardOutput), StringComparison.Ordinal);
            Assert.Equal(["a", "3"], Words(await LineAsync(watch.StandardOutput)).Take(2));
            await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"spec":{"size":7}}"""));
            Assert.Equal(["a", "7"], Words(await LineAsync(watch.StandardOutput)).Take(2));
        }
        finally
        {
            watch.Kill();
        }
    }

    [Fact]
    public async Task Describe_shows_the_object_and_its_events()
    {
        var sample = await CreateReadyAsync();
        await Api.CreateAsync(PathOf("events.k8s.io/v1", "events"), Parse($$$"""
            {"metadata":{"name":"e"},"eventTime":"2026-01-02T03:04:05.678901Z","reportingController":"example.com/tests","reportingInstance":"one",
             "action":"Test","reason":"Happened","type":"Warning","note":"It happened.",
             "regarding":{"apiVersion":"{{{Resource.GroupVersion}}}","kind":"Sample","namespace":"{{{Namespace}}}","name":"a","uid":"{{{sample["metadata"]!["uid"]}}}"} }
            """));

        var text = await _kubectl.RunAsync("describe", Name, "a");

        Assert.Matches(@"(?m)^Name: +a$", text);
        Assert.Matches(@"(?m)^  Size: +3$", text);
        Assert.Matches(@"(?m)^  Warning  Happened .* example.com/tests +It happened\.$", text);
    }

    [Fact]
    public async Task Apply_creates_changes_and_removes()
    {
        await NeedsOpenApiAsync();
        Assert.Equal($"{Printed}/a created\n", await ApplyAsync("title: one"));
        Assert.Equal($"{Printed}/a unchanged\n", await ApplyAsync("title: one"));
        Assert.Equal($"{Printed}/a configured\n", await ApplyAsync("size: 4"));
        Assert.Null((await Api.GetAsync($"{Samples}/a")).Body["spec"]!["title"]);
    }

    [Fact]
    public async Task Apply_on_the_server_creates_changes_and_conflicts()
    {
        await NeedsOpenApiAsync();
        Assert.Equal($"{Printed}/a serverside-applied\n", await ApplyAsync("title: one", "--server-side"));
        await Api.ApplyAsync($"{Samples}/a", "other", Sample("a", """{"size":5}"""), force: true);

        var refused = await _kubectl.TryAsync(Manifest("title: two"), "apply", "--server-side", "-f", "-");

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("Apply failed with 1 conflict: conflict with \"other\": .spec.size", refused.Error, StringComparison.Ordinal);
        Assert.Equal($"{Printed}/a serverside-applied\n", await ApplyAsync("title: two", "--server-side", "--force-conflicts"));
    }

    [Fact]
    public async Task Apply_says_what_is_wrong_with_a_manifest()
    {
        await NeedsOpenApiAsync();
        var unknown = await _kubectl.TryAsync(Manifest("odd: 1"), "apply", "-f", "-");
        var invalid = await _kubectl.TryAsync(Manifest("colour: blue"), "apply", "-f", "-");

        Assert.Contains("strict decoding error: unknown field \"spec.odd\"", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("spec.colour: Unsupported value: \"blue\": supported values: \"red\", \"green\"", invalid.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edit_saves_what_the_editor_wrote()
    {
        await NeedsOpenApiAsync();
        await CreateReadyAsync();
        _kubectl.EditBy("""sed -i 's/  size: 3/  size: 6/' "$1" """);

        Assert.Equal($"{Printed}/a edited\n", await _kubectl.RunAsync("edit", Name, "a"));
        Assert.Equal(6, (int?)(await Api.GetAsync($"{Samples}/a")).Body["spec"]!["size"]);
    }

    [Fact]
    public async Task Edit_without_a_change_is_cancelled()
    {
        await NeedsOpenApiAsync();
        await CreateReadyAsync();
        _kubectl.EditBy("true");

        var result = await _kubectl.TryAsync(null, "edit", Name, "a");

        Assert.Contains("Edit cancelled, no changes made.", result.Output + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scale_patch_label_and_annotate_change_the_object()
    {
        await CreateReadyAsync();

        Assert.Equal($"{Printed}/a scaled\n", await _kubectl.RunAsync("scale", Name, "a", "--replicas=4"));
        Assert.Equal($"{Printed}/a patched\n", await _kubectl.RunAsync("patch", Name, "a", "--type=merge", "-p", """{"spec":{"size":8}}"""));
        Assert.Equal($"{Printed}/a labeled\n", await _kubectl.RunAsync("label", Name, "a", "use=yes"));
        Assert.Equal($"{Printed}/a annotated\n", await _kubectl.RunAsync("annotate", Name, "a", "example.com/note=hello"));

        Assert.Equal($"{Printed}/a\n", await _kubectl.RunAsync("get", Name, "-l", "use=yes", "-o", "name"));
        Assert.Equal("4 8 hello", await _kubectl.RunAsync(
            "get", Name, "a", "-o", """jsonpath={.spec.replicas} {.spec.size} {.metadata.annotations.example\.com/note}"""));
    }

    [Fact]
    public async Task Wait_ends_when_the_condition_holds()
    {
        await CreateSampleAsync("a");
        var waiting = _kubectl.RunAsync("wait", Name, "a", "--for=condition=Ready", "--timeout=60s");
        await BecomeReadyAsync();

        Assert.Equal($"{Printed}/a condition met\n", await waiting);
    }

    [Fact]
    public async Task Delete_waits_until_the_object_is_gone()
    {
        await CreateReadyAsync();

        Assert.StartsWith($"{Printed} \"a\" deleted", await _kubectl.RunAsync("delete", Name, "a"), StringComparison.Ordinal);
        Assert.Equal(404, (await Api.GetAsync($"{Samples}/a")).Code);
    }

    [Fact]
    public async Task Explain_shows_descriptions_types_and_choices()
    {
        await NeedsOpenApiAsync();
        // A server publishes a definition's schema in its own time.
        var spec = await Eventually.AsksAsync(
            async () => (await _kubectl.TryAsync(null, "explain", $"{Name}.spec")).Output, static text => text.Contains("FIELDS:", StringComparison.Ordinal));

        Assert.Contains("What is wished.", spec, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^  size\s+<integer> -required-$\n +How big it is, in steps\.$", spec);
        Assert.Matches(@"(?m)^  colour\s+<string>$\n +enum: red, green$", spec);
        Assert.Matches(@"(?m)^  parts\s+<\[\]Object>$", spec);
        Assert.Contains("replicas\t<integer>", await _kubectl.RunAsync("explain", "deployment.spec"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_resources_list_the_definition()
    {
        var lines = Cells(await _kubectl.RunAsync("api-resources", $"--api-group={Resource.Group}"), 5, 5);

        Assert.Equal([["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"], ["samples", Resource.ShortName, Resource.GroupVersion, "true", "Sample"]], lines);
    }

    [Fact]
    public async Task Auth_can_i_answers_yes_and_no()
    {
        Assert.Equal("yes\n", await _kubectl.RunAsync("auth", "can-i", "delete", Name));
        var stranger = await _kubectl.TryAsync(null, "auth", "can-i", "delete", Name, $"--as=system:serviceaccount:{Namespace}:stranger");
        Assert.Equal((1, "no\n"), (stranger.ExitCode, stranger.Output));
    }

    [Fact]
    public async Task Built_in_resources_are_created_printed_described_and_deleted()
    {
        Assert.Equal("configmap/c created\n", await _kubectl.RunAsync("create", "configmap", "c", "--from-literal=key=value"));
        Assert.Equal("deployment.apps/d created\n", await _kubectl.RunAsync("create", "deployment", "d", "--image=registry.example/app:1", "--replicas=0"));
        Assert.Equal("service/d exposed\n", await _kubectl.RunAsync("expose", "deployment", "d", "--port=80"));

        Assert.Equal([["NAME", "DATA", "AGE"], ["c", "1"]], Cells(await _kubectl.RunAsync("get", "configmap", "c"), 3, 2));
        Assert.Equal([["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"], ["d", "0/0", "0", "0"]], Cells(await _kubectl.RunAsync("get", "deployment", "d"), 5, 4));
        Assert.Matches(@"(?m)^Selector: +app=d$", await _kubectl.RunAsync("describe", "service", "d"));
        Assert.Matches(@"(?m)^Image: +registry\.example/app:1$", (await _kubectl.RunAsync("describe", "deployment", "d")).Replace("    ", "", StringComparison.Ordinal));
        Assert.Equal("deployment.apps/d scaled\n", await _kubectl.RunAsync("scale", "deployment", "d", "--replicas=0"));
        Assert.Equal("deployment.apps/d image updated\n", await _kubectl.RunAsync("set", "image", "deployment/d", "app=registry.example/app:2"));
        Assert.StartsWith("configmap \"c\" deleted", await _kubectl.RunAsync("delete", "configmap", "c"), StringComparison.Ordinal);
    }

    /// <summary>Skips the test on a real server that was built such that its OpenAPI documents are none: operations lack what they must have.</summary>
    private async Task NeedsOpenApiAsync()
    {
        if (Cluster.Embedded is null)
        {
            var version = (await Api.GetAsync("/openapi/v2")).Body["paths"]!["/version/"]!["get"]!;
            Assert.SkipWhen(
                version["responses"] is null, $"This build of {Cluster.Description} publishes malformed OpenAPI, without which kubectl can't apply, edit or explain.");
        }
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The words of the two lines of a table, without those whose text depends on time.</summary>
    private static string[][] Cells(string table, int header, int row)
    {
        var lines = table.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        return [Words(lines[0])[..header], Words(lines[1])[..row]];
    }

    private static async Task<string> LineAsync(StreamReader output)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        return await output.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("kubectl has ended");
    }

    private string Manifest(string field) =>
        $"""
        apiVersion: {Resource.GroupVersion}
        kind: Sample
        metadata:
          name: a
        spec:
          {(field.StartsWith("size", StringComparison.Ordinal) ? "" : "size: 3\n  ")}{field}
        """ + "\n";

    private Task<string> ApplyAsync(string field, params string[] options) => _kubectl.RunWithInputAsync(Manifest(field), ["apply", .. options, "-f", "-"]);

    private async Task<JsonNode> CreateReadyAsync()
    {
        var sample = await CreateSampleAsync("a");
        await BecomeReadyAsync();
        return sample;
    }

    private async Task BecomeReadyAsync() =>
        await Api.PatchAsync($"{Samples}/a/status", ApiSession.MergePatch, Parse("""{"status":{"conditions":[{"type":"Ready","status":"True"}]}}"""));
}
