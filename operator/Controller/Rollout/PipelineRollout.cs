using KafkaLogstash.Api;

namespace KafkaLogstash.Controller.Rollout;

/// <summary>Tells how the pipeline that runs came to the pods.</summary>
internal static class PipelineRollout
{
    /// <summary>Tells it.</summary>
    /// <param name="applied">The pipeline, which every pod runs.</param>
    /// <param name="inPlace">Whether Logstash may reload it in place.</param>
    /// <param name="obstacle">What keeps Logstash from reloading it although the spec asks for that; null where nothing does.</param>
    /// <param name="restart">The last restart of the pods; null where there was none.</param>
    /// <param name="pods">The pods.</param>
    public static RolloutStatus Describe(AppliedPipeline applied, bool inPlace, string? obstacle, PodRestart? restart, IReadOnlyList<PodState> pods)
    {
        if (inPlace && restart?.IsFor(applied) == true)
        {
            return new RolloutStatus { Method = ReloadMode.Rolling, Message = $"The pods were restarted: {restart.Reason}" };
        }

        return inPlace && pods.Any(pod => !pod.StartedWith(applied))
            ? new RolloutStatus { Method = ReloadMode.InPlace, Message = "Logstash reloaded the pipeline in place." }
            : new RolloutStatus
            {
                Method = ReloadMode.Rolling,
                Message = obstacle is null ? "The pods were started with the pipeline." : $"The pods were started with the pipeline: {obstacle}",
            };
    }
}
