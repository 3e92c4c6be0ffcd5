using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using CsCheck;
using KafkaLogstash.Bridge.Lumberjack;
using KafkaLogstash.Bridge.Source.Delivery;
using KafkaLogstash.Bridge.Source.Events;
using KafkaLogstash.Bridging;

namespace KafkaLogstash.Tests.Unit.Bridge.Source.Events;

/// <summary>What becomes of a record.</summary>
public sealed class EventEncoderTests
{
    private const string Tail = "\"@timestamp\":\"2026-11-23T10:20:30.456Z\",\"@metadata\":{}}";
    private static readonly string[] Names = ["a", "b", "message", "line", "@timestamp", "@metadata", "[x]", "ä", "q\"", "", "tags", "event", "beat", "id", "resource_id", "input"];
    private const long Time = 1_795_429_230_456;

    [Theory]
    [InlineData("""{"a":1}""", """{"a":1,""" + Tail)]
    [InlineData("""  { "a" : [1, {"message": 5}] } """ + "\r\n", """{ "a" : [1, {"message": 5}] ,""" + Tail)]
    [InlineData("{}", "{" + Tail)]
    [InlineData("{ }", "{ " + Tail)]
    [InlineData("""{"message":"x","line":5}""", """{"message":"x","line":5,""" + Tail)]
    [InlineData("""{"message":null}""", """{"message":null,""" + Tail)]
    [InlineData("""{"@timestamp":"2020-01-01T00:00:00Z"}""", """{"@timestamp":"2020-01-01T00:00:00Z","@metadata":{}}""")]
    [InlineData("""{"@timestamp":null}""", """{"@timestamp":null,""" + Tail)]
    [InlineData("""{"[a]":1}""", """{"[a]":1,""" + Tail)]
    [InlineData("""{"a":1,"a":2}""", """{"a":1,"a":2,""" + Tail)]
    [InlineData("""{"message":"m","tags":["a","b"]}""", """{"message":"m","tags":["a","b"],""" + Tail)]
    [InlineData("""{"message":"m","tags":[ ]}""", """{"message":"m","tags":[ ],""" + Tail)]
    [InlineData("""{"message":"m","tags":"a"}""", """{"message":"m","tags":"a",""" + Tail)]
    [InlineData("""{"tags":[1]}""", """{"tags":[1],""" + Tail)]
    [InlineData("""{"message":"m","event":{"kind":[1]}}""", """{"message":"m","event":{"kind":[1]},""" + Tail)]
    [InlineData("""{"event":"login"}""", """{"event":"login",""" + Tail)]
    [InlineData("""{"message":"m","beat":{"id":"i","resource_id":null,"name":1,"of":{"id":5}}}""", """{"message":"m","beat":{"id":"i","resource_id":null,"name":1,"of":{"id":5}},""" + Tail)]
    [InlineData("""{"message":"m","beat":null}""", """{"message":"m","beat":null,""" + Tail)]
    public void A_json_object_passes_through_and_what_is_added_stands_behind_it(string record, string expected) =>
        Assert.Equal(expected, Encode(record));

    [Theory]
    [InlineData("", """{"message":"","tags":["_jsonparsefailure"],""")]
    [InlineData("plain text", """{"message":"plain text","tags":["_jsonparsefailure"],""")]
    [InlineData("[{\"a\":1}]", """{"message":"[{\"a\":1}]","tags":["_jsonparsefailure"],""")]
    [InlineData("42", """{"message":"42","tags":["_jsonparsefailure"],""")]
    [InlineData("{\"a\":1", """{"message":"{\"a\":1","tags":["_jsonparsefailure"],""")]
    [InlineData("{\"a\":1}x", """{"message":"{\"a\":1}x","tags":["_jsonparsefailure"],""")]
    [InlineData("{\"a\":1} {}", """{"message":"{\"a\":1} {}","tags":["_jsonparsefailure"],""")]
    [InlineData("{\"a\":NaN}", """{"message":"{\"a\":NaN}","tags":["_jsonparsefailure"],""")]
    [InlineData("{a:1}", """{"message":"{a:1}","tags":["_jsonparsefailure"],""")]
    public void Anything_else_becomes_the_message_with_a_tag(string record, string expected) => Assert.Equal(expected + Tail, Encode(record));

    [Theory]
    [InlineData(901)]
    [InlineData(100_000)]
    public void Objects_nested_deeper_than_Logstash_reads_them_become_text(int depth) =>
        Assert.StartsWith("{\"message\":", Encode($"{string.Concat(Enumerable.Repeat("{\"a\":", depth))}1{new string('}', depth)}"), StringComparison.Ordinal);

    [Fact]
    public void Numbers_and_names_longer_than_Logstash_reads_them_become_text()
    {
        Assert.StartsWith("{\"message\":", Encode($$"""{"a":{{new string('9', 1001)}}}"""), StringComparison.Ordinal);
        Assert.StartsWith("{\"message\":", Encode($$"""{"message":{{new string('9', 1001)}}}"""), StringComparison.Ordinal);
        Assert.StartsWith("{\"message\":", Encode($$"""{"{{new string('n', 50_001)}}":1}"""), StringComparison.Ordinal);
        Assert.StartsWith("{\"a\":", Encode($$"""{"a":{{new string('9', 1000)}}}"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"line":5,"a":1}""", """{"a":1,"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"kafka_logstash":{"line":5}}}""")]
    [InlineData("""{"message":{"x":1}}""", """{"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"kafka_logstash":{"message":{"x":1}}}}""")]
    [InlineData("""{"message":7,"line":8}""", """{"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"kafka_logstash":{"message":7,"line":8}}}""")]
    [InlineData("""{"message":"m","[a":1}""", """{"[a":1,"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"kafka_logstash":{"message":"m"}}}""")]
    [InlineData("""{"\u006dessage":7}""", """{"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"kafka_logstash":{"message":7}}}""")]
    [InlineData("""{"@metadata":{"x":1},"message":"m"}""", """{"message":"m","@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"x":1}}""")]
    [InlineData("""{"@metadata":{},"a":1}""", """{"a":1,"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{}}""")]
    [InlineData("""{"message":"m","tags":{"a":"b"}}""", """{"tags":{"a":"b"},"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"kafka_logstash":{"message":"m"}}}""")]
    [InlineData("""{"message":"m","tags":["a",7]}""", """{"tags":["a",7],"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"kafka_logstash":{"message":"m"}}}""")]
    [InlineData("""{"tags":[["a"]],"message":"m"}""", """{"tags":[["a"]],"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"kafka_logstash":{"message":"m"}}}""")]
    [InlineData("""{"message":"m","ta\u0067s":null}""", """{"ta\u0067s":null,"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"kafka_logstash":{"message":"m"}}}""")]
    [InlineData("""{"event":"login","message":"m"}""", """{"event":"login","@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"kafka_logstash":{"message":"m"}}}""")]
    [InlineData("""{"event":null,"message":"m"}""", """{"event":null,"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"kafka_logstash":{"message":"m"}}}""")]
    [InlineData("""{"message":"m","beat":"x"}""", """{"beat":"x","@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"kafka_logstash":{"message":"m"}}}""")]
    [InlineData("""{"message":"m","beat":{"a":{},"id": 5}}""", """{"beat":{"a":{},"id": 5},"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"kafka_logstash":{"message":"m"}}}""")]
    [InlineData("""{"message":"m","beat":{"resource_\u0069d":{}}}""", """{"beat":{"resource_\u0069d":{}},"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"kafka_logstash":{"message":"m"}}}""")]
    [InlineData("""{"@metadata":{"input":"x", "y":1}}""", """{"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"y":1,"kafka_logstash":{"input":"x"}}}""")]
    [InlineData("""{"@metadata":{"\ud800":1,"i\u006eput":{"beats":5}}}""", """{"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"\ud800":1,"kafka_logstash":{"input":{"beats":5}}}}""")]
    [InlineData("""{"@metadata":"x"}""", """{"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"kafka_logstash":{"@metadata":"x"}}}""")]
    public void Members_that_the_beats_input_would_misread_wait_in_the_metadata(string record, string expected) => Assert.Equal(expected, Encode(record));

    [Fact]
    public void A_record_without_a_value_is_a_tombstone_and_says_which_key_is_gone() =>
        Assert.Equal(
            """{"tags":["_kafkatombstone"],"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"kafka":{"topic":"orders","consumer_group":"shop","partition":3,"offset":42,"key":"k","timestamp":1795429230456}}}""",
            Encode(null, decoration: RecordDecoration.Basic, key: "k"u8.ToArray()));

    [Fact]
    public void Plain_text_is_the_message_and_needs_no_tag()
    {
        Assert.Equal("""{"message":"{\"a\":1} \\ ü \n",""" + Tail, Encode("{\"a\":1} \\ ü \n", RecordCodec.Plain));
        Assert.Equal("""{"message":"",""" + Tail, Encode("", RecordCodec.Plain));
    }

    [Fact]
    public void What_is_no_UTF8_is_replaced_and_tagged()
    {
        Assert.Equal("{\"message\":\"a\uFFFDb\",\"tags\":[\"_invalidutf8\"]," + Tail, Encode([(byte)'a', 0xff, (byte)'b'], RecordCodec.Plain));
        Assert.Equal(
            "{\"message\":\"{\\\"a\\\":\\\"\uFFFD\\\"}\",\"tags\":[\"_jsonparsefailure\",\"_invalidutf8\"]," + Tail,
            Encode([.. "{\"a\":\""u8, 0xc3, .. "\"}"u8], RecordCodec.Json));
    }

    [Fact]
    public void Metadata_is_what_the_kafka_input_gives()
    {
        var headers = new Headers { { "trace", "1"u8.ToArray() }, { "binary", [0xff] }, { "none", null }, { "trace", "2"u8.ToArray() } };
        Assert.Equal(
            """{"a":1,"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"kafka":{"topic":"orders","consumer_group":"shop","partition":3,"offset":42,"key":null,"timestamp":1795429230456,"headers":{"trace":"1","trace":"2"}}}}""",
            Encode("""{"a":1}""", decoration: RecordDecoration.Extended, headers: headers));
        Assert.Contains("\"key\":\"\uFFFDx\"", Encode("{}", decoration: RecordDecoration.Basic, key: [0xff, (byte)'x']), StringComparison.Ordinal);
        Assert.Equal(
            """{"@timestamp":"2026-11-23T10:20:30.456Z","@metadata":{"kafka":{"topic":"mine"},"kafka":{"topic":"orders","consumer_group":"shop","partition":3,"offset":42,"key":null,"timestamp":1795429230456}}}""",
            Encode("""{"@metadata":{"kafka":{"topic":"mine"}}}""", decoration: RecordDecoration.Basic));
    }

    [Fact]
    public void A_record_without_a_timestamp_leaves_the_time_to_Logstash() =>
        Assert.Equal("""{"a":1,"@metadata":{}}""", Encode("""{"a":1}""", time: -1));

    [Fact]
    public void An_event_that_would_be_too_long_is_not_added()
    {
        using var encoder = new EventEncoder(RecordCodec.Json, RecordDecoration.None, "shop");
        var window = new RecordWindow(new BlockPool(1 << 20));

        var length = encoder.Encode("""{"a":1}"""u8, isNull: false, [], keyIsNull: true, new("orders", 3, 42, Time, null), window, mostBytes: 61);

        Assert.Equal(-62, length);
        Assert.Equal(0, window.Count);
        Assert.Equal(62, encoder.Encode("""{"a":1}"""u8, isNull: false, [], keyIsNull: true, new("orders", 3, 42, Time, null), window, mostBytes: 62));
    }

    [Fact]
    public void Whatever_the_record_the_event_is_a_json_object_and_an_object_keeps_its_members()
    {
        var names = Gen.OneOf(Names.Select(Gen.Const).ToArray());
        var leaf = Gen.OneOf<JsonNode?>(
            Gen.String.Select(text => (JsonNode?)JsonValue.Create(text)),
            Gen.Int.Select(number => (JsonNode?)JsonValue.Create(number)),
            Gen.Const((JsonNode?)null),
            Gen.Bool.Select(truth => (JsonNode?)JsonValue.Create(truth)));
        var value = Gen.OneOf(
            leaf,
            Gen.Select(names, leaf, (name, inner) => (JsonNode?)new JsonObject { [name] = inner?.DeepClone() }),
            leaf.Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())])));
        var record = Gen.Select(names, value).Array[0, 6]
            .Select(members => members.DistinctBy(member => member.Item1).ToDictionary(member => member.Item1, member => member.Item2, StringComparer.Ordinal));

        record.Seeded().Sample(
            members =>
            {
                var written = new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
                var read = AsJackson(JsonDocument.Parse(Encode(written.ToJsonString())).RootElement)!.AsObject();
                var metadata = read["@metadata"]!.AsObject();
                foreach (var (name, expected) in members)
                {
                    var kept = metadata["kafka_logstash"]?.AsObject();
                    var actual = name switch
                    {
                        "@metadata" when expected is JsonObject => new JsonObject(metadata.Where(member => member.Key != "kafka_logstash")
                            .Concat(kept?.Where(member => member.Key == "input") ?? []).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))),
                        _ when kept is not null && name != "input" && kept.ContainsKey(name) => kept[name],
                        _ => read[name],
                    };
                    if (name != "@timestamp" || expected is not null)
                    {
                        Assert.True(JsonNode.DeepEquals(expected, actual), $"{name}: {written.ToJsonString()} became {read.ToJsonString()}");
                    }
                }

                // What the beats input relies on.
                Assert.True(read["message"] is null || (read["message"] is JsonValue text && text.GetValueKind() == JsonValueKind.String));
                Assert.True(read["line"] is null || read["message"] is not null);
                Assert.False(metadata.ContainsKey("input"));
                Assert.False(read["message"] is not null && read.Any(member => member.Key.Contains('[') || EndsConnection(member.Key, member.Value)), read.ToJsonString());
            },
            iter: 3000);
    }

    [Fact]
    public void Any_bytes_become_an_event() =>
        Gen.Byte.Array[0, 60].Seeded().Sample(bytes =>
        {
            JsonDocument.Parse(Encode(bytes, RecordCodec.Json)).Dispose();
            JsonDocument.Parse(Encode(bytes, RecordCodec.Plain)).Dispose();
        });

    /// <summary>Whether the beats input fails over a member beside a message.</summary>
    private static bool EndsConnection(string name, JsonNode? value) => name switch
    {
        "tags" => !IsText(value) && !(value is JsonArray tags && tags.All(IsText)),
        "event" => value is not JsonObject,
        "beat" => value is not null && !(value is JsonObject beat && (beat["id"] is null || IsText(beat["id"])) && (beat["resource_id"] is null || IsText(beat["resource_id"]))),
        _ => false,
    };

    private static bool IsText(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String;

    /// <summary>Of several members of a name the last one counts.</summary>
    private static JsonNode? AsJackson(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return JsonNode.Parse(json.GetRawText());
        }

        var read = new JsonObject();
        foreach (var member in json.EnumerateObject())
        {
            read[member.Name] = AsJackson(member.Value);
        }

        return read;
    }

    private static string Encode(
        string? value, RecordCodec codec = RecordCodec.Json, RecordDecoration decoration = RecordDecoration.None, byte[]? key = null, Headers? headers = null, long time = Time) =>
        Encode(value is null ? null : Encoding.UTF8.GetBytes(value), codec, decoration, key, headers, time);

    private static string Encode(
        byte[]? value, RecordCodec codec, RecordDecoration decoration = RecordDecoration.None, byte[]? key = null, Headers? headers = null, long time = Time)
    {
        using var encoder = new EventEncoder(codec, decoration, "shop");
        var window = new RecordWindow(new BlockPool(1 << 20));
        var length = encoder.Encode(value, value is null, key, key is null, new("orders", 3, 42, time, headers), window, int.MaxValue);
        window.Seal();
        var text = Assert.Single(window.Events());
        Assert.Equal(length, text.Length);
        return Encoding.UTF8.GetString(text.Span);
    }
}
