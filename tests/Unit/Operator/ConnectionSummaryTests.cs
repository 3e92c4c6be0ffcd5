using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Operator.Verbs.Overview;

namespace KafkaLogstash.Tests.Unit.Operator;

public sealed class ConnectionSummaryTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 4, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_connection_that_nobody_looked_at_says_where_to_look()
    {
        var summary = Sum(null);

        Assert.Equal((Readiness.Unknown, "NotSeen"), (summary.Ready, summary.Reason));
        Assert.Contains("whether the operator runs", summary.Trouble, StringComparison.Ordinal);
        Assert.Equal("0/1", summary.Pods);
        Assert.Equal(TimeSpan.FromDays(3), summary.Age);
    }

    [Fact]
    public void A_status_of_an_older_spec_is_not_believed() =>
        Assert.Equal((Readiness.Unknown, "Outdated"), Verdict(Sum(Ready("True", "Ready") with { ObservedGeneration = 1 })));

    [Fact]
    public void A_ready_connection_has_no_trouble()
    {
        var summary = Sum(Ready("True", "Paused"));

        Assert.Equal((Readiness.True, "Paused"), Verdict(summary));
        Assert.Null(summary.Trouble);
    }

    [Fact]
    public void The_condition_that_is_wrong_tells_the_trouble_not_the_sum_of_all()
    {
        var status = Ready("False", "AuthenticationFailed");
        var summary = Sum(status with { Conditions = [.. status.Conditions, Condition("Stalled", "False", "Progressing", "x"), Condition("KafkaReachable", "False", "AuthenticationFailed", "wrong password")] });

        Assert.Equal("KafkaReachable is False (AuthenticationFailed): wrong password", summary.Trouble);
        Assert.Equal(["KafkaReachable", "Ready", "Stalled"], summary.Conditions.Select(condition => condition.Type));
    }

    [Fact]
    public void What_is_being_deleted_is_not_ready()
    {
        var connection = Connection(Ready("True", "Ready"));
        connection.Metadata.DeletionTimestamp = Now.UtcDateTime;

        Assert.Equal((Readiness.False, "Deleting"), Verdict(ConnectionSummary.Of(connection, null, Now)));
    }

    [Fact]
    public void Topics_say_where_events_come_from_and_go_to()
    {
        Assert.Equal("orders", Topics(new ConnectionSpec { Input = new InputSpec { Topics = ["orders"] } }));
        Assert.Equal("/or.*/ → shipped", Topics(new ConnectionSpec { Input = new InputSpec { TopicsPattern = "or.*" }, Output = new OutputSpec { TopicId = "shipped" } }));
        Assert.Equal("→ shipped", Topics(new ConnectionSpec { Output = new OutputSpec { TopicId = "shipped" } }));
        Assert.Equal("a, b, c and 2 more", Topics(new ConnectionSpec { Input = new InputSpec { Topics = ["a", "b", "c", "d", "e"] } }));

        static string Topics(ConnectionSpec spec)
        {
            var connection = Connection(null);
            connection.Spec = spec;
            return ConnectionSummary.Of(connection, null, Now).Topics;
        }
    }

    private static (Readiness Ready, string Reason) Verdict(ConnectionSummary summary) => (summary.Ready, summary.Reason);

    private static ConnectionSummary Sum(ConnectionStatus? status) => ConnectionSummary.Of(Connection(status), null, Now);

    private static KafkaLogstashConnection Connection(ConnectionStatus? status) => new()
    {
        Metadata = new V1ObjectMeta { Name = "orders", NamespaceProperty = "shop", Generation = 2, CreationTimestamp = Now.UtcDateTime.AddDays(-3) },
        Status = status,
    };

    private static ConnectionStatus Ready(string status, string reason) => new() { ObservedGeneration = 2, Conditions = [Condition("Ready", status, reason, "the sum of all")] };

    private static V1Condition Condition(string type, string status, string reason, string message) => new() { Type = type, Status = status, Reason = reason, Message = message };
}
