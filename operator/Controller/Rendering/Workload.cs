namespace KafkaLogstash.Controller.Rendering;

/// <summary>The kinds of pods that a connection has.</summary>
internal enum Workload
{
    /// <summary>Logstash pods.</summary>
    Logstash,

    /// <summary>Bridge pods.</summary>
    Bridge,
}
