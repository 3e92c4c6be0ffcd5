using k8s;
using KafkaLogstash.Api;

namespace KafkaLogstash.Tests.Unit.Api;

public sealed class SampleTests
{
    private static readonly string Folder = Path.Combine(Manifest.RepositoryRoot(), "config", "samples");

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.yaml").Select(file => Path.GetFileName(file)!).Where(file => file != "kustomization.yaml").Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_sample_is_right(string file)
    {
        var result = ConnectionReader.Read(File.ReadAllText(Path.Combine(Folder, file)));

        Assert.Empty(result.Errors);
        var connection = Assert.Single(result.Connections).Resource;
        Assert.Empty(ConnectionValidator.Validate(connection));
        Assert.Equal(Path.GetFileNameWithoutExtension(file), connection.Metadata.Name);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_sample_says_what_it_shows_and_what_it_needs(string file)
    {
        var text = File.ReadAllText(Path.Combine(Folder, file));

        Assert.StartsWith("# ", text, StringComparison.Ordinal);
        Assert.Contains("# Needs: ", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_sample_survives_JSON(string file)
    {
        var connection = ConnectionReader.Read(File.ReadAllText(Path.Combine(Folder, file))).Connections[0].Resource;
        var json = KubernetesJson.Serialize(connection);

        Assert.Equal(json, KubernetesJson.Serialize(KubernetesJson.Deserialize<KafkaLogstashConnection>(json)));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_sample_is_part_of_the_kustomization(string file) =>
        Assert.Contains($"- {file}\n", File.ReadAllText(Path.Combine(Folder, "kustomization.yaml")), StringComparison.Ordinal);
}
