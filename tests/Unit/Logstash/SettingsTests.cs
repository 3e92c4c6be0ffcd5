using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Settings;
using YamlDotNet.Serialization;

namespace KafkaLogstash.Tests.Unit.Logstash;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("""{"log.level": "debug", "queue.page_capacity": "64mb", "pipeline.ordered": false, "slowlog.threshold.warn": "2s"}""", "")]
    [InlineData("""{"log": {"level": "debug"}}""", "")]
    [InlineData("""{"log.level": "${LEVEL:info}"}""", "")]
    [InlineData("""{"slowlog.threshold.warn": -1}""", "")]
    [InlineData("""{"log.level": "${HOSTNAME}", "path.plugins": ["${HOSTNAME}/x"]}""", "")]
    [InlineData("""{"log.level": "${NOPE}"}""", "undefined-variable: NOPE")]
    [InlineData("""{"path.plugins": ["${NOPE}/x"]}""", "undefined-variable: path.plugins")]
    [InlineData("""{"log.level": "debug", "log": {"level": "info"}}""", "duplicate-setting: log.level")]
    [InlineData("""{"pipeline": {"batch.size": 5}}""", "owned-setting: spec.pipeline.batchSize")]
    [InlineData("""{"config": {"support_escapes": true}}""", "denied-setting: config.support_escapes")]
    [InlineData("""{"event_api.tags.illegal": "warn"}""", "not-in-version: 9.0.0")]
    [InlineData("""{"http.host": "0.0.0.0"}""", "owned-setting: address")]
    [InlineData("""{"log.levl": "debug"}""", "unknown-setting: log.level")]
    [InlineData("""{"pipeline": {"workers": 2}}""", "owned-setting: spec.pipeline.workers")]
    [InlineData("""{"path.config": "/x"}""", "owned-setting: spec.pipeline")]
    [InlineData("""{"api.http.port": 1}""", "owned-setting: 9600")]
    [InlineData("""{"queue.type": "persisted"}""", "owned-setting: spec.pipeline.queue.type")]
    [InlineData("""{"xpack.management.enabled": true}""", "owned-setting: central")]
    [InlineData("""{"queue.page_capacity": "64Mi"}""", "wrong-type: size")]
    [InlineData("""{"queue.drain": "yes"}""", "wrong-type: true or false")]
    [InlineData("""{"slowlog.threshold.warn": 2}""", "wrong-type: unit")]
    [InlineData("""{"log.format": "xml"}""", "wrong-type: plain, json")]
    [InlineData("""{"queue.max_events": 1.5}""", "wrong-type: whole")]
    [InlineData("""{"otel.metrics.enabled": true}""", "not-in-version: 9.5.0")]
    [InlineData("""{"xpack.monitoring.enabled": true}""", "not-in-image: -oss")]
    [InlineData("""{"log.format": "json", "config.support_escapes": true}""", "denied-setting: config.support_escapes")]
    public void Settings_are_checked(string json, string expected)
    {
        var context = new SettingsContext(LogstashVersion.Parse("9.4.0")) 
        {
            IsOssImage = true,
            Denied = new HashSet<string> { "config.support_escapes" },
            DefinedEnvironment = new HashSet<string> { "HOSTNAME" },
        };
        var findings = LogstashSettings.Check(JsonDocument.Parse(json).RootElement.EnumerateObject().Select(entry => KeyValuePair.Create(entry.Name, entry.Value)), context, "spec.logstash.config");
        if (expected.Length == 0)
        {
            Assert.Empty(findings);
            return;
        }

        var finding = Assert.Single(findings);
        Assert.Equal(expected.Split(": ")[0], finding.Code);
        Assert.Contains(expected.Split(": ")[1], finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NODE_NAME", "node.name", "the operator's")]
    [InlineData("nodename", "node.name", "the operator's")]
    [InlineData("PIPELINE_WORKERS", "pipeline.workers", "spec.pipeline.workers")]
    [InlineData("LOG_LEVEL", "log.level", "spec.logstash.config")]
    public void Variables_that_only_the_images_entry_point_takes_for_settings_are_found(string variable, string setting, string advice)
    {
        Assert.Equal(setting, LogstashSettings.SettingOf(variable));
        var finding = Assert.Single(LogstashSettings.CheckEnvironment([variable, "MY_VARIABLE", "API_SSL_ENABLED"], "spec.logstash.env"));
        Assert.Equal((Severity.Warning, "environment-is-no-setting"), (finding.Severity, finding.Code));
        Assert.Contains(advice, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whether_strings_have_escapes_is_written_out()
    {
        Finding? Check(string json) => LogstashSettings.Check(
            [KeyValuePair.Create("config.support_escapes", JsonDocument.Parse(json).RootElement)], new SettingsContext(LogstashVersion.Parse("9.5.2")), "c").SingleOrDefault();
        Assert.Equal("wrong-type", Check("\"${ESCAPES}\"")?.Code);
        Assert.Null(Check("true"));
        Assert.Null(Check("\"true\""));
    }

    [Theory]
    [InlineData("LS_SETTINGS_DIR", "owned-environment")]
    [InlineData("JAVA_TOOL_OPTIONS", "ignored-environment")]
    public void Variables_that_do_not_work_are_found(string variable, string code) =>
        Assert.Equal(code, Assert.Single(LogstashSettings.CheckEnvironment([variable], "spec.logstash.env")).Code);

    [Theory]
    [InlineData("1Gi", 1L << 30, "1gb")]
    [InlineData("1536Mi", 1536L << 20, "1536mb")]
    [InlineData("1.5Gi", 1536L << 20, "1536mb")]
    [InlineData("500M", 500_000_000L, "500000000b")]
    [InlineData("1e9", 1_000_000_000L, "1000000000b")]
    [InlineData("5E", 5_000_000_000_000_000_000L, "4882812500000000kb")]
    [InlineData("0.5", 1L, "1b")]
    [InlineData("0", 0L, "0b")]
    [InlineData("8Ei", null, null)]
    [InlineData("100m", null, null)]
    [InlineData("-1Gi", null, null)]
    [InlineData("Gi", null, null)]
    [InlineData("1gb", null, null)]
    [InlineData("", null, null)]
    public void Quantities_become_sizes_of_Logstash(string text, long? bytes, string? logstash)
    {
        Assert.Equal(bytes, ByteSize.TryParseQuantity(text, out var size) ? size.Bytes : null);
        Assert.Equal(logstash, bytes is null ? null : size.ToLogstash());
    }

    [Fact]
    public void A_size_that_is_written_for_Logstash_reads_back_the_same() =>
        Gen.Long[0, long.MaxValue].Seeded().Sample(bytes => ByteSize.TryParseLogstash(new ByteSize(bytes).ToLogstash(), out var size) && size.Bytes == bytes);

    [Theory]
    [InlineData("50ms", 50L, "50ms")]
    [InlineData("3s", 3_000L, "3s")]
    [InlineData("5m", 300_000L, "5m")]
    [InlineData("1h30m", 5_400_000L, "90m")]
    [InlineData("1.5s", 1_500L, "1500ms")]
    [InlineData("2d", 172_800_000L, "2d")]
    [InlineData("0s", 0L, "0ms")]
    [InlineData("5", null, null)]
    [InlineData("ms", null, null)]
    [InlineData("5 m", null, null)]
    [InlineData("-5m", null, null)]
    [InlineData("1.2.3s", null, null)]
    [InlineData("99999999999999999d", null, null)]
    [InlineData(null, null, null)]
    public void Durations_are_read_and_written(string? text, long? milliseconds, string? logstash)
    {
        Assert.Equal(milliseconds, Durations.TryParse(text, out var duration) ? (long)duration.TotalMilliseconds : null);
        Assert.Equal(logstash, milliseconds is null ? null : Durations.ToLogstash(duration));
    }

    [Fact]
    public void Settings_files_are_written_in_order_and_texts_stay_texts()
    {
        var yaml = SettingsFiles.LogstashYaml(
        [
            KeyValuePair.Create<string, JsonNode>("queue.type", "memory"),
            KeyValuePair.Create<string, JsonNode>("pipeline.workers", 2),
            KeyValuePair.Create<string, JsonNode>("pipeline.ordered", "false"),
            KeyValuePair.Create<string, JsonNode>("config.reload.automatic", false),
            KeyValuePair.Create<string, JsonNode>("xpack.monitoring.elasticsearch.hosts", new JsonArray("http://a:9200", "${HOST}")),
            KeyValuePair.Create<string, JsonNode>("api.environment", "a: b # \"c\" é\n- d"),
        ]);
        Assert.Equal(
            """
            api.environment: "a: b # \"c\" é\n- d"
            config.reload.automatic: false
            pipeline.ordered: "false"
            pipeline.workers: 2
            queue.type: "memory"
            xpack.monitoring.elasticsearch.hosts: ["http://a:9200", "${HOST}"]

            """.ReplaceLineEndings("\n"),
            yaml);
    }

    [Fact]
    public void Any_text_survives_the_settings_file() =>
        Gen.String[Gen.Char["ab\"'\\\n\r\t#{}[]:,- !$%é€\u0085\u2028"], 0, 12].Seeded().Sample(
            text => new DeserializerBuilder().Build()
                .Deserialize<Dictionary<string, string>>(SettingsFiles.LogstashYaml([KeyValuePair.Create<string, JsonNode>("api.environment", text)]))["api.environment"] == text,
            iter: 2000);

    [Fact]
    public void Pipelines_may_have_their_own_settings_only()
    {
        var pipeline = new Dictionary<string, JsonNode> { ["pipeline.id"] = "main", ["path.config"] = "/usr/share/logstash/pipeline/*.conf", ["pipeline.workers"] = 2 };
        Assert.Equal(
            "- path.config: \"/usr/share/logstash/pipeline/*.conf\"\n  pipeline.id: \"main\"\n  pipeline.workers: 2\n",
            SettingsFiles.PipelinesYaml([pipeline]));
        Assert.Throws<ArgumentException>(() => SettingsFiles.PipelinesYaml([]));
        Assert.Throws<ArgumentException>(() => SettingsFiles.PipelinesYaml([new Dictionary<string, JsonNode> { ["api.http.port"] = 9600 }]));
    }
}
