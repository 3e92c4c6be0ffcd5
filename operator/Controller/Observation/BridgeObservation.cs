namespace KafkaLogstash.Controller.Observation;

/// <summary>What one bridge pod says about itself. Answers that differ only in what needs nobody are the same.</summary>
internal abstract record BridgeObservation
{
    private BridgeObservation()
    {
    }

    /// <summary>It does what it is for.</summary>
    public sealed record Ready : BridgeObservation;

    /// <summary>One of its halves does not.</summary>
    /// <param name="Role">Which: <c>source</c> or <c>sink</c>.</param>
    /// <param name="Message">Why, and what to do.</param>
    public sealed record NotReady(string Role, string Message) : BridgeObservation;

    /// <summary>It did not answer in time, or not at all.</summary>
    /// <param name="Reason">Why, in plain words.</param>
    public sealed record Unreachable(string Reason) : BridgeObservation;
}
