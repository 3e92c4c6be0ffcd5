using Confluent.Kafka;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Probing;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Kafka.Groups;

/// <summary>Deletes consumer groups by Kafka's request for that (KIP-229, brokers 1.1 and newer), each attempt with a client of its own: it is a rare thing.</summary>
/// <param name="options">How long a question may take, and how the client's log is kept short.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Gets what librdkafka logs.</param>
public sealed class ConsumerGroups(KafkaProberOptions options, TimeProvider time, ILogger<ConsumerGroups> logger) : IConsumerGroups
{
    /// <inheritdoc />
    public async Task<GroupDeletion> DeleteAsync(string ns, KafkaSpec kafka, KafkaSecrets secrets, string groupId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(kafka);
        ArgumentNullException.ThrowIfNull(secrets);
        ArgumentException.ThrowIfNullOrEmpty(groupId);

        var log = new ClientLog(kafka.BootstrapServers, secrets, options.RepeatedLineInterval, time, logger);
        ClusterClient client;
        try
        {
            kafka = await ServiceNames.QualifyAsync(kafka, ns, options, cancellationToken);
            client = new ClusterClient(kafka, secrets, options, time, log, deletesGroups: true);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KafkaException)
        {
            return new GroupDeletion(GroupDeletionResult.Refused, KafkaFindings.Unusable(log.Redact(e.Message)).Message);
        }

        try
        {
            log.Begin();
            return Judge(await client.DeleteGroupAsync(groupId, cancellationToken), kafka, secrets, groupId, log);
        }
        finally
        {
            // Closing takes as long as a thread of librdkafka's that hangs: nobody waits for that.
            await Task.WhenAny(client.DisposeAsync().AsTask(), Task.Delay(options.Timeout, time, cancellationToken));
        }
    }

    private static GroupDeletion Judge(ErrorCode code, KafkaSpec kafka, KafkaSecrets secrets, string groupId, ClientLog log) => code switch
    {
        ErrorCode.NoError => new GroupDeletion(GroupDeletionResult.Gone, $"The consumer group '{groupId}' is deleted."),
        ErrorCode.GroupIdNotFound => new GroupDeletion(GroupDeletionResult.Gone, $"There is no consumer group '{groupId}' any more."),
        ErrorCode.NonEmptyGroup => new GroupDeletion(
            GroupDeletionResult.NotYet,
            $"The consumer group '{groupId}' still has members: pods that have not left it yet, or somebody else who reads as the same group."),
        ErrorCode.GroupAuthorizationFailed => new GroupDeletion(
            GroupDeletionResult.Refused,
            $"The client may not delete the consumer group '{groupId}': grant it the operation Delete on the group."),
        ErrorCode.Local_UnsupportedFeature or ErrorCode.UnsupportedVersion => new GroupDeletion(
            GroupDeletionResult.Refused,
            "The brokers can't delete consumer groups: that needs Kafka 1.1 or newer."),
        ErrorCode.InvalidGroupId => new GroupDeletion(GroupDeletionResult.Refused, $"The brokers know no such thing as a consumer group '{groupId}'."),
        _ when ClusterReader.IsSilence(code) => new GroupDeletion(GroupDeletionResult.NotYet, KafkaFindings.Unreachable(kafka, secrets.Username, code, log.Troubles).Message),
        _ => new GroupDeletion(GroupDeletionResult.NotYet, $"Kafka can't delete the consumer group '{groupId}' now: {code.GetReason().TrimEnd('.')}."),
    };
}
