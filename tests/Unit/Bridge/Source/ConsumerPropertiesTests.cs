using KafkaLogstash.Bridge.Source.Consuming;

namespace KafkaLogstash.Tests.Unit.Bridge.Source;

/// <summary>The properties of the consumer, where librdkafka or a broker would take them amiss.</summary>
public sealed class ConsumerPropertiesTests
{
    [Theory]
    [InlineData("classic", true)]
    [InlineData("consumer", false)]
    public void A_member_is_static_where_static_members_can_leave(string protocol, bool isStatic) =>
        Assert.Equal(isStatic, For(("group.protocol", protocol)).ContainsKey("group.instance.id"));

    [Theory]
    [InlineData("1000000", "8388608", null)]
    [InlineData("8388609", "8388609", null)]
    [InlineData("200000000", "200000000", "200000512")]
    [InlineData("many", "8388608", null)]
    public void A_fetch_holds_the_largest_record_and_an_answer_the_fetch(string largest, string fetch, string? answer)
    {
        var properties = answer is null
            ? For(("message.max.bytes", largest))
            : For(("message.max.bytes", largest), ("receive.message.max.bytes", "100000000"));

        Assert.Equal(fetch, properties["fetch.max.bytes"]);
        Assert.Equal(answer, properties.GetValueOrDefault("receive.message.max.bytes"));
    }

    private static IReadOnlyDictionary<string, string> For(params (string Name, string Value)[] given) =>
        ConsumerProperties.For(SourceRun.Settings(), given.ToDictionary(item => item.Name, item => item.Value, StringComparer.Ordinal), "pod-0");
}
