using System.Text;
using System.Text.Json.Nodes;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.LocalCluster.LogstashStandIn.Plugins;
using KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Kafka;
using KafkaLogstash.LocalCluster.LogstashStandIn.Settings;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Tests.Unit.Kafka.Security;

/// <summary>
/// What a pod finds that is started from a rendered connection: its environment and files as the kubelet hands them over, and its pipeline as Logstash reads
/// it, placeholders replaced.
/// </summary>
internal sealed class RenderedPod : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("pod");
    private readonly Surroundings _surroundings;

    private RenderedPod(OfflineRendering rendering)
    {
        Rendering = rendering;
        Pipeline = LogstashConfig.Parse(rendering.PipelineText!).Document;
        var container = Object("Deployment")["spec"]!["template"]!["spec"]!["containers"]![0]!;
        Environment = container["env"]!.AsArray().ToDictionary(item => (string)item!["name"]!, item => (string?)item!["value"] ?? SecretText(item["valueFrom"]!["secretKeyRef"]!));
        Files = SecretFiles(container);
        foreach (var (path, content) in Files)
        {
            var file = new FileInfo(Path.Join(_root.FullName, path));
            file.Directory!.Create();
            File.WriteAllText(file.FullName, content);
        }

        File.WriteAllText(Path.Join(_root.FullName, "logstash.yml"), Settings);
        _surroundings = new Surroundings(new Dictionary<string, string>(Environment) { [Surroundings.RootVariable] = _root.FullName });
    }

    public OfflineRendering Rendering { get; }

    /// <summary>The pipeline as Logstash parses it.</summary>
    public ConfigDocument Pipeline { get; }

    /// <summary>The environment of Logstash's container.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>The files that come out of a Secret, by their paths in the pod.</summary>
    public IReadOnlyDictionary<string, string> Files { get; }

    /// <summary>Renders a connection that has to be without fault, and starts from it.</summary>
    public static RenderedPod Of(KafkaLogstashConnection connection, params IReadOnlyList<V1Secret> secrets)
    {
        var rendering = OfflineRenderer.Render(connection, secrets, [], ConnectionPolicy.None);
        Assert.DoesNotContain(rendering.Findings, finding => finding.Severity == Severity.Error);
        Assert.NotNull(rendering.PipelineText);
        Assert.Empty(LogstashConfig.Parse(rendering.PipelineText).Errors);
        return new RenderedPod(rendering);
    }

    /// <summary>The options that the kafka plugin of a section gets.</summary>
    public PluginSettings Plugin(SectionKind section) => new(
        Assert.Single(Plugins(section), plugin => plugin.Name.Text == "kafka"),
        PipelineSettings.Of(SettingsFile.ReadLogstashYml(Path.Join(_root.FullName, "logstash.yml"), _surroundings), Rendering.PipelineText!),
        _surroundings);

    /// <summary>What Kafka's login module gets.</summary>
    public JaasLine Login(SectionKind section) => JaasLine.Parse(Plugin(section).Text("sasl_jaas_config")!);

    /// <summary>The client of a section's kafka plugin, in librdkafka's words.</summary>
    public IReadOnlyDictionary<string, string> Client(SectionKind section) =>
        section == SectionKind.Input ? ClientProperties.OfInput(Plugin(section)) : ClientProperties.OfOutput(Plugin(section));

    /// <summary>The plugins of a section, conditions and their branches looked through.</summary>
    public IEnumerable<PluginSyntax> Plugins(SectionKind section) =>
        Pipeline.Sections.Where(candidate => candidate.Kind == section).SelectMany(candidate => candidate.Items).SelectMany(Flatten);

    /// <summary>What stands in <c>logstash.yml</c>.</summary>
    public string Settings => (string)Rendering.Objects.Single(item => ((string)item["metadata"]!["name"]!).EndsWith("-settings", StringComparison.Ordinal))["data"]!["logstash.yml"]!;

    public void Dispose() => _root.Delete(recursive: true);

    private static IEnumerable<PluginSyntax> Flatten(ItemSyntax item) => item switch
    {
        PluginSyntax plugin => [plugin],
        BranchSyntax branch => branch.Arms.SelectMany(arm => arm.Block.Items).Concat(branch.Else?.Items ?? []).SelectMany(Flatten),
        _ => [],
    };

    private JsonObject Object(string kind) => Rendering.Objects.Single(item => (string?)item["kind"] == kind);

    private byte[] SecretValue(string key) => Convert.FromBase64String((string)Object("Secret")["data"]![key]!);

    private string SecretText(JsonNode reference) => new UTF8Encoding(false, true).GetString(SecretValue((string)reference["key"]!));

    private Dictionary<string, string> SecretFiles(JsonNode container) => (
        from volume in Object("Deployment")["spec"]!["template"]!["spec"]!["volumes"]!.AsArray()
        where volume!["secret"] is not null
        from mount in container["volumeMounts"]!.AsArray()
        where (string?)mount!["name"] == (string?)volume["name"]
        from item in volume["secret"]!["items"]!.AsArray()
        select ($"{mount["mountPath"]}/{item!["path"]}", Encoding.UTF8.GetString(SecretValue((string)item["key"]!)))).ToDictionary();
}
