using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.LogstashStandIn.Events;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Plugins;

/// <summary>The options that every input and filter has: <c>add_field</c>, <c>add_tag</c>, <c>tags</c>, <c>type</c>, <c>remove_field</c>, <c>remove_tag</c>.</summary>
internal sealed class CommonOptions
{
    private static readonly FieldPath TypeField = new(["type"], InMetadata: false);
    private static readonly FieldPath TagsField = new(["tags"], InMetadata: false);

    private readonly IReadOnlyList<KeyValuePair<string, string>> _addField;
    private readonly IReadOnlyList<string> _addTag;
    private readonly IReadOnlyList<string> _removeField;
    private readonly IReadOnlyList<string> _removeTag;
    private readonly string? _type;
    private readonly TimeProvider _time;

    private CommonOptions(PluginContext context, bool isInput)
    {
        var settings = context.Settings;
        _time = context.Time;
        _addField = settings.Pairs("add_field");
        _addTag = settings.Texts(isInput ? "tags" : "add_tag");
        _removeField = isInput ? [] : settings.Texts("remove_field");
        _removeTag = isInput ? [] : settings.Texts("remove_tag");
        _type = isInput ? settings.Text("type") : null;
        if (!isInput)
        {
            settings.Accept("periodic_flush");
        }
    }

    /// <summary>The common options of an input.</summary>
    public static CommonOptions OfInput(PluginContext context) => new(context, isInput: true);

    /// <summary>The common options of a filter, applied when it succeeded.</summary>
    public static CommonOptions OfFilter(PluginContext context) => new(context, isInput: false);

    /// <summary>Applies the options to an event.</summary>
    public void Apply(LogEvent logEvent)
    {
        foreach (var (name, template) in _addField)
        {
            AddField(logEvent, Format(name, logEvent), Format(template, logEvent));
        }

        foreach (var tag in _addTag)
        {
            logEvent.AddTag(Format(tag, logEvent));
        }

        foreach (var name in _removeField)
        {
            if (FieldPath.TryParse(Format(name, logEvent), out var path))
            {
                logEvent.Remove(path);
            }
        }

        if (_removeTag.Count > 0 && logEvent.Get(TagsField) is JsonArray tags)
        {
            tags.RemoveAll(tag => _removeTag.Contains(LogEvent.TextOf(tag)));
        }

        if (_type is not null && logEvent.Get(TypeField) is null)
        {
            logEvent.Set(TypeField, JsonValue.Create(_type));
        }
    }

    /// <summary>Adds a value: a field that is there already becomes a list.</summary>
    private static void AddField(LogEvent logEvent, string name, string value)
    {
        if (!FieldPath.TryParse(name, out var path))
        {
            return;
        }

        switch (logEvent.Get(path))
        {
            case null:
                logEvent.Set(path, JsonValue.Create(value));
                break;
            case JsonArray list:
                list.Add((JsonNode)value);
                break;
            case { } single:
                logEvent.Set(path, new JsonArray(single.DeepClone(), value));
                break;
        }
    }

    private string Format(string template, LogEvent logEvent) => EventTemplate.Format(template, logEvent, _time.GetUtcNow());
}
