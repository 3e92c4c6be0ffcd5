using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.ApiServer.Json;

/// <summary>
/// Reads the protobuf bodies that kubectl's typed commands send (<c>application/vnd.kubernetes.protobuf</c>), for the kinds in
/// <see cref="ProtobufMessages"/>. Nothing is ever answered in this form.
/// </summary>
internal static class ProtobufJson
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    private static readonly byte[] Magic = "k8s\0"u8.ToArray();

    /// <summary>Reads an object in its envelope.</summary>
    /// <exception cref="JsonException">The bytes are no such object, or one of a kind that has no table.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Magic))
        {
            throw new JsonException("the body does not begin as a Kubernetes protobuf object does");
        }

        try
        {
            var envelope = ReadMessage(body[Magic.Length..], ProtobufMessages.Envelope);
            var kind = envelope.Text("typeMeta", "kind") ?? "";
            var message = ProtobufMessages.Find(kind) ?? throw new JsonException($"objects of the kind {kind} are not understood as protobuf; send JSON");
            var raw = envelope["raw"] is JsonValue bytes ? Convert.FromBase64String(bytes.GetValue<string>()) : [];
            var obj = ReadMessage(raw, message);
            obj["apiVersion"] = envelope.Text("typeMeta", "apiVersion");
            obj["kind"] = kind;
            return obj;
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException)
        {
            throw new JsonException("the protobuf body ends in the middle of a field", e);
        }
    }

    private static JsonObject ReadMessage(ReadOnlySpan<byte> bytes, ProtobufMessage message)
    {
        var obj = new JsonObject();
        while (bytes.Length > 0)
        {
            var tag = ReadVarint(ref bytes);
            var number = (int)(tag >> 3);
            ulong scalar = 0;
            ReadOnlySpan<byte> content = default;
            switch (tag & 7)
            {
                case 0:
                    scalar = ReadVarint(ref bytes);
                    break;
                case 1:
                    scalar = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
                    bytes = bytes[8..];
                    break;
                case 2:
                    var length = (int)ReadVarint(ref bytes);
                    content = bytes[..length];
                    bytes = bytes[length..];
                    break;
                case 5:
                    scalar = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
                    bytes = bytes[4..];
                    break;
                default:
                    throw new JsonException($"the protobuf body has a field of the unknown wire type {tag & 7}");
            }

            if (message.Fields.TryGetValue(number, out var field))
            {
                Put(obj, field, scalar, content);
            }
        }

        return obj;
    }

    private static void Put(JsonObject obj, ProtobufField field, ulong scalar, ReadOnlySpan<byte> content)
    {
        switch (field.Shape)
        {
            case ProtobufShape.List:
                if (obj[field.Name] is not JsonArray list)
                {
                    list = [];
                    obj[field.Name] = list;
                }

                list.Add(Value(field, scalar, content));
                break;
            case ProtobufShape.Map:
                var entry = ReadMessage(content, new ProtobufMessage(new Dictionary<int, ProtobufField>
                {
                    [1] = new("key", ProtobufType.Text),
                    [2] = field with { Name = "value", Shape = ProtobufShape.One },
                }));
                obj.Ensure(field.Name)[entry.Text("key") ?? ""] = entry["value"]?.DeepClone() ?? "";
                break;
            default:
                if (Value(field, scalar, content) is { } value)
                {
                    obj[field.Name] = value;
                }

                break;
        }
    }

    private static JsonNode? Value(ProtobufField field, ulong scalar, ReadOnlySpan<byte> content)
    {
        switch (field.Type)
        {
            case ProtobufType.Text:
                return Encoding.UTF8.GetString(content);
            case ProtobufType.Number:
                return (long)scalar;
            case ProtobufType.Flag:
                return scalar != 0;
            case ProtobufType.Bytes:
                return Convert.ToBase64String(content);
            case ProtobufType.Quantity:
                return ReadMessage(content, ProtobufMessages.TextOnly).Text("text") ?? "0";
            case ProtobufType.IntOrText:
                var either = ReadMessage(content, ProtobufMessages.IntOrText);
                return either.Number("type") == 1 ? either.Text("text") ?? "" : either.Number("number") ?? 0;
            case ProtobufType.Time:
                var time = ReadMessage(content, ProtobufMessages.Time);
                return time.Number("seconds") is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds).Stamp() : null;
            default:
                return ReadMessage(content, field.Message!);
        }
    }

    private static ulong ReadVarint(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new JsonException("the protobuf body has an endless number");
    }
}
