namespace KafkaLogstash.LocalCluster.LogstashStandIn.Pipelines;

/// <summary>What a plugin has counted since its pipeline started.</summary>
/// <param name="id">The plugin's id.</param>
/// <param name="name">The plugin's name.</param>
internal sealed class PluginMetrics(string id, string name)
{
    private long _in;
    private long _out;

    /// <summary>The plugin's id.</summary>
    public string Id => id;

    /// <summary>The plugin's name.</summary>
    public string Name => name;

    /// <summary>Events that came into the plugin; not counted for inputs.</summary>
    public long In => Interlocked.Read(ref _in);

    /// <summary>Events that left the plugin.</summary>
    public long Out => Interlocked.Read(ref _out);

    /// <summary>Counts events that came in.</summary>
    public void CountIn(int events) => Interlocked.Add(ref _in, events);

    /// <summary>Counts events that left.</summary>
    public void CountOut(int events) => Interlocked.Add(ref _out, events);
}

/// <summary>What a pipeline has counted since it started.</summary>
internal sealed class PipelineMetrics
{
    private long _in;
    private long _filtered;
    private long _out;

    /// <summary>Events that inputs queued.</summary>
    public long In => Interlocked.Read(ref _in);

    /// <summary>Events that went through the filters, those that were dropped there included.</summary>
    public long Filtered => Interlocked.Read(ref _filtered);

    /// <summary>Events that reached the outputs.</summary>
    public long Out => Interlocked.Read(ref _out);

    /// <summary>Counts one queued event.</summary>
    public void CountIn() => Interlocked.Increment(ref _in);

    /// <summary>Counts a batch after the filters.</summary>
    public void CountFiltered(int events) => Interlocked.Add(ref _filtered, events);

    /// <summary>Counts a batch after the outputs.</summary>
    public void CountOut(int events) => Interlocked.Add(ref _out, events);
}
