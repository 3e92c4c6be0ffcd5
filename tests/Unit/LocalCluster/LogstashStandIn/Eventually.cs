namespace KafkaLogstash.Tests.Unit.LocalCluster.LogstashStandIn;

/// <summary>Waits for what other threads bring about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Task Async(Func<bool> holds, string what) => Async(() => Task.FromResult(holds()), what);

    public static async Task Async(Func<Task<bool>> holds, string what)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        while (!await holds())
        {
            await Task.Delay(10, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.False(limit.IsCancellationRequested, $"Not within {Patience.TotalSeconds} s: {what}");
        }
    }
}
