namespace KafkaLogstash.Controller.Observation;

/// <summary>What one Logstash pod says about the pipeline it runs.</summary>
internal abstract record PipelineObservation
{
    private PipelineObservation()
    {
    }

    /// <summary>The digest that the generator put into the plugins' ids; null where no pipeline runs or no plugin carries one.</summary>
    public string? Digest { get; private init; }

    /// <summary>The message of the last attempt to load a pipeline that failed, where Logstash tells it.</summary>
    public string? LastError { get; private init; }

    /// <summary>When that attempt failed, UTC, by the pod's clock.</summary>
    public DateTimeOffset? LastFailure { get; private init; }

    /// <summary>The pod's node API did not answer in time, or not at all.</summary>
    /// <param name="Reason">Why, in plain words.</param>
    public sealed record Unreachable(string Reason) : PipelineObservation;

    /// <summary>Logstash answers and has no such pipeline: it is still starting, or the pipeline failed to register and is gone.</summary>
    public sealed record Absent : PipelineObservation
    {
        /// <summary>Says so.</summary>
        public Absent(string? lastError, DateTimeOffset? lastFailure) => (LastError, LastFailure) = (lastError, lastFailure);
    }

    /// <summary>The pipeline is there.</summary>
    public sealed record Present : PipelineObservation
    {
        /// <summary>Says so.</summary>
        public Present(string? digest, string? lastError = null, DateTimeOffset? lastFailure = null) =>
            (Digest, LastError, LastFailure) = (digest, lastError, lastFailure);
    }
}
