using KafkaLogstash.LocalCluster.LogstashStandIn;
using KafkaLogstash.LocalCluster.LogstashStandIn.Settings;

namespace KafkaLogstash.Tests.Unit.LocalCluster.LogstashStandIn;

public sealed class SettingsTests
{
    private static readonly Surroundings Surroundings = new(new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["NAME"] = "value",
        ["EMPTY"] = "",
        ["QUOTED"] = "'q'",
        ["LIST"] = "[a, b]",
        ["INDIRECT"] = "see ${NAME}",
        ["DOLLAR"] = @"pa\044{NAME}",
        [Surroundings.RootVariable] = "/pods/one",
    });

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("${NAME}", "value")]
    [InlineData("a-${NAME}-b", "a-value-b")]
    [InlineData("${EMPTY}", "")]
    [InlineData("${MISSING:fallback}", "fallback")]
    [InlineData("${MISSING:}", "")]
    [InlineData("${not-a-name}", "${not-a-name}")]
    [InlineData("$${NAME}", "$value")]
    [InlineData("${INDIRECT}", "see value")]
    [InlineData("${QUOTED}", "'q'")]
    [InlineData("${QUOTED}${EMPTY}", "q")]
    [InlineData("${DOLLAR}", @"pa\044{NAME}")]
    public void Placeholders_of_options_are_replaced_as_Logstash_does(string text, string expected)
        => Assert.Equal(expected, Placeholders.ReplaceInOption(text, Surroundings));

    [Fact]
    public void A_partly_replaced_list_becomes_one_and_a_whole_one_does_not()
    {
        Assert.Equal("[a, b]", Placeholders.ReplaceInOption("${LIST}", Surroundings));
        Assert.Equal(new List<object> { "a", "b" }, Placeholders.ReplaceInOption("${LIST}${EMPTY}", Surroundings));
    }

    [Fact]
    public void An_undefined_variable_is_named()
    {
        var error = Assert.Throws<PipelineException>(() => Placeholders.ReplaceInOption("${MISSING}", Surroundings));

        Assert.Contains("`MISSING`", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/usr/share/logstash", "/pods/one/usr/share/logstash")]
    [InlineData("/pods/one/usr", "/pods/one/usr")]
    [InlineData("relative/path", "relative/path")]
    public void Absolute_paths_lie_below_the_root(string path, string expected) => Assert.Equal(expected, Surroundings.Locate(path));

    [Theory]
    [InlineData("50ms", 50)]
    [InlineData("3s", 3_000)]
    [InlineData("2m", 120_000)]
    public void Times_have_a_unit(string text, int milliseconds) => Assert.Equal(milliseconds, Durations.Parse("x", text).TotalMilliseconds);

    [Theory]
    [InlineData("3")]
    [InlineData("s")]
    [InlineData("3 s")]
    [InlineData("")]
    public void Times_without_a_unit_are_refused(string text)
        => Assert.Contains("config.reload.interval", Assert.Throws<PipelineException>(() => Durations.Parse("config.reload.interval", text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Arguments_are_settings()
    {
        var settings = CommandLine.Parse(["-w", "2", "--path.settings", "/etc/x", "--config.reload.automatic", "--log.format=json", "-e", "input { }"]);

        Assert.Equal(
            [("config.reload.automatic", "true"), ("config.string", "input { }"), ("log.format", "json"), ("path.settings", "/etc/x"), ("pipeline.workers", "2")],
            settings.OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => (setting.Key, setting.Value)));
    }

    [Theory]
    [InlineData("--no.such")]
    [InlineData("stray")]
    [InlineData("-w")]
    public void Arguments_that_are_no_settings_are_refused(string argument)
        => Assert.Contains(argument, Assert.Throws<PipelineException>(() => CommandLine.Parse([argument])).Message, StringComparison.Ordinal);
}
