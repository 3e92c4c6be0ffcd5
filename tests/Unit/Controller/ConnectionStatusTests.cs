using System.Collections.Immutable;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Observation;
using KafkaLogstash.Controller.Status;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.Tests.Unit.Api;

namespace KafkaLogstash.Tests.Unit.Controller;

public sealed class ConnectionStatusTests
{
    [Theory]
    [InlineData("""{"topics": ["a", "b", "c"]}""", null, "a, b, c")]
    [InlineData("""{"topics": ["a", "b", "c", "d", "e"]}""", null, "a, b, c and 2 more")]
    [InlineData("""{"topicsPattern": "shop-.*"}""", """{"topicId": "all"}""", "/shop-.*/ → all")]
    [InlineData(null, """{"topicId": "orders-%{[region]}"}""", "→ orders-%{[region]}")]
    public void What_flows_where_is_one_text(string? input, string? output, string flow)
    {
        var connection = Manifest.Resource(("spec.input", input), ("spec.output", output));
        var outcome = new ReconcileOutcome { Accepted = new Verdict(true, "Accepted", ""), ReferencesResolved = new Verdict(true, "Resolved", "") };

        var status = ConnectionStatusBuilder.Build(connection, outcome, LogstashHealth.Judge(null, [], Unasked, null), null, null, null, DateTimeOffset.UnixEpoch);

        Assert.Equal(flow, status.Flow);
    }

    [Fact]
    public void A_Deployment_from_before_its_last_change_says_nothing_of_it()
    {
        var stuck = Deployment(("Progressing", "False", "ProgressDeadlineExceeded", ""), ready: 0);

        var health = LogstashHealth.Judge(stuck, [], Unasked, "3f2a", applied: "8");

        Assert.Equal((false, "RollingOut", false), (health.Available.Holds, health.Available.Reason, health.Stalled));
        Assert.Equal("RollingOut", LogstashHealth.Judge(Deployment(), [Pod()], Unasked, "3f2a", applied: "8", known: "3f2a").Available.Reason);
        Assert.True(LogstashHealth.Judge(stuck, [], Unasked, "3f2a", applied: "7").Stalled);
    }

    [Fact]
    public void A_Deployment_that_nobody_has_looked_at_since_its_change_is_not_stalled_by_the_old_one()
    {
        var stuck = Deployment(("Progressing", "False", "ProgressDeadlineExceeded", ""), ready: 0);
        stuck.Metadata.Generation = 2;

        Assert.False(LogstashHealth.Judge(stuck, [], Unasked, "3f2a").Stalled);
    }

    [Fact]
    public void Pods_that_can_not_be_made_are_said_so()
    {
        var refused = Deployment(("ReplicaFailure", "True", "FailedCreate", "pods \"orders-logstash-1\" is forbidden: exceeded quota: compute"), ready: 0);

        var available = LogstashHealth.Judge(refused, [], Unasked, "3f2a").Available;

        Assert.Equal((false, "FailedCreate"), (available.Holds, available.Reason));
        Assert.EndsWith("exceeded quota: compute", available.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3f2a", "Running")]
    [InlineData("0b1c", "Asking")]
    [InlineData(null, "Asking")]
    public void Until_pods_are_asked_they_run_what_they_ran(string? known, string reason) =>
        Assert.Equal(reason, LogstashHealth.Judge(Deployment(), [Pod()], Unasked, "3f2a", known: known).Available.Reason);

    [Theory]
    [InlineData(1, "Reachable", 310)]
    [InlineData(2, "NotProbed", null)]
    public void Until_Kafka_is_asked_it_is_as_it_was_unless_the_spec_is_another(long generation, string reason, int? lag)
    {
        var connection = Manifest.Resource();
        connection.Metadata.Generation = 1;
        var facts = new KafkaFacts { Reachable = new(true, "Reachable", "One broker answers."), TopicsAvailable = new(true, "Available", "Every topic is there."), Lag = 310, Topics = [new("orders", 3, 310)], At = DateTimeOffset.UnixEpoch };
        connection.Status = Build(connection, Outcome, facts);
        connection.Metadata.Generation = generation;

        var status = Build(connection, Outcome, null);

        Assert.Equal(reason, status.Conditions.Single(condition => condition.Type == ConditionTypes.KafkaReachable).Reason);
        Assert.Equal(lag, status.Lag);
        Assert.Equal(lag is null ? 0 : 1, status.Topics.Count);
    }

    [Fact]
    public void What_the_API_server_did_not_take_is_said_and_what_else_went_wrong_is_not_quoted()
    {
        var connection = Manifest.Resource();

        var timedOut = Build(connection, Outcome with { Failure = new TimeoutException("GET /api: no answer within 30 s") }, null);
        var broken = Build(connection, Outcome with { Failure = new InvalidOperationException("s3cret") }, null);

        Assert.Equal(("False", "ApplyFailed"), Ready(timedOut));
        Assert.Equal(("False", "ApplyFailed"), Ready(broken));
        Assert.Contains("GET /api", timedOut.Conditions.Single(condition => condition.Type == ConditionTypes.Ready).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(broken.Conditions, condition => condition.Message.Contains("s3cret", StringComparison.Ordinal));
        Assert.Equal("True", broken.Conditions.Single(condition => condition.Type == ConditionTypes.Reconciling).Status);
    }

    [Fact]
    public void A_failure_that_differs_in_numbers_alone_changes_nothing()
    {
        var connection = Manifest.Resource();
        connection.Status = Build(connection, Outcome with { Failure = new TimeoutException("read tcp 10.0.0.5:43210: connection reset") }, null);

        var again = Build(connection, Outcome with { Failure = new TimeoutException("read tcp 10.0.0.5:51999: connection reset") }, null);
        var other = Build(connection, Outcome with { Failure = new TimeoutException("dial tcp 10.0.0.5:51999: connection refused") }, null);

        Assert.Equal(Message(connection.Status), Message(again));
        Assert.Contains("connection refused", Message(other), StringComparison.Ordinal);

        static string Message(ConnectionStatus status) => status.Conditions.Single(condition => condition.Type == ConditionTypes.Ready).Message;
    }

    private static ReconcileOutcome Outcome { get; } = new() { Accepted = new Verdict(true, "Accepted", ""), ReferencesResolved = new Verdict(true, "Resolved", ""), AppliedDigest = "3f2a" };

    private static ImmutableDictionary<string, PipelineObservation> Unasked => ImmutableDictionary<string, PipelineObservation>.Empty;

    private static ConnectionStatus Build(KafkaLogstashConnection connection, ReconcileOutcome outcome, KafkaFacts? facts) =>
        ConnectionStatusBuilder.Build(connection, outcome, LogstashHealth.Judge(Deployment(), [Pod()], Unasked, "3f2a", known: "3f2a"), null, facts, null, DateTimeOffset.UnixEpoch);

    private static (string Status, string Reason) Ready(ConnectionStatus status)
    {
        var ready = status.Conditions.Single(condition => condition.Type == ConditionTypes.Ready);
        return (ready.Status, ready.Reason);
    }

    private static V1Pod Pod() => new()
    {
        Metadata = new V1ObjectMeta { Name = "orders-logstash-1" },
        Status = new V1PodStatus { Phase = "Running", Conditions = [new V1PodCondition { Type = "Ready", Status = "True" }] },
    };

    /// <summary>A Deployment of one pod, as its controller left it.</summary>
    private static V1Deployment Deployment((string Type, string Status, string Reason, string Message)? condition = null, int ready = 1) => new()
    {
        Metadata = new V1ObjectMeta { Name = "orders-logstash", Generation = 1, ResourceVersion = "7" },
        Spec = new V1DeploymentSpec { Replicas = 1 },
        Status = new V1DeploymentStatus
        {
            ObservedGeneration = 1,
            Replicas = 1,
            UpdatedReplicas = 1,
            ReadyReplicas = ready,
            Conditions = condition is { } given ? [new V1DeploymentCondition { Type = given.Type, Status = given.Status, Reason = given.Reason, Message = given.Message }] : null,
        },
    };
}
