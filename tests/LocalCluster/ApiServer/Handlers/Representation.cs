using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.ApiServer.Storage;
using Microsoft.Extensions.Primitives;

namespace KafkaLogstash.LocalCluster.ApiServer.Handlers;

/// <summary>The form in which a client wants objects: whole, metadata only, or as rows of a table.</summary>
internal sealed record Representation(Representation.Form Shape, string MetaVersion, bool AsYaml = false)
{
    public const string JsonType = "application/json";

    private const string Accepted =
        "application/json, application/yaml, application/json;stream=watch";

    public enum Form
    {
        Object,
        Metadata,
        Table,
    }

    public static Representation Negotiate(StringValues accept)
    {
        if (StringValues.IsNullOrEmpty(accept))
        {
            return new(Form.Object, "v1");
        }

        foreach (var range in accept.SelectMany(line => (line ?? "").Split(',')))
        {
            var parts = range.Split(';', StringSplitOptions.TrimEntries);
            var parameters = parts.Skip(1).Select(part => part.Split('=', 2)).Where(pair => pair.Length == 2)
                .DistinctBy(pair => pair[0]).ToDictionary(pair => pair[0], pair => pair[1]);
            var yaml = parts[0] is "application/yaml" or "text/yaml";
            if (!yaml && parts[0] is not (JsonType or "*/*" or "application/*"))
            {
                continue;
            }

            if (!parameters.TryGetValue("as", out var shape))
            {
                return new(Form.Object, "v1", yaml);
            }

            if (parameters.GetValueOrDefault("g") == "meta.k8s.io" && parameters.GetValueOrDefault("v", "v1") is "v1" or "v1beta1"
                && shape is "Table" or "PartialObjectMetadata" or "PartialObjectMetadataList")
            {
                return new(shape == "Table" ? Form.Table : Form.Metadata, parameters.GetValueOrDefault("v", "v1"));
            }
        }

        throw new ApiException(406, "NotAcceptable", $"406: Not Acceptable\n\nAvailable representations: {Accepted}", new JsonObject());
    }

    /// <summary>A single object in the form asked for.</summary>
    public JsonObject One(ResourceType type, JsonObject obj, DateTimeOffset now, string? includeObject) => Shape switch
    {
        Form.Metadata => Partial(obj),
        Form.Table => Table(type, [obj], now, includeObject, withDefinitions: true, new JsonObject { ["resourceVersion"] = obj.ResourceVersion() }),
        _ => obj,
    };

    /// <summary>An object inside a watch; only the first table carries the columns.</summary>
    public JsonObject InWatch(ResourceType type, JsonObject obj, DateTimeOffset now, string? includeObject, bool first) => Shape switch
    {
        Form.Metadata => Partial(obj),
        Form.Table => Table(type, [obj], now, includeObject, first, new JsonObject { ["resourceVersion"] = obj.ResourceVersion() }),
        _ => obj,
    };

    public JsonObject Many(ResourceType type, IEnumerable<JsonObject> items, JsonObject listMeta, DateTimeOffset now, string? includeObject)
    {
        switch (Shape)
        {
            case Form.Table:
                return Table(type, items, now, includeObject, withDefinitions: true, listMeta);
            case Form.Metadata:
                return new JsonObject
                {
                    ["kind"] = "PartialObjectMetadataList",
                    ["apiVersion"] = $"meta.k8s.io/{MetaVersion}",
                    ["metadata"] = listMeta,
                    ["items"] = new JsonArray([.. items.Select(Partial)]),
                };
            default:
                return new JsonObject
                {
                    ["kind"] = type.ListKind,
                    ["apiVersion"] = type.ApiVersion,
                    ["metadata"] = listMeta,
                    ["items"] = new JsonArray([.. items.Select(item => ItemOf(type, item))]),
                };
        }
    }

    /// <summary>A stored object as this version of its resource shows it.</summary>
    public static JsonObject Present(ResourceType type, StoredObject stored) => type.Present?.Invoke(stored.Body) ?? stored.Body;

    // Lists of built-ins leave kind and apiVersion out of their items; lists of custom resources don't.
    private static JsonObject ItemOf(ResourceType type, JsonObject obj)
    {
        var item = obj.Copy();
        if (type.Strategy.Schema is null)
        {
            item.Remove("kind");
            item.Remove("apiVersion");
        }

        return item;
    }

    private JsonObject Partial(JsonObject obj) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = $"meta.k8s.io/{MetaVersion}",
        ["metadata"] = obj["metadata"]?.DeepClone(),
    };

    private JsonObject Table(
        ResourceType type, IEnumerable<JsonObject> items, DateTimeOffset now, string? includeObject, bool withDefinitions, JsonObject meta)
    {
        var rows = items.Select(item =>
        {
            var row = new JsonObject { ["cells"] = type.Table.Cells(type.ToStorage?.Invoke(item) ?? item, now) };
            if (includeObject != "None")
            {
                row["object"] = includeObject == "Object" ? item.Copy() : Partial(item);
            }

            return (JsonNode)row;
        });
        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = $"meta.k8s.io/{MetaVersion}",
            ["metadata"] = meta,
            ["columnDefinitions"] = withDefinitions ? type.Table.Definitions() : null,
            ["rows"] = new JsonArray([.. rows]),
        };
    }
}
