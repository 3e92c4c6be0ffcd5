using System.Collections.Immutable;
using System.Text;
using k8s.Models;
using KafkaLogstash.Bridging;
using KafkaLogstash.Controller.Observation;
using KafkaLogstash.Controller.Status;

namespace KafkaLogstash.Tests.Unit.Controller.Bridges;

public sealed class BridgeHealthTests
{
    private static readonly BridgeObservation Ready = new BridgeObservation.Ready();

    private static readonly BridgeObservation Unauthorized = new BridgeObservation.NotReady("source", "Kafka: not authorized to read the topic 'orders'.");

    [Fact]
    public void Ready_bridges_are_available() => Assert.Equal((true, "Running"), Judge(ready: 1, Ready));

    [Fact]
    public void A_bridge_says_itself_why_it_does_not_work()
    {
        var health = BridgeHealth.Judge(Deployment(0), [Pod(isReady: false)], Answers(Unauthorized));

        Assert.Equal((false, "SourceNotReady"), (health.Available.Holds, health.Available.Reason));
        Assert.Contains("not authorized to read the topic 'orders'", health.Available.Message, StringComparison.Ordinal);
        Assert.False(health.Stalled);
    }

    [Fact]
    public void An_image_that_can_not_be_pulled_is_named()
    {
        var pod = Pod(isReady: false);
        pod.Status.ContainerStatuses = [new V1ContainerStatus { Name = "bridge", State = new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = "ImagePullBackOff" } } }];

        Assert.Equal("ImagePullBackOff", BridgeHealth.Judge(Deployment(0), [pod], Answers(null)).Available.Reason);
    }

    [Fact]
    public void Without_a_Deployment_there_is_nothing() => Assert.Equal("NotDeployed", BridgeHealth.Judge(null, [], Answers(null)).Available.Reason);

    [Fact]
    public void An_external_Logstash_is_what_the_bridge_knows_of_it()
    {
        var health = BridgeHealth.Judge(Deployment(1), [Pod(isReady: true)], Answers(Ready));

        Assert.True(LogstashHealth.External(health, isReached: true).Available.Holds);
        Assert.Null(LogstashHealth.External(health, isReached: false).Available.Holds);
    }

    [Fact]
    public void A_report_is_read_and_anything_else_is_not_taken_for_one()
    {
        BridgeRoleReport Role(string name, bool ready) => new() { Name = name, Ready = ready, Message = "as it is", Since = DateTimeOffset.UnixEpoch };

        Assert.Equal(Ready, BridgeApi.Read(new BridgeReport { Roles = [Role("source", true)] }.Write()));
        Assert.Equal(new BridgeObservation.NotReady("sink", "as it is"), BridgeApi.Read(new BridgeReport { Roles = [Role("source", true), Role("sink", false)] }.Write()));
        foreach (var other in new[] { "<html>", "null", "{}", "{\"roles\": null}", "{\"roles\": [null]}" })
        {
            Assert.IsType<BridgeObservation.Unreachable>(BridgeApi.Read(Encoding.UTF8.GetBytes(other)));
        }
    }

    private static (bool?, string) Judge(int ready, BridgeObservation answer)
    {
        var health = BridgeHealth.Judge(Deployment(ready), [Pod(isReady: ready > 0)], Answers(answer));
        return (health.Available.Holds, health.Available.Reason);
    }

    private static ImmutableDictionary<string, BridgeObservation> Answers(BridgeObservation? answer) => answer is null
        ? ImmutableDictionary<string, BridgeObservation>.Empty
        : ImmutableDictionary<string, BridgeObservation>.Empty.Add("orders-bridge-1", answer);

    private static V1Deployment Deployment(int ready) => new()
    {
        Metadata = new V1ObjectMeta { Name = "orders-bridge", Generation = 1 },
        Spec = new V1DeploymentSpec { Replicas = 1 },
        Status = new V1DeploymentStatus { ObservedGeneration = 1, Replicas = 1, UpdatedReplicas = 1, ReadyReplicas = ready },
    };

    private static V1Pod Pod(bool isReady) => new()
    {
        Metadata = new V1ObjectMeta { Name = "orders-bridge-1" },
        Status = new V1PodStatus { Conditions = [new V1PodCondition { Type = "Ready", Status = isReady ? "True" : "False" }] },
    };
}
