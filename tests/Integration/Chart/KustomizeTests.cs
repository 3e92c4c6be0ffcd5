using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KafkaLogstash.LocalCluster.Run;
using KafkaLogstash.Tests.Integration.Kubectl;

namespace KafkaLogstash.Tests.Integration.Chart;

/// <summary>The kustomize bases in config/ are in step with the chart: its templates are what they are made from.</summary>
public sealed partial class KustomizeTests
{
    /// <summary>The templates that make a base, by the base's folder.</summary>
    private static readonly Dictionary<string, string[]> Bases = new(StringComparer.Ordinal)
    {
        ["rbac"] = ["serviceaccount.yaml", "rbac.yaml", "user-roles.yaml"],
        ["manager"] = ["deployment.yaml", "service.yaml"],
    };

    [Fact]
    public async Task The_bases_are_what_the_chart_renders()
    {
        using var helm = new HelmProgram();
        var rendered = await helm.RunAsync("template", RenderedChart.Release, HelmProgram.Chart, "--namespace", RenderedChart.Namespace);
        var templates = rendered.Split("---\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(static document => (Template: Path.GetFileName(Source().Match(document).Groups["path"].Value), Text: WithoutHelm(document)))
            .GroupBy(static document => document.Template, static document => document.Text, StringComparer.Ordinal)
            .ToDictionary(static template => template.Key, static template => string.Join("---\n", template), StringComparer.Ordinal);
        foreach (var (folder, names) in Bases)
        {
            foreach (var name in names)
            {
                Golden($"config/{folder}/{name}", $"# Made from the chart's template {name} by `make golden`: change that, not this file.\n{templates[name]}");
            }
        }
    }

    [Fact]
    public async Task It_installs_what_the_chart_installs()
    {
        var chart = (await RenderedChart.WithAsync()).Objects.Where(static item => RenderedChart.Text(item, "metadata", "annotations", "helm.sh/hook").Length == 0).Select(Comparable);
        using var kubectl = new KubectlProgram("", "default");

        var plain = Yaml.Read(await kubectl.RunAsync("kustomize", Path.Join(Tools.Checkout, "config", "default")));

        var (own, rest) = (plain.Where(static item => RenderedChart.Text(item, "kind") == "Namespace").ToList(), plain.Where(static item => RenderedChart.Text(item, "kind") != "Namespace"));
        Assert.Equal("restricted", RenderedChart.Text(Assert.Single(own), "metadata", "labels", "pod-security.kubernetes.io/enforce"));
        Assert.Equal(chart.Order(StringComparer.Ordinal), rest.Select(Comparable).Order(StringComparer.Ordinal));
        Assert.All(plain, static item => KubernetesModels.Read(item));
    }

    [Fact]
    public async Task Every_folder_can_be_applied_as_it_is()
    {
        using var kubectl = new KubectlProgram("", "default");
        var folders = Directory.GetFiles(Path.Join(Tools.Checkout, "config"), "kustomization.yaml", SearchOption.AllDirectories).Select(static file => Path.GetDirectoryName(file)!).ToList();

        Assert.NotEmpty(folders);
        foreach (var folder in folders)
        {
            var objects = Yaml.Read(await kubectl.RunAsync("kustomize", folder));
            Assert.NotEmpty(objects);
            Assert.Distinct(objects.Select(static item => $"{item["kind"]}/{RenderedChart.Text(item, "metadata", "namespace")}/{RenderedChart.Text(item, "metadata", "name")}"));
        }
    }

    /// <summary>An object but for what says how it was brought; the definition carries no labels where Helm does not bring it.</summary>
    private static string Comparable(JsonObject item)
    {
        var copy = item.DeepClone().AsObject();
        var metadata = copy["metadata"]!.AsObject();
        if (RenderedChart.Text(copy, "kind") == "CustomResourceDefinition")
        {
            metadata.Remove("labels");
        }

        (metadata["annotations"] as JsonObject)?.Remove("helm.sh/resource-policy");
        (metadata["annotations"] as JsonObject)?.Remove("argocd.argoproj.io/sync-options");
        (metadata["labels"] as JsonObject)?.Remove("helm.sh/chart");
        (metadata["labels"] as JsonObject)?.Remove("app.kubernetes.io/managed-by");
        if (metadata["annotations"] is JsonObject { Count: 0 })
        {
            metadata.Remove("annotations");
        }

        return Sorted(copy)!.ToJsonString();
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(static field => field.Key, StringComparer.Ordinal).Select(static field => KeyValuePair.Create(field.Key, Sorted(field.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    private static string WithoutHelm(string document) => Source().Replace(HelmLine().Replace(document, ""), "");

    private static void Golden(string path, string expected)
    {
        var file = Path.Join(Tools.Checkout, path);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(file, expected);
        }

        Assert.True(File.Exists(file) && File.ReadAllText(file) == expected, $"{path} is not what the chart renders: `make golden` writes it.");
    }

    [GeneratedRegex("^# Source: (?<path>.*)\n", RegexOptions.NonBacktracking)]
    private static partial Regex Source();

    [GeneratedRegex("^ *(helm.sh/chart|app.kubernetes.io/managed-by): .*\n", RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex HelmLine();
}
