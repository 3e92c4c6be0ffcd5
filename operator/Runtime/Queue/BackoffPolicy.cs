namespace KafkaLogstash.Runtime;

/// <summary>
/// Exponential back-off: the delay doubles with each failure in a row, up to a limit, and is spread, so that many who failed together do not come back together.
/// </summary>
/// <param name="Initial">The delay after the first failure.</param>
/// <param name="Longest">The delay after very many failures.</param>
internal sealed record BackoffPolicy(TimeSpan Initial, TimeSpan Longest)
{
    /// <summary>The delay after that many failures in a row.</summary>
    /// <param name="failures">1 or more.</param>
    /// <param name="random">In [0, 1): where in the spread from half the delay to the whole.</param>
    public TimeSpan Delay(int failures, double random)
    {
        var whole = Initial.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 60));
        return TimeSpan.FromMilliseconds(Math.Min(whole, Longest.TotalMilliseconds) * (0.5 + (random / 2)));
    }
}
