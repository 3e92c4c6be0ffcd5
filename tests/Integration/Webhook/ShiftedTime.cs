namespace KafkaLogstash.Tests.Integration.Webhook;

/// <summary>A clock that goes as fast as any other, and shows another time.</summary>
internal sealed class ShiftedTime(TimeSpan shift) : TimeProvider
{
    /// <summary>How far it is from the real time.</summary>
    public TimeSpan Shift { get; set; } = shift;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}
