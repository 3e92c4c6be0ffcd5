namespace KafkaLogstash.Kafka.Groups;

/// <summary>What an attempt to delete a consumer group came to.</summary>
public enum GroupDeletionResult
{
    /// <summary>The group is gone, or never was.</summary>
    Gone,

    /// <summary>It is still there; another attempt may go better.</summary>
    NotYet,

    /// <summary>It is still there, and no further attempt will change that.</summary>
    Refused,
}

/// <summary>An attempt to delete a consumer group.</summary>
/// <param name="Result">What it came to.</param>
/// <param name="Message">A sentence for people that says why. It never holds a credential.</param>
public sealed record GroupDeletion(GroupDeletionResult Result, string Message);
