using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using k8s;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Controller;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Controller.Observation;
using KafkaLogstash.Controller.References;
using KafkaLogstash.Controller.Status;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.Tests.Unit.Api;

namespace KafkaLogstash.Tests.Unit.GitOps;

/// <summary>A state that a connection can be in, and its status as the operator works it out.</summary>
internal sealed record ConnectionState(string Name, string Health)
{
    private const string Digest = "4f2a";

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Fields of the spec other than in an ordinary connection.</summary>
    public (string Path, string? Json)[] Spec { get; init; } = [];

    public int Wished { get; init; } = 1;

    public int Ready { get; init; } = 1;

    /// <summary>Whether there is a Deployment.</summary>
    public bool IsDeployed { get; init; } = true;

    /// <summary>Whether the Deployment has given up waiting.</summary>
    public bool IsOverdue { get; init; }

    /// <summary>Why the container of a pod that is not ready waits.</summary>
    public string? Waiting { get; init; }

    /// <summary>Why a pod has no node.</summary>
    public string? Unscheduled { get; init; }

    /// <summary>What Logstash says it runs; null while it has said nothing.</summary>
    public PipelineObservation? Logstash { get; init; } = new PipelineObservation.Present(Digest);

    /// <summary>What the bridge says of itself.</summary>
    public BridgeObservation Bridge { get; init; } = new BridgeObservation.Ready();

    public KafkaFinding Kafka { get; init; } = KafkaFindings.Reachable;

    public KafkaFinding Topics { get; init; } = new(true, "Available", "The topic is there.");

    /// <summary>Whether the operator has seen the connection at all.</summary>
    public bool IsSeen { get; init; } = true;

    /// <summary>The generation that the status speaks of; the spec's is 2.</summary>
    public long Observed { get; init; } = 2;

    public bool IsBeingDeleted { get; init; }

    /// <summary>Why the API server refused what the spec leads to.</summary>
    public Verdict? Refusal { get; init; }

    /// <summary>Every state there is, with the health that Argo CD should show.</summary>
    public static IReadOnlyList<ConnectionState> All { get; } =
    [
        new("new", "Progressing") { IsSeen = false },
        new("changed", "Progressing") { Observed = 1 },
        new("being-deleted", "Progressing") { IsBeingDeleted = true },
        new("not-deployed", "Progressing") { IsDeployed = false },
        new("rolling-out", "Progressing") { Ready = 0 },
        new("scaling-up", "Progressing") { Wished = 3, Ready = 2 },
        new("no-node", "Progressing") { Ready = 0, Unscheduled = "0/3 nodes are available: 3 Insufficient memory." },
        new("asking", "Progressing") { Logstash = null },
        new("reloading", "Progressing") { Logstash = new PipelineObservation.Present("0b1c") },
        new("ready", "Healthy") { Wished = 2, Ready = 2 },
        new("scaled-to-zero", "Healthy") { Wished = 0, Ready = 0 },
        new("kafka-not-probed", "Healthy") { Spec = [("spec.kafka.probe", "\"Disabled\"")] },
        new("idle-consumers", "Healthy") { Topics = new(true, "FewerPartitionsThanConsumers", "4 consumers share 2 partitions: 2 stay idle.") },
        new("paused", "Suspended") { Spec = [("spec.paused", "true")] },
        new("paused-without-kafka", "Suspended") { Spec = [("spec.paused", "true")], Kafka = Unreachable(ErrorCode.Local_Resolve) },
        new("invalid", "Degraded") { Spec = [("spec.pipeline", """{"filter": "mutate { add_tag => [a-b] }"}""")] },
        new("invalid-and-paused", "Degraded") { Spec = [("spec.paused", "true"), ("spec.pipeline", """{"filter": "mutate {"}""")] },
        new("name-taken", "Degraded") { Refusal = new(false, "NameTaken", "There is a Deployment 'orders-logstash' that belongs to somebody else.") },
        new("secret-missing", "Degraded") { Spec = [("spec.kafka.tls", """{"trustedCertificates": [{"secretName": "kafka-ca", "key": "ca.crt"}]}""")] },
        new("kafka-unknown-name", "Degraded") { Kafka = Unreachable(ErrorCode.Local_Resolve) },
        new("kafka-refuses-login", "Degraded") { Kafka = Unreachable(ErrorCode.SaslAuthenticationFailed) },
        new("topic-missing", "Degraded") { Topics = new(false, "TopicMissing", "There is no topic 'orders', or the client may not see it. Create it, or mend the spec.") },
        new("crash-loop", "Degraded") { Ready = 0, Waiting = "CrashLoopBackOff" },
        new("image-missing", "Degraded") { Ready = 0, Waiting = "ImagePullBackOff" },
        new("image-name-wrong", "Degraded") { Ready = 0, Waiting = "InvalidImageName" },
        new("overdue", "Degraded") { Ready = 0, IsOverdue = true },
        new("pipeline-failed", "Degraded") { Logstash = new PipelineObservation.Absent("Couldn't find any filter plugin named 'x'", null) },
        new("bridge-ready", "Healthy") { Spec = [("spec.transport", "\"Bridge\"")] },
        new("bridge-without-logstash", "Progressing")
        {
            Spec = [("spec.transport", "\"Bridge\"")],
            Ready = 0,
            Bridge = new BridgeObservation.NotReady("source", "No Logstash behind orders-logstash-beats takes events."),
        },
        new("external-ready", "Healthy") { Spec = External },
        new("external-silent", "Progressing") { Spec = External, Ready = 0, Bridge = new BridgeObservation.NotReady("source", "logstash.example.com:5044: connection refused.") },
    ];

    private static (string Path, string? Json)[] External => [("spec.transport", "\"Bridge\""), ("spec.pipeline.outputs", null), ("spec.logstash.external", """{"hosts": ["logstash.example.com:5044"]}""")];

    /// <summary>The connection as the API server would give it out.</summary>
    public JsonNode Resource()
    {
        var connection = Manifest.Resource([("spec.pipeline.outputs", "\"stdout { }\""), .. Spec]);
        connection.Metadata.Generation = 2;
        connection.Metadata.Uid = "6a1f";
        connection.Metadata.DeletionTimestamp = IsBeingDeleted ? Now.UtcDateTime : null;
        if (IsSeen)
        {
            connection.Status = Status(connection) with { ObservedGeneration = Observed };
        }

        return JsonNode.Parse(KubernetesJson.Serialize(connection))!;
    }

    private ConnectionStatus Status(KafkaLogstashConnection connection)
    {
        var accepted = Refusal ?? ConnectionAdmission.Judge(ConnectionChecks.Run(connection, ConnectionPolicy.None));
        var missing = ReferenceReader.Missing(ConnectionReferences.Of(connection.Spec), ImmutableDictionary<(ReferenceKind, string), ImmutableDictionary<string, byte[]>>.Empty);
        var outcome = new ReconcileOutcome
        {
            Accepted = accepted,
            ReferencesResolved = (accepted.Holds, missing.IsEmpty) switch
            {
                (false, _) when Refusal is null => new Verdict(null, "NotLooked", "References are looked up once the spec is valid."),
                (_, true) => new Verdict(true, "Resolved", "Nothing is referred to."),
                _ => new Verdict(false, "NotFound", string.Join(' ', missing)),
            },
            Paused = connection.Spec.Paused,
        };
        var deployment = IsDeployed ? Deployment() : null;
        V1Pod[] pods = [.. Enumerable.Range(1, Wished).Select(Pod)];
        var bridge = connection.Spec.Transport == Transport.Bridge ? BridgeHealth.Judge(deployment, pods, pods.ToImmutableDictionary(pod => pod.Metadata.Name, _ => Bridge)) : null;
        var logstash = connection.Spec.Logstash.External is not null
            ? LogstashHealth.External(bridge!, isReached: true)
            : LogstashHealth.Judge(deployment, pods, Logstash is { } answer ? pods.ToImmutableDictionary(pod => pod.Metadata.Name, _ => answer) : ImmutableDictionary<string, PipelineObservation>.Empty, Digest);
        var facts = new KafkaFacts { Reachable = Kafka, TopicsAvailable = Topics, Lag = 310, At = Now };
        return ConnectionStatusBuilder.Build(connection, outcome, logstash, bridge, connection.Spec.Kafka.Probe == ProbeMode.Disabled ? null : facts, null, Now);
    }

    private V1Deployment Deployment() => new()
    {
        Metadata = new V1ObjectMeta { Name = "orders-logstash", Generation = 1 },
        Spec = new V1DeploymentSpec { Replicas = Wished },
        Status = new V1DeploymentStatus
        {
            ObservedGeneration = 1,
            Replicas = Wished,
            UpdatedReplicas = Wished,
            ReadyReplicas = Ready,
            Conditions = IsOverdue ? [new V1DeploymentCondition { Type = "Progressing", Status = "False", Reason = "ProgressDeadlineExceeded" }] : null,
        },
    };

    private V1Pod Pod(int number)
    {
        var isReady = number <= Ready;
        return new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = $"orders-logstash-{number}" },
            Status = new V1PodStatus
            {
                Conditions =
                [
                    new V1PodCondition { Type = "Ready", Status = isReady ? "True" : "False" },
                    .. Unscheduled is null ? (V1PodCondition[])[] : [new V1PodCondition { Type = "PodScheduled", Status = "False", Message = Unscheduled }],
                ],
                ContainerStatuses = isReady || Waiting is null ? null : [new V1ContainerStatus { Name = "logstash", State = new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = Waiting } } }],
            },
        };
    }

    private static KafkaFinding Unreachable(ErrorCode code) => KafkaFindings.Unreachable(
        new KafkaSpec { BootstrapServers = ["kafka:9092"], Authentication = new KafkaAuthenticationSpec { Type = AuthenticationType.ScramSha512 } }, "orders", code, []);
}
