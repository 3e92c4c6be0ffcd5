using k8s;
using k8s.Autorest;
using k8s.Models;
using KafkaLogstash.LocalCluster.ApiServer;

namespace KafkaLogstash.Tests.Unit.LocalCluster.ApiServer;

public sealed class FaultTests : ServerFixture
{
    [Fact]
    public async Task An_error_hits_as_often_as_it_should()
    {
        Server.Faults.Add(new Fault(new FaultAction.Error(503, "ServiceUnavailable", "tired", 1)) { Verb = "list", Resource = "pods", Count = 1 });
        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => Client.CoreV1.ListNamespacedPodAsync("default", cancellationToken: Cancellation));
        Assert.Equal(503, (int)refusal.Response.StatusCode);
        Assert.Equal("1", refusal.Response.Headers["Retry-After"].Single());
        await Client.CoreV1.ListNamespacedPodAsync("default", cancellationToken: Cancellation);
    }

    [Fact]
    public async Task A_conflict_can_be_ordered()
    {
        using (Server.Faults.Add(new Fault(new FaultAction.Conflict()) { Verb = "create", Name = null, Resource = "configmaps" }))
        {
            Assert.Equal(409, (await RefusalAsync(() => CreateAsync("a"))).Code);
        }

        await CreateAsync("a");
    }

    [Fact]
    public async Task A_dropped_answer_hides_a_write_that_happened()
    {
        Server.Faults.Add(new Fault(new FaultAction.DropAnswer()) { Verb = "create", Resource = "configmaps", Count = 1 });
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => CreateAsync("a"));
        Assert.Equal("a", (await Client.CoreV1.ReadNamespacedConfigMapAsync("a", "default", cancellationToken: Cancellation)).Name());
    }

    [Fact]
    public async Task A_dropped_connection_does_nothing()
    {
        Server.Faults.Add(new Fault(new FaultAction.DropConnection()) { Verb = "create", Resource = "configmaps", Count = 1 });
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => CreateAsync("a"));
        Assert.Equal(404, (await RefusalAsync(() => Client.CoreV1.ReadNamespacedConfigMapAsync("a", "default", cancellationToken: Cancellation))).Code);
    }

    [Fact]
    public async Task Watches_can_be_cut()
    {
        await CreateAsync("a");
        var seen = 0;
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await foreach (var _ in Client.CoreV1.WatchListNamespacedConfigMapAsync("default", cancellationToken: Cancellation))
            {
                seen++;
                Server.Faults.CutWatches();
            }
        });
        Assert.Equal(1, seen);
    }

    [Fact]
    public async Task Requests_are_counted_by_verb_and_resource()
    {
        await CreateAsync("a");
        Server.Requests.Clear();
        await Client.CoreV1.ReadNamespacedConfigMapAsync("a", "default", cancellationToken: Cancellation);
        await Client.CoreV1.ListNamespacedPodAsync("default", cancellationToken: Cancellation);
        Assert.Equal((1, 1, 0), (Server.Requests.Count("get", "configmaps"), Server.Requests.Count("list"), Server.Requests.Count(request => request.IsWrite)));
        Assert.Equal(EmbeddedApiServer.AdminUser, Server.Requests.All[0].User);
    }

    private Task<V1ConfigMap> CreateAsync(string name) =>
        Client.CoreV1.CreateNamespacedConfigMapAsync(ConfigMap(name), "default", cancellationToken: Cancellation);
}
