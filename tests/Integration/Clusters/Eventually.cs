namespace KafkaLogstash.Tests.Integration.Clusters;

/// <summary>Waits for what a cluster does in its own time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks until the answer is as wished.</summary>
    /// <param name="ask">The question.</param>
    /// <param name="wished">Whether an answer is as wished.</param>
    /// <returns>The first such answer.</returns>
    public static async Task<T> AsksAsync<T>(Func<Task<T>> ask, Predicate<T> wished)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (wished(answer))
            {
                return answer;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, $"After {Patience.TotalSeconds} s the answer is still: {answer}");
            await Task.Delay(Interval, TestContext.Current.CancellationToken);
        }
    }
}
