using System.Xml.Linq;

namespace KafkaLogstash.Tests.Unit.Architecture;

/// <summary>Parts know only the parts above them: the table in docs/architecture.md, held by this test.</summary>
public sealed class DependencyTests
{
    /// <summary>Each part with the parts that it may know. A part that is missing here fails the first test.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Logstash"] = [],
        ["Api"] = ["Logstash"],
        ["Kafka"] = ["Logstash", "Api"],
        ["Runtime"] = [],
        ["Bridging"] = [],
        ["Controller"] = ["Logstash", "Api", "Kafka", "Runtime", "Bridging"],
        ["Bridge"] = ["Logstash", "Bridging"],
        ["Operator"] = ["Logstash", "Api", "Kafka", "Runtime", "Bridging", "Controller"],
    };

    /// <summary>Packages that would let a part know what it must not.</summary>
    private static readonly Dictionary<string, string[]> RefusedPackages = new()
    {
        ["Logstash"] = ["KubernetesClient", "Confluent.Kafka"],
        ["Api"] = ["Confluent.Kafka"],
        ["Kafka"] = [],
        ["Runtime"] = ["Confluent.Kafka", "YamlDotNet"],
        ["Bridging"] = ["Confluent.Kafka", "KubernetesClient", "YamlDotNet"],
        ["Controller"] = ["Confluent.Kafka"],
        ["Bridge"] = ["KubernetesClient"],
        ["Operator"] = [],
    };

    public static TheoryData<string> Parts() => [.. Directory.GetDirectories(Path.Combine(RepositoryRoot(), "operator")).Select(d => Path.GetFileName(d)!)];

    [Theory]
    [MemberData(nameof(Parts))]
    public void A_part_references_only_the_parts_above_it(string part)
    {
        Assert.True(Allowed.ContainsKey(part), $"operator/{part} is not in the table of parts: add it here and to docs/architecture.md.");

        var referenced = Items(part, "ProjectReference").Select(path => path.Split('/')[^2]);

        Assert.Empty(referenced.Except(Allowed[part], StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void A_part_does_not_reach_past_its_concern_through_a_package(string part) =>
        Assert.Empty(Items(part, "PackageReference").Intersect(RefusedPackages[part], StringComparer.Ordinal));

    [Fact]
    public void The_product_never_references_the_tests()
    {
        foreach (var part in Allowed.Keys.Where(p => Directory.Exists(PartFolder(p))))
        {
            Assert.DoesNotContain(Items(part, "ProjectReference"), path => path.Contains("tests/", StringComparison.Ordinal));
        }
    }

    private static List<string> Items(string part, string kind)
    {
        var project = Assert.Single(Directory.GetFiles(PartFolder(part), "*.csproj"));
        return [.. XDocument.Load(project).Descendants(kind).Select(item => item.Attribute("Include")?.Value).OfType<string>().Select(value => value.Replace('\\', '/'))];
    }

    private static string PartFolder(string part) => Path.Combine(RepositoryRoot(), "operator", part);

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Operator.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"No Operator.sln above {AppContext.BaseDirectory}: run the tests from a checkout.");
    }
}
