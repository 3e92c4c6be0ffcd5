using System.Text.Json;
using KafkaLogstash.Api;
using KafkaLogstash.Api.Yaml;
using KafkaLogstash.Controller.Rendering;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Catalogue;

namespace KafkaLogstash.Controller.Checks;

/// <summary>Checks <c>spec.kafka.properties</c> against the plugins that are to hand them to Kafka's client.</summary>
internal static class PropertyChecks
{
    private static readonly KafkaPluginKind[] Kinds = [KafkaPluginKind.Input, KafkaPluginKind.Output];

    /// <summary>Checks the properties of a connection with the native transport.</summary>
    public static IEnumerable<ConnectionFinding> Run(ConnectionSpec spec, LogstashVersion version)
    {
        var plugins = Kinds.Select(kind => KafkaPluginCatalogue.For(version, kind)).ToList();
        var used = plugins.Where(plugin => plugin.Kind == KafkaPluginKind.Input ? spec.Input is not null : spec.Output is not null).ToList();
        return spec.Kafka.Properties.SelectMany(property => Check(spec, property.Key, property.Value, plugins, used));
    }

    /// <summary>Everything that a plugin gets besides what fields of the resource set: rules over several options must see them all.</summary>
    public static IEnumerable<KeyValuePair<string, JsonElement>> OptionsOf(ConnectionSpec spec, KafkaPluginCatalogue plugin)
    {
        var options = plugin.Kind == KafkaPluginKind.Input ? spec.Input?.Options : spec.Output?.Options;
        return ClientProperties.For(spec.Kafka.Properties, plugin, options)
            .Select(property => KeyValuePair.Create(property.Key, JsonSerializer.SerializeToElement(property.Value)))
            .Concat((options ?? []).Select(option => KeyValuePair.Create(option.Key, JsonSerializer.SerializeToElement(option.Value))));
    }

    /// <summary>The options of a plugin that fields of the resource set, as far as rules ask for them.</summary>
    public static string[] SetByFields(ConnectionSpec spec, KafkaPluginCatalogue plugin) =>
        plugin.Kind == KafkaPluginKind.Input && spec.Input?.TopicsPattern is not null ? ["topics_pattern"] : [];

    private static IEnumerable<ConnectionFinding> Check(
        ConnectionSpec spec, string property, string value, List<KafkaPluginCatalogue> plugins, List<KafkaPluginCatalogue> used)
    {
        var field = FieldPaths.Child("spec.kafka.properties", property);
        var option = ClientProperties.OptionName(property);
        var takers = used.Where(plugin => ClientProperties.IsFree(plugin, option)).ToList();
        if (takers.Count > 0)
        {
            return takers.SelectMany(plugin => Judge(plugin, others: OptionsOf(spec, plugin))).DistinctBy(finding => finding.Message);
        }

        if (plugins.FirstOrDefault(plugin => ClientProperties.IsFree(plugin, option)) is { } other)
        {
            var (has, lacks) = other.Kind == KafkaPluginKind.Input ? ("input", "output") : ("output", "input");
            return
            [
                new ConnectionFinding(
                    Severity.Warning, "no-effect", field, $"only Logstash's kafka {has} has this property, and this connection has only an {lacks}: it has no effect."),
            ];
        }

        // The catalogue knows why: a field has it, the version lacks it, nothing uses it.
        if (plugins.Where(plugin => plugin.Options.ContainsKey(option)).SelectMany(plugin => Judge(plugin, others: [])).FirstOrDefault() is { } known)
        {
            return [known];
        }

        var names = plugins.SelectMany(plugin => plugin.Options.Keys.Where(name => ClientProperties.IsFree(plugin, name)));
        var hint = NearestName.Find(option, names) is { } near ? $" Did you mean {near.Replace('_', '.')}?" : "";
        return
        [
            new ConnectionFinding(
                Severity.Error,
                "unknown-property",
                field,
                $"Logstash's kafka plugins ({plugins[0].Release.KafkaPlugin}) have no option that hands this property to Kafka's client.{hint} Leave it out."),
        ];

        IEnumerable<ConnectionFinding> Judge(KafkaPluginCatalogue plugin, IEnumerable<KeyValuePair<string, JsonElement>> others) => plugin
            .Check([KeyValuePair.Create(option, JsonSerializer.SerializeToElement(value)), .. others.Where(other => other.Key != option)], "", SetByFields(spec, plugin))
            .Where(finding => finding.Path == $".{option}")
            .Select(finding => new ConnectionFinding(finding.Severity, finding.Code, field, finding.Message));
    }
}
