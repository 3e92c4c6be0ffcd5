using System.Text;
using KafkaLogstash.LocalCluster.LogstashStandIn;
using KafkaLogstash.LocalCluster.LogstashStandIn.Events;
using KafkaLogstash.LocalCluster.LogstashStandIn.Pipelines;
using KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Codecs;
using KafkaLogstash.LocalCluster.LogstashStandIn.Settings;
using KafkaLogstash.Logstash;

namespace KafkaLogstash.Tests.Unit.LocalCluster.LogstashStandIn;

public sealed class ConditionTests
{
    private const string Event = """
        {"type": "order", "n": 5, "f": 2.5, "yes": true, "no": false, "empty": "", "text": "false", "path": "/var/log/x",
         "list": ["a", 1], "map": {"k": null, "z": 0}, "@metadata": {"topic": "t1"}}
        """;

    [Theory]
    [InlineData("[type] == \"order\"", true)]
    [InlineData("[type] != \"order\"", false)]
    [InlineData("[missing] == \"order\"", false)]
    [InlineData("[missing] != \"order\"", true)]
    [InlineData("[n] == 5", true)]
    [InlineData("[n] == 5.0", true)]
    [InlineData("[n] == \"5\"", false)]
    [InlineData("[n] > 4 and [n] < 6 and [n] >= 5 and [n] <= 5", true)]
    [InlineData("[f] > 2", true)]
    [InlineData("[missing] > 1", false)]
    [InlineData("[type] > \"a\"", true)]
    [InlineData("[yes]", true)]
    [InlineData("[no]", false)]
    [InlineData("[empty]", false)]
    [InlineData("[text]", false)]
    [InlineData("[missing]", false)]
    [InlineData("[map][z]", true)]
    [InlineData("[map][k]", false)]
    [InlineData("![no]", true)]
    [InlineData("!([yes] and [no])", true)]
    [InlineData("\"a\" in [list]", true)]
    [InlineData("1 in [list]", true)]
    [InlineData("\"b\" not in [list]", true)]
    [InlineData("[type] in [\"order\", \"refund\"]", true)]
    [InlineData("[type] not in [\"x\", \"y\"]", true)]
    [InlineData("\"rde\" in [type]", true)]
    [InlineData("[missing] in [\"x\", \"y\"]", false)]
    [InlineData("[path] =~ /^\\/var\\/log/", true)]
    [InlineData("[path] =~ \"log\"", true)]
    [InlineData("[path] !~ /tmp/", true)]
    [InlineData("[missing] =~ /x/", false)]
    [InlineData("[missing] !~ /x/", true)]
    [InlineData("[yes] or [missing] and [no]", true)]
    [InlineData("([yes] or [missing]) and [no]", false)]
    [InlineData("[yes] xor [n]", false)]
    [InlineData("[yes] nand [no]", true)]
    [InlineData("[@metadata][topic] == \"t1\"", true)]
    [InlineData("[type] == \"${KIND}\"", true)]
    [InlineData("[type] == \"${KIND}s\"", false)]
    public void A_condition_holds_or_not(string condition, bool expected) => Assert.Equal(expected, Holds(condition));

    [Fact]
    public void Values_of_different_kinds_cannot_be_ordered()
    {
        var error = Assert.Throws<PipelineException>(() => Holds("[type] > 5"));

        Assert.Contains("STRING and a NUMBER", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[a] xor [b] or [c]", "xor or nand")]
    [InlineData("f1(1) == 2", "Logstash has no meaning for it")]
    [InlineData("[a] =~ /(/", "regular expression")]
    [InlineData("[a] == \"${NOT_SET}\"", "NOT_SET")]
    public void A_condition_without_a_meaning_is_refused(string condition, string reason)
        => Assert.Contains(reason, Assert.Throws<PipelineException>(() => Holds(condition)).Message, StringComparison.Ordinal);

    private static bool Holds(string condition)
    {
        var parsed = LogstashConfig.ParseCondition(condition);
        Assert.Empty(parsed.Errors);
        var surroundings = new Surroundings(new Dictionary<string, string>(StringComparer.Ordinal) { ["KIND"] = "order" });
        var settings = PipelineSettings.Of(new Dictionary<string, string>(StringComparer.Ordinal), "");
        return new ConditionCompiler(settings, surroundings).Compile(parsed.Node!)(new LogEvent(Codec.ParseObject(Encoding.UTF8.GetBytes(Event)), DateTimeOffset.UnixEpoch));
    }
}
