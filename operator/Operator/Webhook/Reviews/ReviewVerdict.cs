using System.Collections.Immutable;
using KafkaLogstash.Controller.Checks;

namespace KafkaLogstash.Operator.Webhook.Reviews;

/// <summary>What is said to a request.</summary>
/// <param name="Errors">Why it is refused; empty where it is not.</param>
/// <param name="Warnings">What people should know although it is not refused.</param>
internal sealed record ReviewVerdict(ImmutableArray<ConnectionFinding> Errors, ImmutableArray<ConnectionFinding> Warnings)
{
    /// <summary>Nothing was looked at, because nothing that is checked would change.</summary>
    public static ReviewVerdict Passed { get; } = new([], []) { IsChecked = false };

    /// <summary>Whether the request is allowed.</summary>
    public bool Allowed => Errors.IsEmpty;

    /// <summary>Whether the spec was checked.</summary>
    public bool IsChecked { get; init; } = true;
}
