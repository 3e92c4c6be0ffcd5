using KafkaLogstash.Logstash.Settings;

namespace KafkaLogstash.Api.Validation;

/// <summary>What the schema can't see of topics, durations and sizes.</summary>
internal static class FlowRules
{
    /// <summary>A page of a persisted queue (queue.page_capacity); Logstash refuses a queue that is smaller.</summary>
    private const long SmallestQueue = 64L << 20;

    /// <summary>What is wrong.</summary>
    public static IEnumerable<FieldError> Run(ConnectionSpec spec)
    {
        if (spec.Input?.TopicsPattern is { } pattern && JavaPattern.Problem(pattern) is { } problem)
        {
            yield return new FieldError("spec.input.topicsPattern", "malformed", problem);
        }

        var pipeline = spec.Pipeline;
        if (pipeline.Queue.Type == QueueType.Persisted && ByteSize.TryParseQuantity(pipeline.Queue.MaxBytes, out var queue) && queue.Bytes < SmallestQueue)
        {
            yield return new FieldError("spec.pipeline.queue.maxBytes", "out-of-range", "must be at least 64Mi, the size of one page of the queue");
        }

        if (pipeline.DeadLetterQueue.Enabled && ByteSize.TryParseQuantity(pipeline.DeadLetterQueue.MaxBytes, out var deadLetters) && deadLetters.Bytes < 1 << 20)
        {
            yield return new FieldError("spec.pipeline.deadLetterQueue.maxBytes", "out-of-range", "must be at least 1Mi");
        }

        if (ByteSize.TryParseQuantity(spec.Bridge.Source.MaxInFlightBytes, out var underWay) && underWay.Bytes is < 1 << 20 or > 16L << 30)
        {
            yield return new FieldError("spec.bridge.source.maxInFlightBytes", "out-of-range", "must be from 1Mi to 16Gi");
        }

        foreach (var (path, text, most) in new[]
        {
            ("spec.pipeline.batchDelay", pipeline.BatchDelay, TimeSpan.FromMinutes(1)),
            ("spec.autoscaling.scaleDownStabilization", spec.Autoscaling?.ScaleDownStabilization, TimeSpan.FromHours(24)),
        })
        {
            if (Durations.TryParse(text, out var duration) && duration > most)
            {
                yield return new FieldError(path, "out-of-range", $"must be at most {Durations.ToLogstash(most)}");
            }
        }
    }
}
