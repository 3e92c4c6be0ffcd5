using System.Text.Json.Nodes;

namespace KafkaLogstash.Tests.Unit.LocalCluster.LogstashStandIn;

public sealed class FilterTests
{
    [Theory]
    [InlineData("mutate { rename => { \"a\" => \"[x][y]\" } }", """{"x":{"y":"A b"},"b":{"c":1},"l":["X"]}""")]
    [InlineData("mutate { replace => { \"a\" => \"%{[b][c]}-%{nope}\" } }", """{"a":"1-%{nope}","b":{"c":1},"l":["X"]}""")]
    [InlineData("mutate { update => { \"a\" => \"1\" \"z\" => \"2\" } }", """{"a":"1","b":{"c":1},"l":["X"]}""")]
    [InlineData("mutate { copy => { \"b\" => \"d\" } }", """{"a":"A b","b":{"c":1},"l":["X"],"d":{"c":1}}""")]
    [InlineData("mutate { lowercase => [\"a\", \"l\", \"z\"] }", """{"a":"a b","b":{"c":1},"l":["x"]}""")]
    [InlineData("mutate { uppercase => \"a\" }", """{"a":"A B","b":{"c":1},"l":["X"]}""")]
    [InlineData("mutate { remove_field => [\"[b][c]\", \"l\"] }", """{"a":"A b","b":{}}""")]
    [InlineData("mutate { add_field => { \"l\" => \"Y\" \"n%{[b][c]}\" => \"v\" } }", """{"a":"A b","b":{"c":1},"l":["X","Y"],"n1":"v"}""")]
    [InlineData("mutate { add_field => { \"a\" => \"C\" } }", """{"a":["A b","C"],"b":{"c":1},"l":["X"]}""")]
    [InlineData("mutate { add_tag => [\"t\", \"t\", \"u\"] remove_tag => [\"u\"] }", """{"a":"A b","b":{"c":1},"l":["X"],"tags":["t"]}""")]
    [InlineData("json { source => \"a\" }", """{"a":"A b","b":{"c":1},"l":["X"],"tags":["_jsonparsefailure"]}""")]
    [InlineData("json { source => \"a\" skip_on_invalid_json => true }", """{"a":"A b","b":{"c":1},"l":["X"]}""")]
    [InlineData("mutate { replace => { \"a\" => '{\"k\":[1]}' } } json { source => \"a\" remove_field => \"a\" }", """{"b":{"c":1},"l":["X"],"k":[1]}""")]
    [InlineData("mutate { replace => { \"a\" => '[1]' } } json { source => \"a\" target => \"a\" }", """{"a":[1],"b":{"c":1},"l":["X"]}""")]
    [InlineData("if [b][c] == 2 { drop { } } else if [b][c] == 1 { mutate { replace => { \"a\" => \"one\" } } } else { drop { } }", """{"a":"one","b":{"c":1},"l":["X"]}""")]
    [InlineData("mutate { replace => { \"a\" => \"%{+YYYY.MM.dd}\" } }", """{"a":"1970.01.01","b":{"c":1},"l":["X"]}""")]
    public async Task Filters_change_events_as_Logstash_does(string filter, string expected)
    {
        await using var run = new StandInRun().WithPipeline($$"""
            input { generator { count => 1 message => '{"a":"A b","b":{"c":1},"l":["X"],"@timestamp":"1970-01-01T00:00:00Z"}' codec => json } }
            filter { {{filter}} mutate { remove_field => ["@timestamp", "@version", "event", "host"] } }
            output { stdout { } }
            """).Start("-w", "1");

        Assert.Equal(0, await run.ExitAsync());
        var actual = Assert.Single(run.Events);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual.ToJsonString());
    }

    [Fact]
    public async Task An_event_whose_values_cannot_be_compared_is_dropped_with_a_warning()
    {
        await using var run = new StandInRun().WithPipeline("""
            input { generator { count => 1 message => "x" } }
            filter { if [message] > 5 { mutate { } } }
            output { stdout { } }
            """).Start();

        Assert.Equal(0, await run.ExitAsync());
        Assert.Empty(run.Events);
        Assert.Contains(run.Lines, line => line.Contains("can't order a STRING and a NUMBER; the event is dropped", StringComparison.Ordinal));
    }
}
