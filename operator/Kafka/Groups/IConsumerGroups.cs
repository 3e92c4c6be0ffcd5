using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Clients;

namespace KafkaLogstash.Kafka.Groups;

/// <summary>Takes consumer groups away from Kafka.</summary>
public interface IConsumerGroups
{
    /// <summary>
    /// Tries once to delete a consumer group with the offsets it has committed. It ends in bounded time and throws for nothing that Kafka does or says.
    /// </summary>
    /// <param name="ns">The connection's namespace, in which short names of brokers are meant.</param>
    /// <param name="kafka">The cluster.</param>
    /// <param name="secrets">How to log in to it.</param>
    /// <param name="groupId">The group.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task<GroupDeletion> DeleteAsync(string ns, KafkaSpec kafka, KafkaSecrets secrets, string groupId, CancellationToken cancellationToken);
}
