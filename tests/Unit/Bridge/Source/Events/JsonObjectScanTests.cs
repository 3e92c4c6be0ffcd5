using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using CsCheck;
using KafkaLogstash.Bridge.Source.Events;

namespace KafkaLogstash.Tests.Unit.Bridge.Source.Events;

/// <summary>The scanner agrees with a general reader about what a JSON object is.</summary>
public sealed class JsonObjectScanTests
{
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"message\"", "\"line\"", "\"\\u00e4\"", "\"\\u00g4\"", "\"\\x\"", "\"\\n\\\"\"", "\\", "0", "01", "-", "-1", "1.", "1.5", ".5",
        "1e", "1e+7", "1E-07", "true", "tru", "false", "null", "nul", " ", "\t", "\r\n", "\u0001", "\u00e4", "NaN", "//", "'", "{\"a\":1}", "[1,2]", "{}", "[]", "{\"a\":{\"b\":[{}]}}",
    ];

    private static readonly string[] Names = ["message", "message", "tags", "ta\\u0067s", "event", "beat", "x", "[x]", "id"];

    private static readonly string[] Values =
    [
        "\"text\"", "\"\"", "null", "1", "true", "{}", "[]", "[\"a\", \"b\"]", "[\"a\",1]", "[ null]", "[[\"a\"]]", "[{\"id\":1}]", "{\"id\":\"a\",\"resource_id\": null}", "{\"id\" : 1}",
        "{\"x\":[1],\"resource_id\":{}}", "{\"x\":{\"id\":1}}", "{\"i\\u0064\":[]}", "{\"tags\":[1],\"message\":2}",
    ];

    [Fact]
    public void It_agrees_with_a_general_reader_on_random_pieces() =>
        Gen.Int[0, Pieces.Length - 1].Array[0, 14].Seeded().Sample(
            picks => Agrees(string.Concat(picks.Select(pick => Pieces[pick]))),
            iter: 100_000);

    [Fact]
    public void It_agrees_with_a_general_reader_on_objects_with_a_byte_changed()
    {
        var whole = """{"a":[1,-2.5e-3,{"b":"c\\u00e4\"\n"},[],{}],"message" : "m" ,"t":true,"f":false,"n":null,"deep":[[[[{"x":[0]}]]]],"ü":"ü"}"""u8.ToArray();
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, 2]).Seeded().Sample(
            change =>
            {
                var (at, value, kind) = change;
                Agrees(kind switch
                {
                    0 => [.. whole[..at], value, .. whole[(at + 1)..]],
                    1 => [.. whole[..at], .. whole[(at + 1)..]],
                    _ => [.. whole[..at], value, .. whole[at..]],
                });
            },
            iter: 100_000);
    }

    [Fact]
    public void It_agrees_with_a_general_reader_about_members_that_end_the_connection() =>
        Gen.Select(Gen.Int[0, Names.Length - 1], Gen.Int[0, Values.Length - 1]).Array[0, 5].Seeded().Sample(
            members =>
            {
                var text = $"{{{string.Join(" , ", members.Select(member => $"\"{Names[member.Item1]}\" :{Values[member.Item2]}"))}}}";
                using var read = JsonDocument.Parse(text);
                var messages = read.RootElement.EnumerateObject().Where(member => member.NameEquals("message")).ToList();
                var expected = messages.Exists(member => member.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
                    || (messages.Exists(member => member.Value.ValueKind == JsonValueKind.String) && read.RootElement.EnumerateObject().Any(EndsConnection));
                Assert.True(JsonObjectScan.Scan(Encoding.UTF8.GetBytes(text)).MoveMessage == expected, $"It is {expected} of {text}");
            },
            iter: 100_000);

    [Theory]
    [InlineData(JsonObjectScan.DeepestNesting, JsonShape.Object)]
    [InlineData(JsonObjectScan.DeepestNesting + 1, JsonShape.Text)]
    internal void Nesting_has_its_bound(int depth, JsonShape expected)
    {
        var objects = string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);
        var arrays = "{\"a\":" + new string('[', depth - 1) + new string(']', depth - 1) + "}";
        Assert.Equal(expected, JsonObjectScan.Scan(Encoding.UTF8.GetBytes(objects)).Shape);
        Assert.Equal(expected, JsonObjectScan.Scan(Encoding.UTF8.GetBytes(arrays)).Shape);
    }

    private static bool EndsConnection(JsonProperty member) => (member.Name, member.Value.ValueKind) switch
    {
        ("tags", JsonValueKind.Array) => member.Value.EnumerateArray().Any(tag => tag.ValueKind != JsonValueKind.String),
        ("tags", var kind) => kind != JsonValueKind.String,
        ("event", var kind) => kind != JsonValueKind.Object,
        ("beat", JsonValueKind.Object) => member.Value.EnumerateObject().Any(inner => inner.Name is "id" or "resource_id" && inner.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null)),
        ("beat", var kind) => kind != JsonValueKind.Null,
        _ => member.Name.Contains('[', StringComparison.Ordinal),
    };

    private static void Agrees(string text) => Agrees(Encoding.UTF8.GetBytes(text));

    private static void Agrees(byte[] bytes)
    {
        ReadOnlySpan<byte> text = bytes.AsSpan().Trim(" \t\r\n"u8);
        Assert.True(
            IsObject(text) == (JsonObjectScan.Scan(text).Shape != JsonShape.Text),
            $"The general reader says {IsObject(text)} of: {Encoding.UTF8.GetString(text)}");
    }

    private static bool IsObject(ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text))
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = JsonObjectScan.DeepestNesting });
            var isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            while (reader.Read())
            {
            }

            return isObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
