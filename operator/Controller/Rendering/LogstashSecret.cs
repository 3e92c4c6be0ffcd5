namespace KafkaLogstash.Controller.Rendering;

/// <summary>What Logstash pods read out of the Secret that the operator made for them.</summary>
internal sealed record LogstashSecret
{
    /// <summary>The Secret's name.</summary>
    public required string Name { get; init; }

    /// <summary>The name of its volume.</summary>
    public required string Volume { get; init; }

    /// <summary>The folder in which its files are.</summary>
    public required string Folder { get; init; }

    /// <summary>The keys that are files, as no other key is; empty where there is no volume.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>The variables, each with its key.</summary>
    public required IReadOnlyList<(string Variable, string Key)> Variables { get; init; }

    /// <summary>All that pods read out of it, which they do only at start; null where there is none.</summary>
    public required IReadOnlyList<string?> Contents { get; init; }

    /// <summary>A fixed text: secrets never reach a log by accident.</summary>
    public override string ToString() => nameof(LogstashSecret);
}
