namespace KafkaLogstash.LocalCluster.LogstashStandIn.NodeApi;

/// <summary>Logstash's health colours, the better before the worse.</summary>
internal enum HealthColour
{
    /// <summary>It runs.</summary>
    Green,

    /// <summary>Nobody knows: it never started, or was stopped by a failed reload.</summary>
    Unknown,

    /// <summary>It starts, or has ended in order.</summary>
    Yellow,

    /// <summary>It crashed.</summary>
    Red,
}
