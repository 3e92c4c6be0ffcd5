using System.Buffers;
using System.Text.Json;

namespace KafkaLogstash.Logstash.Patterns;

/// <summary>Writes values of fields as Logstash's <c>sprintf</c> does (org.logstash.StringInterpolation, org.logstash.KeyNode).</summary>
internal static class FieldText
{
    /// <summary>Writes a value: strings without quotes, arrays with commas between their elements, objects as JSON without white space, the rest as it stands.</summary>
    /// <param name="value">The value; not null.</param>
    /// <param name="json">The event.</param>
    /// <param name="output">Where to.</param>
    public static void Write(in FieldValue value, ReadOnlySpan<byte> json, IBufferWriter<byte> output)
    {
        var token = value.In(json);
        switch (value.Kind)
        {
            case JsonTokenType.String when !value.IsEscaped:
                output.Write(token[1..^1]);
                break;
            case JsonTokenType.String or JsonTokenType.StartArray:
                var reader = new Utf8JsonReader(token, EventFields.ReaderOptions);
                reader.Read();
                WriteElement(ref reader, token, output);
                break;
            case JsonTokenType.StartObject:
                WriteCompact(token, output);
                break;
            default:
                output.Write(token);
                break;
        }
    }

    private static void WriteElement(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, IBufferWriter<byte> output)
    {
        var start = (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                break;
            case JsonTokenType.String:
                WriteString(ref reader, output);
                break;
            case JsonTokenType.StartArray:
                for (var isFirst = true; reader.Read() && reader.TokenType != JsonTokenType.EndArray; isFirst = false)
                {
                    output.Write(isFirst ? default : ","u8);
                    WriteElement(ref reader, json, output);
                }

                break;
            case JsonTokenType.StartObject:
                reader.Skip();
                WriteCompact(json[start..(int)reader.BytesConsumed], output);
                break;
            default:
                output.Write(reader.ValueSpan);
                break;
        }
    }

    private static void WriteString(ref Utf8JsonReader reader, IBufferWriter<byte> output)
    {
        try
        {
            output.Advance(reader.CopyString(output.GetSpan(reader.ValueSpan.Length + 1)));
        }
        catch (InvalidOperationException)
        {
            // An escape for half a surrogate pair stands for no character: it stays as it is written.
            output.Write(reader.ValueSpan);
        }
    }

    private static void WriteCompact(ReadOnlySpan<byte> json, IBufferWriter<byte> output)
    {
        var target = output.GetSpan(json.Length);
        var (written, inString) = (0, false);
        for (var i = 0; i < json.Length; i++)
        {
            var current = json[i];
            if (!inString && current is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                continue;
            }

            target[written++] = current;
            if (current == '"')
            {
                inString = !inString;
            }
            else if (inString && current == '\\')
            {
                target[written++] = json[++i];
            }
        }

        output.Advance(written);
    }
}
