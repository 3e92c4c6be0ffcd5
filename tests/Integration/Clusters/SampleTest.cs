using System.Text.Json.Nodes;

namespace KafkaLogstash.Tests.Integration.Clusters;

/// <summary>A test with a namespace of its own and a custom resource that its class has to itself.</summary>
public abstract class SampleTest(SharedCluster shared, SampleResource resource) : ClusterTest(shared), IClassFixture<SampleResource>
{
    protected SampleResource Resource => resource;

    /// <summary>The collection of samples.</summary>
    protected string Samples => PathOf(resource.GroupVersion, "samples");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await resource.EstablishAsync();
    }

    protected async Task<JsonNode> CreateSampleAsync(string name, int size = 3) =>
        (await Api.CreateAsync(Samples, resource.Sample(name, size))).Body;

    protected JsonObject Sample(string name, string spec)
    {
        var sample = resource.Sample(name);
        sample["spec"] = Parse(spec);
        return sample;
    }
}
