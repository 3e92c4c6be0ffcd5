using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.LogstashStandIn.Events;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Filters;

/// <summary>The drop filter: events end here.</summary>
internal sealed class DropFilter : IFilter
{
    /// <summary>Reads the filter's options.</summary>
    public DropFilter(PluginContext context)
    {
        _ = CommonOptions.OfFilter(context);
        if (context.Settings.Integer("percentage", 100) != 100)
        {
            context.Warn("The stand-in drops every event, not a percentage of them");
        }

        context.Settings.RefuseOthers();
    }

    /// <inheritdoc/>
    public bool Apply(LogEvent logEvent) => false;
}

/// <summary>A filter that Logstash has and the stand-in has not: events pass unchanged.</summary>
internal sealed class PassingFilter : IFilter
{
    /// <summary>Says once that the filter does nothing.</summary>
    public PassingFilter(PluginContext context)
        => context.Warn($"The stand-in does not have the filter {context.Settings.Name}: events pass it unchanged");

    /// <inheritdoc/>
    public bool Apply(LogEvent logEvent) => true;
}

/// <summary>The json filter: parses the text of a field.</summary>
internal sealed class JsonFilter : IFilter
{
    private readonly FieldPath _source;
    private readonly FieldPath? _target;
    private readonly IReadOnlyList<string> _tagsOnFailure;
    private readonly bool _skipInvalid;
    private readonly CommonOptions _common;

    /// <summary>Reads the filter's options.</summary>
    /// <exception cref="PipelineException">One is wrong.</exception>
    public JsonFilter(PluginContext context)
    {
        var settings = context.Settings;
        _source = Path(settings.Required("source"));
        _target = settings.Text("target") is { } target ? Path(target) : null;
        _tagsOnFailure = settings.Has("tag_on_failure") ? settings.Texts("tag_on_failure") : ["_jsonparsefailure"];
        _skipInvalid = settings.Flag("skip_on_invalid_json", false);
        settings.Accept("ecs_compatibility");
        _common = CommonOptions.OfFilter(context);
        settings.RefuseOthers();
    }

    /// <inheritdoc/>
    public bool Apply(LogEvent logEvent)
    {
        if (logEvent.Get(_source) is not { } source)
        {
            return true;
        }

        if (!TryParse(LogEvent.TextOf(source), out var parsed))
        {
            foreach (var tag in _skipInvalid ? [] : _tagsOnFailure)
            {
                logEvent.AddTag(tag);
            }

            return true;
        }

        if (_target is not null)
        {
            logEvent.Set(_target, parsed);
        }
        else
        {
            foreach (var (name, value) in (JsonObject)parsed!)
            {
                logEvent.Set(new FieldPath([name], InMetadata: false), value?.DeepClone());
            }
        }

        _common.Apply(logEvent);
        return true;
    }

    private bool TryParse(string text, out JsonNode? parsed)
    {
        try
        {
            parsed = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
            return _target is not null || parsed is JsonObject;
        }
        catch (JsonException)
        {
            parsed = null;
            return false;
        }
    }

    private static FieldPath Path(string reference)
        => FieldPath.TryParse(reference, out var path) ? path : throw new PipelineException($"'{reference}' is no field reference; write a name, or [a][b].");
}
