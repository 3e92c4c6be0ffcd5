using System.Diagnostics;

namespace KafkaLogstash.Tests.Unit.Bridge.Sink;

/// <summary>Waits for what is bound to happen.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < SinkRun.Patience, "It did not happen.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
