using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.LogstashStandIn.Events;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Filters;

/// <summary>The mutate filter's rename, update, replace, uppercase, lowercase, strip and copy, in Logstash's fixed order.</summary>
internal sealed class MutateFilter : IFilter
{
    private static readonly string[] PassedOver = ["capitalize", "coerce", "convert", "gsub", "join", "merge", "split"];

    private readonly List<Action<LogEvent>> _steps = [];
    private readonly CommonOptions _common;

    /// <summary>Reads the filter's options.</summary>
    /// <exception cref="PipelineException">One is wrong.</exception>
    public MutateFilter(PluginContext context)
    {
        var settings = context.Settings;
        foreach (var (from, to) in settings.Pairs("rename"))
        {
            Add(from, (logEvent, path) => Copy(logEvent, logEvent.Remove(path), Format(to, logEvent, context)));
        }

        foreach (var (name, template) in settings.Pairs("update"))
        {
            AddWherePresent(name, (logEvent, path, _) => logEvent.Set(path, Format(template, logEvent, context)));
        }

        foreach (var (name, template) in settings.Pairs("replace"))
        {
            Add(name, (logEvent, path) => logEvent.Set(path, Format(template, logEvent, context)));
        }

        AddText(settings, "uppercase", text => text.ToUpperInvariant());
#pragma warning disable CA1308 // Lower case is what the user asked for.
        AddText(settings, "lowercase", text => text.ToLowerInvariant());
#pragma warning restore CA1308
        AddText(settings, "strip", text => text.Trim());
        foreach (var (from, to) in settings.Pairs("copy"))
        {
            AddWherePresent(from, (logEvent, _, value) => Copy(logEvent, value.DeepClone(), Format(to, logEvent, context)));
        }

        _common = CommonOptions.OfFilter(context);
        settings.Accept("tag_on_failure");
        foreach (var name in PassedOver.Where(settings.Has))
        {
            context.Warn($"The stand-in passes over mutate's {name}: events stay as they are");
        }

        settings.RefuseOthers();
    }

    /// <inheritdoc/>
    public bool Apply(LogEvent logEvent)
    {
        foreach (var step in _steps)
        {
            step(logEvent);
        }

        _common.Apply(logEvent);
        return true;
    }

    private static string Format(string template, LogEvent logEvent, PluginContext context)
        => EventTemplate.Format(template, logEvent, context.Time.GetUtcNow());

    private static void Copy(LogEvent logEvent, JsonNode? value, string to)
    {
        if (value is not null && FieldPath.TryParse(to, out var path))
        {
            logEvent.Set(path, value);
        }
    }

    private static JsonNode? Map(JsonNode? node, Func<string, string> change) => node switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => change(text),
        JsonArray list => new JsonArray([.. list.Select(item => Map(item?.DeepClone(), change))]),
        _ => node,
    };

    private void AddText(PluginSettings settings, string option, Func<string, string> change)
    {
        foreach (var name in settings.Texts(option))
        {
            AddWherePresent(name, (logEvent, path, value) => logEvent.Set(path, Map(value, change)));
        }
    }

    private void AddWherePresent(string name, Action<LogEvent, FieldPath, JsonNode> step) => Add(name, (logEvent, path) =>
    {
        if (logEvent.Get(path) is { } value)
        {
            step(logEvent, path, value);
        }
    });

    private void Add(string name, Action<LogEvent, FieldPath> step)
    {
        if (!FieldPath.TryParse(name, out var path))
        {
            throw new PipelineException($"'{name}' is no field reference; write a name, or [a][b].");
        }

        _steps.Add(logEvent => step(logEvent, path));
    }
}
