using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;

namespace KafkaLogstash.LocalCluster.ApiServer.Resources;

/// <summary>
/// Turns a request's tree into the object as its type knows it: unknown fields are named and dropped, values of a wrong type are
/// refused, quantities are written canonically, and what Go's <c>omitempty</c> leaves out is left out.
/// </summary>
internal static class Decoding
{
    public static JsonObject Decode(ResourceType type, JsonObject body, ICollection<string> unknown)
    {
        if (type.Strategy.Schema is { } schema)
        {
            var obj = body.Copy();
            foreach (var field in schema.UnknownFields(obj))
            {
                unknown.Add(field);
            }

            schema.Prune(obj);
            if (obj["metadata"] is JsonObject meta)
            {
                obj["metadata"] = new Reader(type, unknown).Read(ModelShape.Of(typeof(V1ObjectMeta)), meta, "metadata");
            }

            return obj;
        }

        return type.Strategy.Model is { } model
            ? (JsonObject)new Reader(type, unknown).Read(ModelShape.Of(model), body, "")!
            : body.Copy();
    }

    private sealed class Reader(ResourceType type, ICollection<string> unknown)
    {
        public JsonNode? Read(ModelShape shape, JsonNode? node, string path)
        {
            if (node is null)
            {
                return null;
            }

            return (shape.Shape, node) switch
            {
                (ModelShape.Form.Any, _) => node.DeepClone(),
                (ModelShape.Form.Struct, JsonObject obj) => Struct(shape, obj, path),
                (ModelShape.Form.Map, JsonObject map) => Map(shape, map, path),
                (ModelShape.Form.List, JsonArray list) => new JsonArray([.. list.Select((item, index) => Read(shape.Element!, item, $"{path}[{index}]"))]),
                (ModelShape.Form.Quantity, JsonValue value) => Quantity(value),
                (ModelShape.Form.Text, JsonValue value) when value.GetValueKind() == JsonValueKind.String => value.DeepClone(),
                (ModelShape.Form.Bytes, JsonValue value) when value.TryGetValue<string>(out var text) => Bytes(text),
                (ModelShape.Form.Time, JsonValue value) when value.TryGetValue<string>(out var text) => Time(text),
                (ModelShape.Form.Integer, JsonValue value) when value.GetValueKind() == JsonValueKind.Number && value.Number() is { } number => number,
                (ModelShape.Form.Number, JsonValue value) when value.GetValueKind() == JsonValueKind.Number => value.DeepClone(),
                (ModelShape.Form.Flag, JsonValue value) when value.Flag() is not null => value.DeepClone(),
                (ModelShape.Form.IntOrText, JsonValue value) when value.GetValueKind() is JsonValueKind.String or JsonValueKind.Number => value.DeepClone(),
                _ => throw Refuse($"json: cannot unmarshal {GoKind(node)} into Go struct field {type.Kind}.{WithoutIndexes(path)} of type {shape.GoName}"),
            };
        }

        private JsonObject Struct(ModelShape shape, JsonObject obj, string path)
        {
            var read = new JsonObject();
            foreach (var (name, value) in obj)
            {
                if (shape.Fields.TryGetValue(name, out var field))
                {
                    var decoded = Read(field, value, path.Length == 0 ? name : $"{path}.{name}");
                    if (decoded is not null && !OmittedWhenEmpty.Omits(shape.Type, name, field.Shape, decoded))
                    {
                        read[name] = decoded;
                    }
                }
                else
                {
                    unknown.Add(path.Length == 0 ? name : $"{path}.{name}");
                }
            }

            return read;
        }

        private JsonObject Map(ModelShape shape, JsonObject map, string path)
        {
            var read = new JsonObject();
            foreach (var (key, value) in map)
            {
                read[key] = Read(shape.Element!, value, path) ?? (shape.Element!.Shape is ModelShape.Form.Text or ModelShape.Form.Bytes ? "" : null);
            }

            return read;
        }

        private JsonValue Quantity(JsonValue value)
        {
            var text = value.Text() ?? value.ToJsonString();
            try
            {
                return JsonValue.Create(new ResourceQuantity(text).CanonicalizeString());
            }
            catch (FormatException)
            {
                throw Refuse("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
            }
        }

        private JsonValue Bytes(string text)
        {
            var buffer = new byte[text.Length];
            return Convert.TryFromBase64String(text, buffer, out _)
                ? JsonValue.Create(text)
                : throw Refuse("illegal base64 data at input byte 0");
        }

        private JsonValue Time(string text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _)
            ? JsonValue.Create(text)
            : throw Refuse($"parsing time \"{text}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"{text}\" as \"2006\"");

        private ApiException Refuse(string why) =>
            ApiException.BadRequest($"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: {why}");

        private static string GoKind(JsonNode node) => node switch
        {
            JsonObject => "object",
            JsonArray => "array",
            _ => node.GetValueKind() switch
            {
                JsonValueKind.String => "string",
                JsonValueKind.Number => "number",
                _ => "bool",
            },
        };

        private static string WithoutIndexes(string path) =>
            string.Join('.', path.Split('.').Select(step => step.IndexOf('[', StringComparison.Ordinal) is > 0 and var at ? step[..at] : step));
    }
}
