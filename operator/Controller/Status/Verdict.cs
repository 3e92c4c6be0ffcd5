using KafkaLogstash.Api;

namespace KafkaLogstash.Controller.Status;

/// <summary>What one condition says, before it has a time.</summary>
/// <param name="Holds">True, false, or null for 'Unknown'.</param>
/// <param name="Reason">One word in UpperCamelCase for programs.</param>
/// <param name="Message">A sentence for people: what is, and what to do.</param>
internal sealed record Verdict(bool? Holds, string Reason, string Message)
{
    /// <summary>The value of <c>status</c> in a condition.</summary>
    public string Status => Holds switch
    {
        true => "True",
        false => "False",
        null => "Unknown",
    };

    /// <summary>What a condition said; null where there is none of that type.</summary>
    /// <param name="status">The status.</param>
    /// <param name="type">The condition's type.</param>
    public static Verdict? Of(ConnectionStatus? status, string type) => status?.Conditions.FirstOrDefault(condition => condition.Type == type) is { } before
        ? new Verdict(before.Status switch { "True" => true, "False" => false, _ => null }, before.Reason, before.Message)
        : null;
}
