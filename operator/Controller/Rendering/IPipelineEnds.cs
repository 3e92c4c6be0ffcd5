using KafkaLogstash.Logstash.Writing;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>Writes the ends of a pipeline, through which it is joined to Kafka.</summary>
internal interface IPipelineEnds
{
    /// <summary>Writes the input for what comes from Kafka.</summary>
    /// <param name="items">The input section.</param>
    /// <param name="digest">The pipeline's digest, for the plugin's id; null while it is worked out.</param>
    void Input(ItemsBuilder items, string? digest);

    /// <summary>Writes what has to stand before the user's filters.</summary>
    /// <param name="items">The filter section.</param>
    void Filter(ItemsBuilder items);

    /// <summary>Writes the output for what goes to Kafka.</summary>
    /// <param name="items">The output section, or the branch of it.</param>
    /// <param name="digest">The pipeline's digest, for the plugin's id; null while it is worked out.</param>
    void Output(ItemsBuilder items, string? digest);
}
