namespace KafkaLogstash.Controller.Observation;

/// <summary>What one Logstash pod says about the pipeline it runs.</summary>
internal abstract record PipelineObservation
{
    private PipelineObservation()
    {
    }

    /// <summary>The pod's node API did not answer in time, or not at all.</summary>
    /// <param name="Reason">Why, in plain words.</param>
    public sealed record Unreachable(string Reason) : PipelineObservation;

    /// <summary>Logstash answers and has no such pipeline: it is still starting, or the pipeline failed to register and is gone.</summary>
    /// <param name="LastError">The message of the last failed attempt, where Logstash tells it.</param>
    public sealed record Absent(string? LastError) : PipelineObservation;

    /// <summary>The pipeline is there.</summary>
    /// <param name="Digest">The digest that the generator put into the plugins' ids; null where no plugin carries one.</param>
    /// <param name="ReloadSuccesses">Reloads that worked since the process started.</param>
    /// <param name="ReloadFailures">Reloads that did not.</param>
    /// <param name="LastError">The message of the last failed reload.</param>
    public sealed record Present(string? Digest, long ReloadSuccesses, long ReloadFailures, string? LastError) : PipelineObservation;
}
