using KafkaLogstash.Tests.Integration.Kubectl;
using KafkaLogstash.Tests.Monitoring;

namespace KafkaLogstash.Tests.Integration.Chart;

/// <summary>One <c>REGISTRY</c> says where <c>make images</c> puts images and where <c>make deploy</c> has them pulled from.</summary>
public sealed class ImageNamesTests : IDisposable
{
    /// <summary>A checkout in which nothing is published, and Docker and helm are programs that do nothing but say what they were asked.</summary>
    private readonly DirectoryInfo _checkout = Directory.CreateTempSubdirectory("image-names-tests-");

    public ImageNamesTests()
    {
        foreach (var file in new[] { "Makefile", "Directory.Build.props", "scripts/build-images", "scripts/deploy" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Join(_checkout.FullName, file))!);
            File.Copy(Path.Join(Tools.Checkout, file), Path.Join(_checkout.FullName, file));
        }

        Program("scripts/publish-images", "exit 0");
        Program("bin/docker", "exit 0");
        Program("bin/kubectl", "exit 1");
        Program("bin/helm", "printf '%s\\n' \"$@\"");
    }

    public void Dispose() => _checkout.Delete(recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("registry.example.com:5000")]
    [InlineData("registry.example.com/team")]
    public async Task What_is_built_is_what_is_deployed(string registry)
    {
        var built = await LinesAsync(registry, "scripts/build-images");
        var asked = await LinesAsync(registry, "scripts/deploy");
        var values = asked.Zip(asked.Skip(1)).Where(static pair => pair.First == "--set-string").SelectMany(static pair => new[] { pair.First, pair.Second });

        var chart = await RenderedChart.WithAsync("", [.. values]);
        var container = chart.One("Deployment")["spec"]!["template"]!["spec"]!["containers"]![0]!;
        string Setting(string name) => container["env"]!.AsArray().Single(variable => variable!["name"]!.ToString() == name)!["value"]!.ToString();

        Assert.Equal([container["image"]!.ToString(), Setting("KAFKA_LOGSTASH_BRIDGE_IMAGE")], built);
        Assert.Equal("docker.elastic.co/logstash/logstash", Setting("KAFKA_LOGSTASH_LOGSTASH_IMAGE"));
    }

    private async Task<string[]> LinesAsync(string registry, string script)
    {
        var (status, said) = await Tool.RunAsync(
            "bash", "", "-c", "cd \"$1\" && PATH=$PWD/bin:$PATH REGISTRY=$2 PLATFORMS=linux/amd64 \"$3\" 2>/dev/null", "bash", _checkout.FullName, registry, script);
        Assert.True(status == 0, said);
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private void Program(string name, string text)
    {
        var path = Path.Join(_checkout.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);

        // What is copied keeps its mode: this can be run.
        File.Copy(Path.Join(Tools.Checkout, "scripts", "deploy"), path);
        File.WriteAllText(path, $"#!/bin/sh\n{text}\n");
    }
}
