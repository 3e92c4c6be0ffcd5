using System.Net;
using KafkaLogstash.Bridge.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace KafkaLogstash.Tests.Unit.Bridge.Hosting;

/// <summary>Roles begin anew when Kafka's client file changes and after failures, and nothing secret is told.</summary>
public sealed class RoleSupervisionTests
{
    [Fact]
    public async Task New_credentials_make_a_new_role_once_the_old_one_has_drained()
    {
        await using var bridge = await new BridgeRun().StartAsync(BridgeRun.Source);
        await Eventually.IsTrueAsync(() => bridge.Roles.Count == 1, "the source runs");

        bridge.Write("etc/client.json", """{"bootstrap.servers":"localhost:9092","sasl.password":"second-secret"}""");

        await Eventually.IsTrueAsync(() => bridge.Roles.Count == 2, "the source runs anew");
        var roles = bridge.Roles.ToArray();
        Assert.True(roles[0].Drained);
        Assert.Equal("first-secret", roles[0].Context.KafkaProperties["sasl.password"]);
        Assert.Equal("second-secret", roles[1].Context.KafkaProperties["sasl.password"]);
        Assert.Contains("restarts_total{role=\"source\",reason=\"file_changed\"} 1", (await bridge.GetAsync("/metrics")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("-secret", bridge.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"bootstrap.servers":""")]
    [InlineData("""{"bootstrap.servers":"localhost:9092","sasl.password":17}""")]
    [InlineData("""{"sasl.password":"third-secret"}""")]
    public async Task New_credentials_that_can_not_be_used_leave_the_role_as_it_is(string text)
    {
        await using var bridge = await new BridgeRun().StartAsync(BridgeRun.Source);
        await Eventually.IsTrueAsync(() => bridge.Roles.Count == 1, "the source runs");

        bridge.Write("etc/client.json", text);

        await Eventually.IsTrueAsync(() => bridge.Log.Contains("can't be used, so what it held before still counts", StringComparison.Ordinal), "the log says so");
        Assert.Contains("/etc/client.json", bridge.LogLines()[^1].GetProperty("Message").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await bridge.ReadyAsync()).Status);
        Assert.Single(bridge.Roles);
        Assert.DoesNotContain("third-secret", bridge.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_comes_later_is_waited_for()
    {
        await using var bridge = new BridgeRun();
        File.Delete(bridge.Locate("etc/client.json"));
        await bridge.StartAsync(BridgeRun.Source);
        await Eventually.IsTrueAsync(async () => (await bridge.ReadyAsync()).Report.Roles[0].Message.Contains("client.json", StringComparison.Ordinal), "readiness names the file");
        Assert.Empty(bridge.Roles);

        bridge.Write("etc/client.json", """{"bootstrap.servers":"localhost:9092"}""");

        await Eventually.IsTrueAsync(async () => (await bridge.ReadyAsync()).Status == HttpStatusCode.OK, "the bridge is ready");
        Assert.Single(bridge.LogLines(), line => line.GetProperty("Message").GetString()!.StartsWith("Waits for files", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_role_that_can_not_go_on_says_why_and_begins_anew()
    {
        await using var bridge = new BridgeRun
        {
            Script = (_, made) => made == 0 ? (_, _) => throw new RoleException("The topic orders does not exist: create it.") : ScriptedRole.UntilStopped,
        };
        await bridge.StartAsync(BridgeRun.Source);

        await Eventually.IsTrueAsync(
            async () => (await bridge.ReadyAsync()).Report.Roles[0].Message == "The topic orders does not exist: create it.", "readiness says why");
        await Eventually.IsTrueAsync(() => bridge.Roles.Count == 2, "the source runs anew");
        Assert.Contains("restarts_total{role=\"source\",reason=\"failed\"} 1", (await bridge.GetAsync("/metrics")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trouble_of_one_role_leaves_the_other_alone()
    {
        await using var bridge = new BridgeRun
        {
            Script = (name, _) => name == "sink" ? (_, _) => throw new RoleException("The port is taken.") : ScriptedRole.UntilStopped,
        };
        await bridge.StartAsync(BridgeRun.Source with { Sink = new() { Topic = "orders" } });

        await Eventually.IsTrueAsync(() => bridge.Roles.Count(role => role.Name == "sink") == 2, "the sink runs anew");
        var (status, report) = await bridge.ReadyAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal(["source", "sink"], report.Roles.Select(role => role.Name));
        Assert.Equal([true, false], report.Roles.Select(role => role.Ready));
        Assert.False(Assert.Single(bridge.Roles, role => role.Name == "source").Drained);
    }

    [Fact]
    public async Task An_error_that_nobody_foresaw_is_logged_without_secrets()
    {
        await using var bridge = new BridgeRun
        {
            Script = (_, made) => made == 0
                ? (role, _) => throw new InvalidOperationException($"No login with {role.Context.KafkaProperties["sasl.password"]}")
                : ScriptedRole.UntilStopped,
        };
        await bridge.StartAsync(BridgeRun.Source);

        await Eventually.IsTrueAsync(() => bridge.Roles.Count == 2, "the source runs anew");
        Assert.Contains("No login with ***", bridge.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("first-secret", bridge.Log, StringComparison.Ordinal);
        Assert.Contains("restarts_total{role=\"source\",reason=\"unexpected_error\"} 1", (await bridge.GetAsync("/metrics")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_does_not_drain_is_left_behind_in_bounded_time()
    {
        var time = new FakeTimeProvider();
        await using var bridge = new BridgeRun { Time = time, Script = (_, _) => (_, _) => new TaskCompletionSource().Task };
        await bridge.StartAsync(BridgeRun.Source);
        await Eventually.IsTrueAsync(() => bridge.Roles.Count == 1, "the source runs");

        bridge.Stop();

        // Its drain time-out of 5 s, and 10 s for Kafka's clients.
        var began = time.GetUtcNow();
        await Eventually.IsTrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return bridge.Running.IsCompleted;
            },
            "the bridge ends");
        Assert.Equal(0, await bridge.Running);
        Assert.True(time.GetUtcNow() - began >= TimeSpan.FromSeconds(15));
        Assert.Contains("did not end in time", bridge.Log, StringComparison.Ordinal);
    }
}
