using System.Text;
using System.Text.Json;
using CsCheck;
using KafkaLogstash.Logstash.Patterns;

namespace KafkaLogstash.Tests.Unit.Logstash.Patterns;

public sealed class EventPatternTests
{
    private const string Event =
        """
        { "@timestamp": "2026-03-07T23:04:05.678Z", "region": "eu", "order": {"id": 42, "items": [ {"sku": "a"}, {"sku": "b"} ]}, "price": 1.50, "paid": true,
          "tags": ["x", "y", 3, ["z", null]], "no\u0074e": "line\nbreak \"q\" \ud83d\ude00", "nothing": null, "a.b": "dotted", "2026": "year", "empty": "" }
        """;

    [Theory]
    [InlineData("orders", "orders")]
    [InlineData("orders-%{[region]}", "orders-eu")]
    [InlineData("%{region}-%{region}", "eu-eu")]
    [InlineData("%{[order][id]}", "42")]
    [InlineData("%{[order][items][0][sku]}%{[order][items][-1][sku]}%{[order][items][1][sku]}", "abb")]
    [InlineData("%{price}/%{paid}", "1.50/true")]
    [InlineData("%{tags}", "x,y,3,z,")]
    [InlineData("%{order}", """{"id":42,"items":[{"sku":"a"},{"sku":"b"}]}""")]
    [InlineData("%{[order][items]}", """{"sku":"a"},{"sku":"b"}""")]
    [InlineData("%{note}", "line\nbreak \"q\" \U0001F600")]
    [InlineData("%{a.b}", "dotted")]
    [InlineData("%{[2026]}", "year")]
    [InlineData("<%{empty}>", "<>")]
    [InlineData("100% of {x} %", "100% of {x} %")]
    [InlineData("%{@timestamp}", "2026-03-07T23:04:05.678Z")]
    public void References_become_values_as_in_Logstash(string pattern, string expected)
    {
        Assert.Equal(expected, Parse(pattern).Evaluate(Encoding.UTF8.GetBytes(Event), out var unresolved));
        Assert.Null(unresolved);
    }

    [Theory]
    [InlineData("%{missing}")]
    [InlineData("%{nothing}")]
    [InlineData("%{[order][items][2][sku]}")]
    [InlineData("%{[order][items][-3]}")]
    [InlineData("%{[region][inner]}")]
    [InlineData("%{[tags][x]}")]
    public void References_without_a_value_stay_and_are_named(string pattern)
    {
        Assert.Equal($"a-{pattern}-eu", Parse($"a-{pattern}-%{{region}}").Evaluate(Encoding.UTF8.GetBytes(Event), out var unresolved));
        Assert.Equal(pattern, unresolved);
    }

    [Theory]
    [InlineData("%{+YYYY.MM.dd}", "2026.03.07")]
    [InlineData("%{+yy-M-d}", "26-3-7")]
    [InlineData("%{+xxxx.ww}", "2026.10")]
    [InlineData("%{+HH:mm:ss.SSS}", "23:04:05.678")]
    [InlineData("%{+h a, K, kk}", "11 PM, 11, 23")]
    [InlineData("%{+EEE EEEE e MMM MMMM}", "Sat Saturday 6 Mar March")]
    [InlineData("%{+DDD 'o''clock' Z ZZ z}", "066 o'clock +0000 +00:00 UTC")]
    [InlineData("%{+%s}", "1772924645")]
    [InlineData("%{{yyyy-MM-dd'T'HH:mm:ssX}}", "2026-03-07T23:04:05Z")]
    [InlineData("%{{uu Q SSSSSS n xxx VV}}", "26 1 678000 678000000 +00:00 UTC")]
    public void Dates_are_those_of_the_event_in_UTC(string pattern, string expected) =>
        Assert.Equal(expected, Parse(pattern).Evaluate(Encoding.UTF8.GetBytes(Event), out _));

    [Fact]
    public void Dates_are_converted_to_UTC()
    {
        Assert.Equal("2025.12.31", Parse("%{+YYYY.MM.dd}").Evaluate("""{"@timestamp":"2026-01-01T01:00:00+02:00"}"""u8, out _));
        Assert.Equal("2026.53", Parse("%{+xxxx.ww}").Evaluate("""{"@timestamp":"2027-01-01T01:00:00Z"}"""u8, out _));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"@timestamp":7}""")]
    [InlineData("""{"@timestamp":"yesterday"}""")]
    public void Dates_without_a_time_stay(string json)
    {
        Assert.Equal("%{+YYYY}", Parse("%{+YYYY}").Evaluate(Encoding.UTF8.GetBytes(json), out var unresolved));
        Assert.Equal("%{+YYYY}", unresolved);
    }

    [Theory]
    [InlineData("orders-%{[region]", 8, "no end")]
    [InlineData("%{}", 3, "no field")]
    [InlineData("a%{[x]y}", 7, "no reference")]
    [InlineData("a%{x[y]}", 4, "no reference")]
    [InlineData("%{[[a]b]}", 3, "no reference")]
    [InlineData("%{[a][]}", 6, "no name")]
    [InlineData("%{+}", 4, "no date format")]
    [InlineData("%{+YYYY.bb}", 9, "'bb'")]
    [InlineData("%{+YYYY 'x}", 9, "quoted")]
    [InlineData("%{{YYYY}}", 4, "'YYYY'")]
    [InlineData("%{{yyyy", 1, "no end")]
    [InlineData("%{{TIME_NOW}}", 1, "current time")]
    public void Errors_say_where_and_what(string pattern, int position, string message)
    {
        Assert.False(EventPattern.TryParse(pattern, out var parsed, out var error));
        Assert.Null(parsed);
        Assert.Equal(position, error.Position);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("my orders", 3)]
    [InlineData("a%{b}/c", 6)]
    [InlineData("..", 1)]
    [InlineData("", 1)]
    [InlineData("a-%{+HH:mm}", 3)]
    public void Topics_are_made_of_what_Kafka_takes(string pattern, int position)
    {
        Assert.False(EventPattern.TryParseTopic(pattern, out _, out var error));
        Assert.Equal(position, error.Position);
    }

    [Theory]
    [InlineData("orders", "orders", true)]
    [InlineData("orders", "order", false)]
    [InlineData("orders.eu", "ordersxeu", false)]
    [InlineData("orders-%{[region]}", "orders-eu", true)]
    [InlineData("orders-%{[region]}", "orders-", false)]
    [InlineData("orders-%{[region]}", "payments-eu", false)]
    [InlineData("%{a}", "..", false)]
    [InlineData("%{a}", "with space", false)]
    [InlineData("logs-%{+YYYY.MM.dd}", "logs-2026.03.07", true)]
    [InlineData("logs-%{+YYYY.MM.dd}", "logs-2026.3.7", false)]
    [InlineData("logs-%{+YYYY.MM.dd}", "logs-all", false)]
    [InlineData("%{a}-%{b}", "x-y-z", true)]
    public void It_knows_which_topics_it_can_name(string pattern, string topic, bool can) => Assert.Equal(can, Parse(pattern).CanName(topic));

    [Fact]
    public void It_names_the_fields_that_it_needs()
    {
        var pattern = Parse("x-%{[@metadata][type]}-%{region}-%{+YYYY}");
        Assert.Equal(["[@metadata][type]", "[region]"], pattern.References);
        Assert.False(pattern.IsConstant);
        Assert.True(Parse("x").IsConstant);
    }

    [Fact]
    public void The_last_of_several_members_with_one_name_counts()
    {
        var pattern = Parse("%{[a][b]}");
        Assert.Equal("2", pattern.Evaluate("""{"a":{"b":1},"a":{"b":2}}"""u8, out _));
        Assert.Equal("%{[a][b]}", pattern.Evaluate("""{"a":{"b":1},"a":7}"""u8, out _));
    }

    [Fact]
    public void Half_a_surrogate_pair_stays_as_it_is_written() =>
        Assert.Equal(@"\ud800", Parse("%{a}").Evaluate("""{"a":"\ud800"}"""u8, out _));

    [Theory]
    [InlineData("[1]")]
    [InlineData("")]
    [InlineData("{\"a\":1")]
    public void What_is_no_object_is_no_event(string json) => Assert.ThrowsAny<JsonException>(() => Parse("%{a}").Evaluate(Encoding.UTF8.GetBytes(json), out _));

    [Fact]
    public void Values_are_those_that_a_document_would_give() =>
        Gen.Select(Gen.String, Gen.String.Array[0, 3], Gen.Int).Seeded().Sample((text, names, number) =>
        {
            var path = names.Select(name => string.Concat(name.Where(c => c is not ('[' or ']' or '}') && !char.IsSurrogate(c)))).Where(name => name.Length > 0).DefaultIfEmpty("f").ToArray();
            var value = text.Where(c => !char.IsSurrogate(c)).Aggregate("", (all, c) => all + c);
            object inner = value;
            foreach (var name in path.Reverse())
            {
                inner = new Dictionary<string, object>(StringComparer.Ordinal) { ["other"] = new[] { number }, [name] = inner };
            }

            var pattern = Parse($"%{{{string.Concat(path.Select(name => $"[{name}]"))}}}");
            Assert.Equal(value, pattern.Evaluate(JsonSerializer.SerializeToUtf8Bytes(inner), out var unresolved));
            Assert.Null(unresolved);
        });

    [Fact]
    public void Any_text_is_a_pattern_or_has_an_error_within_it() =>
        Gen.String[Gen.Char["%{}[]+ab'YMdS.-"], 0, 24].Seeded().Sample(text =>
        {
            if (EventPattern.TryParse(text, out var pattern, out var error))
            {
                pattern.Evaluate("""{"@timestamp":"2026-03-07T23:04:05.678Z","a":1,"b":{"a":2}}"""u8, out _);
                pattern.CanName("a-b");
            }
            else
            {
                Assert.InRange(error.Position, 1, text.Length + 1);
            }
        });

    private static EventPattern Parse(string text)
    {
        Assert.True(EventPattern.TryParse(text, out var pattern, out var error), error?.ToString());
        return pattern;
    }
}
