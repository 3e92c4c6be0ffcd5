using k8s;
using k8s.Models;

namespace KafkaLogstash.Tests.Unit.LocalCluster.ApiServer;

public sealed class WatchTests : ServerFixture
{
    [Fact]
    public async Task A_watch_replays_what_there_is_and_follows_changes()
    {
        await Client.CoreV1.CreateNamespacedConfigMapAsync(ConfigMap("a", ("k", "1")), "default", cancellationToken: Cancellation);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var seen = new List<string>();
        await foreach (var (type, item) in Client.CoreV1.WatchListNamespacedConfigMapAsync("default", cancellationToken: stop.Token))
        {
            seen.Add($"{type} {item.Name()} {string.Join(',', item.Data?.Values ?? [])}");
            if (seen.Count == 1)
            {
                await Client.CoreV1.ReplaceNamespacedConfigMapAsync(ConfigMap("a", ("k", "2")), "a", "default", cancellationToken: Cancellation);
                await Client.CoreV1.DeleteNamespacedConfigMapAsync("a", "default", cancellationToken: Cancellation);
            }

            if (seen.Count == 3)
            {
                break;
            }
        }

        Assert.Equal(["Added a 1", "Modified a 2", "Deleted a 2"], seen);
    }
}
