using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.LogstashStandIn.Events;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Codecs;

/// <summary>Turns bytes into events and events into text: Logstash's codecs json, json_lines, line, plain and rubydebug.</summary>
internal sealed class Codec
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private static readonly FieldPath Original = new(["event", "original"], InMetadata: false);

    private readonly string _name;
    private readonly string? _format;
    private readonly bool _keepsOriginal;
    private readonly TimeProvider _time;

    private Codec(string name, string? format, bool keepsOriginal, TimeProvider time)
    {
        _name = name;
        _format = format;
        _keepsOriginal = keepsOriginal;
        _time = time;
    }

    /// <summary>Its name.</summary>
    public string Name => _name;

    /// <summary>The codec that a plugin names.</summary>
    /// <param name="context">The plugin.</param>
    /// <param name="fallback">The codec where the plugin names none.</param>
    /// <param name="keepsOriginal">Whether events keep the text that was decoded, as they do with ECS, unless the plugin has it otherwise.</param>
    /// <exception cref="PipelineException">Logstash has no such codec.</exception>
    public static Codec Of(PluginContext context, string fallback, bool keepsOriginal = true)
    {
        var (name, settings) = context.Settings.Codec(fallback);
        var format = settings?.Text("format");
        settings?.Accept("charset", "ecs_compatibility", "target", "delimiter", "metadata", "pretty");
        settings?.RefuseOthers();
        if (name is not ("json" or "json_lines" or "line" or "plain" or "rubydebug"))
        {
            if (!context.Surroundings.Bundled.Codecs.Contains(name))
            {
                throw new PipelineException(
                    $"Couldn't find any codec plugin named '{name}'. Are you sure this is correct? (line {context.Settings.Line})");
            }

            context.Warn($"The stand-in does not have the codec {name}; plain takes its place.");
            name = "plain";
        }

        return new Codec(name, format, keepsOriginal && context.Pipeline.EcsCompatible, context.Time);
    }

    /// <summary>The json codec, whatever codec the plugin names: HTTP bodies that say they are JSON go through it.</summary>
    public static Codec Json(PluginContext context) => new("json", null, context.Pipeline.EcsCompatible, context.Time);

    /// <summary>Reads events out of a message. What is no JSON where JSON is expected becomes an event with the tag <c>_jsonparsefailure</c>.</summary>
    public IEnumerable<LogEvent> Decode(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        return _name switch
        {
            "json" => DecodeJson(text),
            "json_lines" => Lines(text).SelectMany(DecodeJson),
            "line" => Lines(text).Select(DecodeText),
            _ => [DecodeText(text)],
        };
    }

    /// <summary>Writes an event as text.</summary>
    public string Encode(LogEvent logEvent) => (_name, _format) switch
    {
        ("plain" or "line", { } format) => EventTemplate.Format(format, logEvent, _time.GetUtcNow()),
        ("plain" or "line", null) => EventTemplate.Format("%{@timestamp} %{[host]} %{message}", logEvent, _time.GetUtcNow()),
        _ => logEvent.ToJson(),
    };

    /// <summary>Reads the fields of one event.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static JsonObject ParseObject(ReadOnlySpan<byte> json)
        => JsonNode.Parse(json, documentOptions: Strict) as JsonObject ?? throw new JsonException("The JSON is no object.");

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0);

    private IEnumerable<LogEvent> DecodeJson(string text)
    {
        JsonNode? node;
        try
        {
            node = JsonNode.Parse(text, documentOptions: Strict);
        }
        catch (JsonException)
        {
            node = null;
        }

        return node switch
        {
            JsonObject fields => [WithOriginal(new LogEvent(fields, _time.GetUtcNow()), text)],
            JsonArray list when list.All(item => item is JsonObject) => FromArray(list),
            _ => [Unparsable(text)],
        };
    }

    private List<LogEvent> FromArray(JsonArray list)
    {
        JsonObject[] items = [.. list.OfType<JsonObject>()];
        list.Clear();
        return [.. items.Select(fields => new LogEvent(fields, _time.GetUtcNow()))];
    }

    private LogEvent Unparsable(string text)
    {
        var logEvent = DecodeText(text);
        logEvent.AddTag("_jsonparsefailure");
        return logEvent;
    }

    private LogEvent DecodeText(string text) => WithOriginal(LogEvent.OfMessage(text, _time.GetUtcNow()), text);

    private LogEvent WithOriginal(LogEvent logEvent, string text)
    {
        if (_keepsOriginal && logEvent.Get(Original) is null)
        {
            logEvent.Set(Original, JsonValue.Create(text));
        }

        return logEvent;
    }
}
