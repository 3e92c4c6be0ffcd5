namespace KafkaLogstash.Runtime;

/// <summary>How events are gathered before they are written.</summary>
internal sealed record EventOptions
{
    /// <summary>A repeat that comes later than this after the one before starts a new event; that of client-go's recorder.</summary>
    public TimeSpan SeriesWindow { get; init; } = TimeSpan.FromMinutes(6);

    /// <summary>How often the count of a running series is written at most.</summary>
    public TimeSpan SeriesInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many events may wait to be written; more are lost.</summary>
    public int QueueLength { get; init; } = 1000;

    /// <summary>How many series are followed at once; past this many, all are forgotten.</summary>
    public int MostSeries { get; init; } = 4096;
}
