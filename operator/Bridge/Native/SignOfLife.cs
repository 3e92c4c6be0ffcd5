using Confluent.Kafka;

namespace KafkaLogstash.Bridge.Native;

/// <summary>Whether Kafka is there.</summary>
internal static class SignOfLife
{
    /// <summary>
    /// Asks any broker for the topics that a client knows by itself, which are few. Confluent.Kafka's own request asks for all topics of the cluster, and has a consumer take its
    /// subscription up anew by the answer.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="timeout">How long to wait for the answer.</param>
    /// <returns>What was answered.</returns>
    public static ErrorCode Ask(nint client, TimeSpan timeout)
    {
        var error = Librdkafka.Metadata(client, allTopics: 0, nint.Zero, out var metadata, (int)timeout.TotalMilliseconds);
        if (error == ErrorCode.NoError)
        {
            Librdkafka.DestroyMetadata(metadata);
        }

        return error;
    }
}
