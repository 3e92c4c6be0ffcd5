using System.Collections.Concurrent;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Groups;

namespace KafkaLogstash.Tests.Integration.Connections;

/// <summary>Consumer groups that need no Kafka: what is deleted is kept, and who asks gets what a test says.</summary>
internal sealed class SettableGroups : IConsumerGroups
{
    /// <summary>The groups that were to be deleted, with the password used.</summary>
    public ConcurrentQueue<(string Group, string? Password)> Asked { get; } = new();

    public GroupDeletion Answer { get; set; } = new(GroupDeletionResult.Gone, "The consumer group is deleted.");

    public Task<GroupDeletion> DeleteAsync(string ns, KafkaSpec kafka, KafkaSecrets secrets, string groupId, CancellationToken cancellationToken)
    {
        Asked.Enqueue((groupId, secrets.Password));
        return Task.FromResult(Answer);
    }
}
