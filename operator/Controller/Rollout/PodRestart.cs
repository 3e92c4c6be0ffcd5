using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;

namespace KafkaLogstash.Controller.Rollout;

/// <summary>
/// A restart of the pods because Logstash did not reload a pipeline in place. It is kept in annotations of the Deployment's pod template: writing them is what
/// makes the pods roll, and reading them back tells a new operator what the last one did.
/// </summary>
/// <param name="Digest">The digest of the pipeline that was not reloaded.</param>
/// <param name="At">When, UTC, in whole seconds.</param>
/// <param name="Reason">Why, as a sentence for people.</param>
internal sealed record PodRestart(string Digest, DateTimeOffset At, string Reason)
{
    private const string DigestAnnotation = "kafka-logstash.io/restarted-for-pipeline";
    private const string TimeAnnotation = "kafka-logstash.io/restarted-at";
    private const string ReasonAnnotation = "kafka-logstash.io/restart-reason";

    /// <summary>Reads the last restart of a Deployment; null where there was none.</summary>
    public static PodRestart? Of(V1Deployment? deployment)
    {
        var annotations = deployment?.Spec?.Template?.Metadata?.Annotations;
        return annotations is not null
            && annotations.TryGetValue(DigestAnnotation, out var digest)
            && annotations.TryGetValue(TimeAnnotation, out var time)
            && DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? new PodRestart(digest, at, annotations.TryGetValue(ReasonAnnotation, out var reason) ? reason : "")
            : null;
    }

    /// <summary>Puts the annotations on a pod template.</summary>
    /// <param name="annotations">The template's annotations.</param>
    public void AddTo(JsonObject annotations)
    {
        annotations[DigestAnnotation] = Digest;
        annotations[TimeAnnotation] = At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        annotations[ReasonAnnotation] = Reason;
    }

    /// <summary>Whether the restart was for the pipeline that was applied then, not for an earlier one with the same text.</summary>
    /// <param name="applied">The pipeline.</param>
    public bool IsFor(AppliedPipeline applied) => Digest == applied.Digest && At >= applied.At;
}
