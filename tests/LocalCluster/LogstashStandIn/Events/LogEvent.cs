using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Events;

/// <summary>An event on its way through a pipeline: a JSON object, and metadata beside it that outputs do not send.</summary>
internal sealed class LogEvent
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonObject _fields;
    private readonly JsonObject _metadata;

    /// <summary>Makes an event of a decoded object; <c>@timestamp</c> and <c>@version</c> are added where it has none, <c>@metadata</c> is taken out.</summary>
    public LogEvent(JsonObject fields, DateTimeOffset now)
    {
        _fields = fields;
        _metadata = fields["@metadata"] as JsonObject ?? [];
        fields.Remove("@metadata");
        fields.TryAdd("@timestamp", JsonValue.Create(now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'")));
        fields.TryAdd("@version", JsonValue.Create("1"));
    }

    /// <summary>Makes an event with one field, <c>message</c>.</summary>
    public static LogEvent OfMessage(string message, DateTimeOffset now) => new(new JsonObject { ["message"] = message }, now);

    /// <summary>The value at a path, or null where there is none.</summary>
    public JsonNode? Get(FieldPath path)
    {
        JsonNode? node = Root(path);
        foreach (var part in path.Parts)
        {
            node = node switch
            {
                JsonObject map => map[part],
                JsonArray list when int.TryParse(part, out var index) && index >= -list.Count && index < list.Count
                    => list[index < 0 ? index + list.Count : index],
                _ => null,
            };
        }

        return node;
    }

    /// <summary>Puts a value at a path; what is on the way and no object is replaced by one.</summary>
    public void Set(FieldPath path, JsonNode? value)
    {
        if (path.Parts.Count == 0)
        {
            return;
        }

        var map = Root(path);
        foreach (var part in path.Parts.SkipLast(1))
        {
            if (map[part] is not JsonObject next)
            {
                next = [];
                map[part] = next;
            }

            map = next;
        }

        map[path.Parts[^1]] = value?.Parent is null ? value : value.DeepClone();
    }

    /// <summary>Takes a value out and returns it; null where there was none.</summary>
    public JsonNode? Remove(FieldPath path)
    {
        if (path.Parts.Count == 0 || Get(path with { Parts = [.. path.Parts.SkipLast(1)] }) is not JsonObject map)
        {
            return null;
        }

        var value = map[path.Parts[^1]];
        map.Remove(path.Parts[^1]);
        return value;
    }

    /// <summary>Adds a tag that the event does not have yet.</summary>
    public void AddTag(string tag)
    {
        if (_fields["tags"] is not JsonArray tags)
        {
            tags = _fields["tags"] is { } single ? [single.DeepClone()] : [];
            _fields["tags"] = tags;
        }

        if (!tags.Any(present => TextOf(present) == tag))
        {
            tags.Add(tag);
        }
    }

    /// <summary>Adds fields, <c>@metadata</c> among them: objects are merged, everything else takes the place of what is there.</summary>
    public void Merge(JsonObject fields)
    {
        foreach (var (name, value) in fields)
        {
            if (name == "@metadata")
            {
                Merge(_metadata, value as JsonObject ?? []);
            }
            else
            {
                Put(_fields, name, value);
            }
        }
    }

    /// <summary>The event as outputs send it.</summary>
    public string ToJson() => _fields.ToJsonString(Readable);

    /// <summary>A value as text: strings as they are, everything else as JSON.</summary>
    public static string TextOf(JsonNode? node)
        => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : node?.ToJsonString(Readable) ?? "";

    private static void Merge(JsonObject target, JsonObject fields)
    {
        foreach (var (name, value) in fields)
        {
            Put(target, name, value);
        }
    }

    private static void Put(JsonObject target, string name, JsonNode? value)
    {
        if (value is JsonObject more && target[name] is JsonObject present)
        {
            Merge(present, more);
        }
        else
        {
            target[name] = value?.DeepClone();
        }
    }

    private JsonObject Root(FieldPath path) => path.InMetadata ? _metadata : _fields;
}
