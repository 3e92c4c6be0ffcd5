using System.Net;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridging;

namespace KafkaLogstash.Tests.Unit.Bridge.Hosting;

/// <summary>The program, through its front door: command line, files, HTTP.</summary>
public sealed class BridgeProgramTests
{
    [Fact]
    public async Task Help_and_version_are_told()
    {
        await using var bridge = new BridgeRun();

        Assert.Equal(0, await bridge.RunAsync("--help"));
        Assert.Contains("--settings FILE", bridge.Output.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await bridge.RunAsync("--version"));
        Assert.EndsWith("0.1.0\n", bridge.Output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--setings")]
    [InlineData("--settings")]
    [InlineData("run")]
    public async Task A_command_line_that_makes_no_sense_is_refused(string argument)
    {
        await using var bridge = new BridgeRun();

        Assert.Equal(2, await bridge.RunAsync(argument));
        Assert.Contains($"'{argument}'", bridge.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_tells_all_that_is_wrong_at_once()
    {
        await using var bridge = new BridgeRun();
        bridge.Write("etc/bridge.json", """
            {
              "managementPort": 8443,
              "kafka": { "clientFile": "client.json", "properties": { "sasl.password": "hunter2" } },
              "source": {
                "topics": [], "groupId": "", "autoOffsetReset": "newest", "compressionLevel": 11, "drainTimeout": "-00:00:01",
                "logstash": { "hosts": ["nowhere"], "tls": { "certificateFile": "/a/tls.crt" } }
              },
              "sink": { "topic": "orders-%{[region", "acks": "2", "lumberjackPort": 5044, "authentication": { "basicFolder": "/a", "bearerTokenFile": "/b" } }
            }
            """);

        Assert.Equal(1, await bridge.RunAsync("--check", "--settings", "/etc/bridge.json"));

        var told = bridge.Error.ToString();
        foreach (var member in (string[])[
            "managementPort", "kafka.clientFile", "kafka.properties has sasl.password", "source.topics", "source.groupId", "source.autoOffsetReset", "source.compressionLevel",
            "source.drainTimeout", "source.logstash.hosts", "source.logstash.tls", "sink.topic", "sink.acks", "sink.lumberjackPort", "sink.authentication"])
        {
            Assert.Contains($"/etc/bridge.json: {member}", told, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("hunter2", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kafka":{"clientFile":"/c"},"sources":{}}""", "sources")]
    [InlineData("""{"managementPort":"all","kafka":{"clientFile":"/c"}}""", "managementPort")]
    [InlineData("""{}""", "kafka")]
    [InlineData("""{"kafka":""", "LineNumber")]
    public async Task Check_tells_where_a_file_is_no_settings(string text, string place)
    {
        await using var bridge = new BridgeRun();
        bridge.Write("etc/bridge.json", text);

        Assert.Equal(1, await bridge.RunAsync("--check", "--settings", "/etc/bridge.json"));
        Assert.Contains(place, bridge.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_file_leaves_out_is_as_if_the_defaults_were_written()
    {
        var settings = BridgeSettingsFile.Read("""
            {
              "kafka": { "clientFile": "/c" },
              "source": { "topics": ["orders"], "groupId": "g", "logstash": { "hosts": ["logstash:5044"], "tls": {} } },
              "sink": { "topic": "orders" }
            }
            """u8);

        var all = BridgeSettingsFile.Write(new()
        {
            Kafka = new() { ClientFile = "/c" },
            Source = new() { Topics = ["orders"], GroupId = "g", Logstash = new() { Hosts = ["logstash:5044"], Tls = new() } },
            Sink = new() { Topic = "orders" },
        });
        Assert.Equal(all, BridgeSettingsFile.Write(settings));
        Assert.True(settings.Source!.Logstash.Tls!.VerifyHostname);
        Assert.Empty(SettingsChecks.Check(settings));
    }

    [Fact]
    public async Task Check_passes_what_the_operator_writes_and_names_a_file_that_is_not_there()
    {
        await using var bridge = new BridgeRun();
        bridge.Write("etc/bridge.json", BridgeSettingsFile.Write(BridgeRun.Source));

        Assert.Equal(0, await bridge.RunAsync("--check", "--settings", "/etc/bridge.json"));
        Assert.Equal(1, await bridge.RunAsync("--check", "--settings", "/etc/bridges.json"));
        Assert.Contains("/etc/bridges.json: It can't be read", bridge.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_can_not_be_used_end_the_program_with_all_reasons_in_the_log()
    {
        await using var bridge = new BridgeRun();
        bridge.Write("etc/bridge.json", BridgeSettingsFile.Write(BridgeRun.Source with { Source = BridgeRun.Source.Source! with { GroupId = "", WindowSize = 0 } }));

        Assert.Equal(1, await bridge.RunAsync("--settings", "/etc/bridge.json"));
        Assert.Equal(["Error", "Error"], bridge.LogLines().Select(line => line.GetProperty("LogLevel").GetString()));
        Assert.Contains("source.groupId", bridge.Log, StringComparison.Ordinal);
        Assert.Contains("source.windowSize", bridge.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_come_later_are_waited_for()
    {
        await using var bridge = new BridgeRun();
        var running = bridge.RunAsync("--settings", "/etc/late.json");
        await Eventually.IsTrueAsync(() => bridge.Log.Contains("Waits for the settings /etc/late.json", StringComparison.Ordinal), "a log line says what is waited for");

        bridge.Write("etc/late.json", BridgeSettingsFile.Write(BridgeRun.Source));

        await Eventually.IsTrueAsync(() => bridge.Roles.Count == 1, "the source runs");
        bridge.Stop();
        Assert.Equal(0, await running);
    }

    [Fact]
    public async Task Health_readiness_and_metrics_are_served()
    {
        await using var bridge = await new BridgeRun().StartAsync(BridgeRun.Source);
        await Eventually.IsTrueAsync(async () => (await bridge.ReadyAsync()).Status == HttpStatusCode.OK, "the bridge is ready");

        Assert.Equal((HttpStatusCode.OK, "ok\n"), await bridge.GetAsync("/healthz"));
        var role = Assert.Single((await bridge.ReadyAsync()).Report.Roles);
        Assert.Equal(("source", true, "It works."), (role.Name, role.Ready, role.Message));
        var (status, metrics) = await bridge.GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("kafka_logstash_bridge_build_info{version=\"0.1.0\"", metrics, StringComparison.Ordinal);
        Assert.Contains("kafka_logstash_bridge_role_ready{role=\"source\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("kafka_logstash_bridge_role_restarts_total{role=\"source\",reason=\"failed\"} 0", metrics, StringComparison.Ordinal);
        Assert.Contains("process_working_set_bytes", metrics, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await bridge.GetAsync("/")).Status);
    }

    [Fact]
    public async Task A_loop_that_hangs_is_told_to_the_liveness_probe()
    {
        await using var bridge = await new BridgeRun().StartAsync(BridgeRun.Source);
        await Eventually.IsTrueAsync(() => bridge.Roles.Count == 1, "the source runs");

        bridge.Roles.Single().IsAlive = false;

        await Eventually.IsTrueAsync(async () => (await bridge.GetAsync("/healthz")).Status == HttpStatusCode.ServiceUnavailable, "liveness fails");
    }

    [Fact]
    public async Task A_role_that_is_not_ready_says_why_and_since_when()
    {
        await using var bridge = await new BridgeRun().StartAsync(BridgeRun.Source);
        await Eventually.IsTrueAsync(async () => (await bridge.ReadyAsync()).Status == HttpStatusCode.OK, "the bridge is ready");
        var ready = (await bridge.ReadyAsync()).Report.Roles[0].Since;

        bridge.Roles.Single().State = new(Ready: false, "No broker answers.");

        var (status, report) = await bridge.ReadyAsync();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "No broker answers."), (status, report.Roles[0].Message));
        Assert.True(report.Roles[0].Since > ready);
        Assert.Equal(report.Roles[0].Since, (await bridge.ReadyAsync()).Report.Roles[0].Since);
    }

    [Fact]
    public async Task A_signal_lets_roles_drain_while_readiness_fails()
    {
        var drain = new TaskCompletionSource();
        await using var bridge = new BridgeRun
        {
            Script = (_, _) => async (role, stopping) =>
            {
                await ScriptedRole.UntilStopped(role, stopping);
                await drain.Task;
            },
        };
        await bridge.StartAsync(BridgeRun.Source);
        await Eventually.IsTrueAsync(async () => (await bridge.ReadyAsync()).Status == HttpStatusCode.OK, "the bridge is ready");

        bridge.Stop();

        await Eventually.IsTrueAsync(async () => (await bridge.ReadyAsync()).Status == HttpStatusCode.ServiceUnavailable, "readiness fails");
        Assert.Equal(HttpStatusCode.OK, (await bridge.GetAsync("/healthz")).Status);
        Assert.False(bridge.Running.IsCompleted);
        drain.SetResult();
        Assert.Equal(0, await bridge.Running);
        Assert.True(bridge.Roles.Single().Drained);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using var first = await new BridgeRun().StartAsync(BridgeRun.Source);
        var taken = new Uri("http://" + first.LogLines()[0].GetProperty("State").GetProperty("Address").GetString()).Port;
        await using var second = new BridgeRun();
        second.Write("etc/bridge.json", BridgeSettingsFile.Write(BridgeRun.Source with { ManagementPort = taken }));

        Assert.Equal(1, await second.RunAsync("--settings", "/etc/bridge.json"));
        Assert.Contains($"managementPort {taken} can't be listened on", second.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_tells_only_what_the_settings_ask_for()
    {
        await using var bridge = await new BridgeRun().StartAsync(BridgeRun.Source with { LogLevel = BridgeLogLevel.Error });
        bridge.Stop();
        await bridge.Running;

        Assert.Empty(bridge.Log);
    }
}
