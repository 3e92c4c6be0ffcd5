namespace KafkaLogstash.Runtime;

/// <summary>A token bucket that says how long to wait instead of refusing. Not safe for concurrent use.</summary>
internal sealed class TokenBucket
{
    private readonly TimeProvider _time;
    private readonly double _perSecond;
    private readonly int _burst;
    private double _tokens;
    private long _at;

    public TokenBucket(TimeProvider time, double perSecond, int burst)
    {
        _time = time;
        _perSecond = perSecond;
        _burst = burst;
        _tokens = burst;
        _at = time.GetTimestamp();
    }

    /// <summary>Takes a token, on credit if need be.</summary>
    /// <returns>How long to wait until the token has really come in; zero if there was one.</returns>
    public TimeSpan Take()
    {
        var now = _time.GetTimestamp();
        _tokens = Math.Min(_burst, _tokens + (_time.GetElapsedTime(_at, now).TotalSeconds * _perSecond)) - 1;
        _at = now;
        return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / _perSecond);
    }
}
