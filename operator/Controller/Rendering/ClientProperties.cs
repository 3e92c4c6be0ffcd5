using System.Text.Json.Nodes;
using KafkaLogstash.Logstash.Catalogue;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>
/// Maps <c>spec.kafka.properties</c> to the options through which Logstash's kafka plugins hand properties to Kafka's Java client. The plugins know a
/// fixed set of them; each plugin gets those that it has.
/// </summary>
internal static class ClientProperties
{
    /// <summary>The name of the option for a property: mostly the property's own with underscores.</summary>
    /// <param name="property">The property, by Kafka's name.</param>
    public static string OptionName(string property) => property switch
    {
        "allow.auto.create.topics" => "auto_create_topics",
        "key.deserializer" => "key_deserializer_class",
        "value.deserializer" => "value_deserializer_class",
        "partitioner.class" => "partitioner",
        _ => property.Replace('.', '_'),
    };

    /// <summary>The options that a plugin gets from the properties, in a stable order. What <paramref name="options"/> set by name wins.</summary>
    /// <param name="properties">The properties.</param>
    /// <param name="catalogue">The plugin.</param>
    /// <param name="options">The plugin's free options.</param>
    public static IEnumerable<KeyValuePair<string, string>> For(
        IReadOnlyDictionary<string, string> properties, KafkaPluginCatalogue catalogue, JsonObject? options) =>
        from property in properties
        let name = OptionName(property.Key)
        where IsFree(catalogue, name) && options?.ContainsKey(name) != true
        orderby name
        select KeyValuePair.Create(name, property.Value);

    /// <summary>Whether a plugin has an option that anybody may set.</summary>
    public static bool IsFree(KafkaPluginCatalogue catalogue, string option) =>
        catalogue.Options.TryGetValue(option, out var description) && description.Owner == OptionOwner.User;
}
