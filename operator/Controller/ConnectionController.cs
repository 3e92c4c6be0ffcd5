using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Bridging;
using KafkaLogstash.Controller.Autoscaling;
using KafkaLogstash.Controller.Certificates;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Controller.Deletion;
using KafkaLogstash.Controller.Metering;
using KafkaLogstash.Controller.Observation;
using KafkaLogstash.Controller.References;
using KafkaLogstash.Controller.Rendering;
using KafkaLogstash.Controller.Rendering.Bridges;
using KafkaLogstash.Controller.Rollout;
using KafkaLogstash.Controller.Status;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.Runtime;

namespace KafkaLogstash.Controller;

/// <summary>
/// Brings the objects of a connection in line with its spec, and its status in line with the world. Level-based: it looks at what is, never at what
/// changed. An invalid change never replaces a working pipeline: until everything about it is right, no object is touched.
/// </summary>
internal sealed class ConnectionController(
    IInformers informers,
    IObjectApplier applier,
    IEventRecorder events,
    IReferenceReader reader,
    IKafkaProber kafka,
    LogstashObserver logstash,
    BridgeObserver bridges,
    ConnectionScaler scaler,
    ConnectionMetrics metrics,
    ConsumerGroupFinalizer finalizer,
    ConnectionPolicy policy,
    ControllerOptions options,
    TimeProvider time) : IEntityController<KafkaLogstashConnection>
{
    /// <summary>The longest that nothing is looked at while something ends by the clock.</summary>
    private static readonly TimeSpan LongestLook = TimeSpan.FromHours(6);

    /// <summary>How soon to look whether an object of somebody else is gone; caches hold the operator's own alone.</summary>
    private static readonly TimeSpan ForeignLook = TimeSpan.FromSeconds(15);

    /// <summary>How soon to apply again what the API server refused.</summary>
    private static readonly TimeSpan RefusedLook = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<NamespacedName, Settled> _settled = new();

    // Restarts that the caches may not show yet: forgotten, they would be taken back.
    private readonly ConcurrentDictionary<NamespacedName, PodRestart> _restarts = new();

    /// <inheritdoc />
    public async Task<ReconcileResult> ReconcileAsync(KafkaLogstashConnection entity, CancellationToken cancellationToken)
    {
        var key = entity.Key();
        if (entity.Metadata.DeletionTimestamp is not null)
        {
            return ReconcileResult.Done;
        }

        // What was worked out for exactly this spec, these references and these objects need not be worked out again: a steady state costs no request.
        var fingerprint = Fingerprint(entity);
        if (!_settled.TryGetValue(key, out var settled) || settled.Fingerprint != fingerprint || settled.Outcome.LookAgainAt <= time.GetUtcNow())
        {
            _settled.TryRemove(key, out _);
            var outcome = await TryAsync(entity, cancellationToken);
            settled = new Settled(Fingerprint(entity), outcome);
            if (outcome.IsFinal && settled.Fingerprint == fingerprint)
            {
                _settled[key] = settled;
            }
        }

        var reload = Reload(entity, settled.Outcome);
        if (reload.RestartReason is { } reason)
        {
            _settled.TryRemove(key, out _);
            settled = settled with { Outcome = await RestartAsync(entity, settled.Outcome.AppliedDigest!, reason, cancellationToken) };
        }

        if (Scale(entity, settled.Outcome))
        {
            _settled.TryRemove(key, out _);
            settled = settled with { Outcome = await TryAsync(entity, cancellationToken) };
        }

        await WriteStatusAsync(entity, settled.Outcome, cancellationToken);
        if (settled.Outcome.Failure is { } failure)
        {
            // Only now, that people know of it: the loop logs it, counts it, and tries again.
            ExceptionDispatchInfo.Throw(failure);
        }

        TimeSpan?[] looks = [reload.LookAgain, entity.Spec.Autoscaling is null ? null : ConnectionScaler.Interval, UntilNextLook(settled.Outcome)];
        return looks.Min() is { } delay ? ReconcileResult.RequeueAfter(delay) : ReconcileResult.Done;
    }

    /// <inheritdoc />
    public Task DeletedAsync(KafkaLogstashConnection entity, CancellationToken cancellationToken)
    {
        var key = entity.Key();
        _settled.TryRemove(key, out _);
        _restarts.TryRemove(key, out _);
        scaler.Forget(key);
        metrics.Forget(key);
        finalizer.Forget(entity);
        kafka.Forget(key.ToString());
        logstash.Forget(key.ToString());
        bridges.Forget(key.ToString());
        return Task.CompletedTask;
    }

    /// <summary>When to look again by the clock; one that is set forward is noticed within <see cref="LongestLook"/>.</summary>
    private TimeSpan? UntilNextLook(ReconcileOutcome outcome) =>
        outcome.LookAgainAt is { } at ? TimeSpan.FromTicks(Math.Clamp((at - time.GetUtcNow()).Ticks, TimeSpan.TicksPerSecond, LongestLook.Ticks)) : null;

    /// <summary>Brings the objects in line; what goes wrong on the way is an outcome, too.</summary>
    private async Task<ReconcileOutcome> TryAsync(KafkaLogstashConnection entity, CancellationToken cancellationToken)
    {
        try
        {
            return await BringInLineAsync(entity, cancellationToken);
        }
        catch (Exception e) when (IsTrouble(e))
        {
            return new ReconcileOutcome
            {
                Accepted = Before(entity, ConditionTypes.Accepted),
                ReferencesResolved = Before(entity, ConditionTypes.ReferencesResolved),
                AppliedDigest = LiveDigest(entity.Key()),
                Failure = e,
                IsFinal = false,
            };
        }
    }

    /// <summary>Whether people should know of it: not of the end of the operator, and not of a cache that is a moment behind.</summary>
    private static bool IsTrouble(Exception e) => e is not OperationCanceledException and not ApiException { IsConflict: true };

    /// <summary>What a condition said of this spec before.</summary>
    private static Verdict Before(KafkaLogstashConnection entity, string type) =>
        (entity.Status?.ObservedGeneration == entity.Metadata.Generation ? Verdict.Of(entity.Status, type) : null)
        ?? new Verdict(null, "NotLooked", "The reconcile did not come so far.");

    private async Task<ReconcileOutcome> BringInLineAsync(KafkaLogstashConnection entity, CancellationToken cancellationToken)
    {
        var key = entity.Key();
        var accepted = ConnectionAdmission.Judge(ConnectionChecks.Run(entity, policy));
        if (accepted.Holds == false)
        {
            return new ReconcileOutcome
            {
                Accepted = accepted,
                ReferencesResolved = new Verdict(null, "NotLooked", "References are looked up once the spec is valid."),
                AppliedDigest = LiveDigest(key),
                Paused = entity.Spec.Paused,
            };
        }

        var isBridged = entity.Spec.Transport == Transport.Bridge;
        var references = ConnectionReferences.Of(entity.Spec);
        var resolution = await reader.ReadAsync(entity.Metadata.NamespaceProperty, references, cancellationToken);
        var missing = resolution.Missing;
        var secrets = KafkaSecretsReader.Read(entity.Spec.Kafka, resolution.Values, out var unusable);
        BridgeSecrets? bridgeSecrets = null;
        if (isBridged)
        {
            bridgeSecrets = BridgeSecretsReader.Read(entity, resolution.Values, out var others);
            unusable = unusable.AddRange(others);
        }

        var resolved = (missing.IsEmpty, unusable.IsEmpty) switch
        {
            (false, _) => new Verdict(false, "NotFound", string.Join(' ', missing)),
            (_, false) => new Verdict(false, "Unusable", string.Join(' ', unusable)),
            _ => new Verdict(true, "Resolved", references.IsEmpty ? "Nothing is referred to." : "Every Secret and ConfigMap key is there."),
        };
        if (resolved.Holds == false)
        {
            return new ReconcileOutcome { Accepted = accepted, ReferencesResolved = resolved, AppliedDigest = LiveDigest(key), Paused = entity.Spec.Paused };
        }

        accepted = ConnectionAdmission.Judge(ConnectionChecks.Run(entity, policy, resolution.Values));
        if (accepted.Holds == false)
        {
            return new ReconcileOutcome { Accepted = accepted, ReferencesResolved = resolved, AppliedDigest = LiveDigest(key), Paused = entity.Spec.Paused };
        }

        Ask(entity, secrets);
        finalizer.Remember(entity, secrets);
        var names = new ConnectionNames(entity.Metadata.Name);
        var bridge = bridgeSecrets is null
            ? null
            : new BridgeRequest
            {
                DefaultImage = options.BridgeImage,
                Secrets = bridgeSecrets,
                Certificates = await CertificatesAsync(entity, key with { Name = names.BridgeCertificates }, cancellationToken),
                Replicas = DesiredBridges(entity),
            };
        var result = ConnectionRenderer.Render(new RenderRequest
        {
            Connection = entity,
            References = resolution.Values,
            Secrets = secrets,
            Salt = resolution.Values.HasSecrets ? await SaltAsync(key with { Name = isBridged ? names.BridgeKafka : names.KafkaClient }, cancellationToken) : "",
            Bridge = bridge,
            LogstashImage = policy.LogstashImage,
            Replicas = DesiredReplicas(entity),
            Restart = LastRestart(entity),
        });
        if (result.Connection is not { } rendered)
        {
            accepted = ConnectionAdmission.Refuse(result.Problems.Select(problem => problem.ToString()));
            return new ReconcileOutcome { Accepted = accepted, ReferencesResolved = resolved, AppliedDigest = LiveDigest(key), Paused = entity.Spec.Paused };
        }

        var certificates = CertificateEnd.Of(secrets, bridgeSecrets, bridge?.Certificates);
        if (entity.Spec.Paused)
        {
            return new ReconcileOutcome { Accepted = accepted, ReferencesResolved = resolved, AppliedDigest = LiveDigest(key), Certificates = certificates, Paused = true };
        }

        AppliedObjects applied;
        try
        {
            applied = await ApplyAsync(entity, rendered.Objects, cancellationToken);
        }
        catch (ForeignObjectException e)
        {
            return new ReconcileOutcome
            {
                Accepted = new Verdict(false, "NameTaken", e.Message),
                ReferencesResolved = resolved,
                AppliedDigest = LiveDigest(key),
                LookAgainAt = time.GetUtcNow() + ForeignLook,
            };
        }
        catch (ApiException e) when (ApplyRefusal.Is(e))
        {
            // A pod template, which only another spec mends, or a quota or a policy of the cluster, which may change.
            return new ReconcileOutcome
            {
                Accepted = new Verdict(false, "Refused", e.Message),
                ReferencesResolved = resolved,
                AppliedDigest = LiveDigest(key),
                LookAgainAt = time.GetUtcNow() + RefusedLook,
            };
        }
        catch (Exception e) when (IsTrouble(e))
        {
            return new ReconcileOutcome { Accepted = accepted, ReferencesResolved = resolved, AppliedDigest = LiveDigest(key), Failure = e, IsFinal = false };
        }

        return new ReconcileOutcome
        {
            Accepted = accepted,
            ReferencesResolved = resolved,
            AppliedDigest = rendered.PipelineDigest,
            ReloadsInPlace = rendered.ReloadsInPlace,
            ReloadObstacle = rendered.ReloadObstacle,
            LookAgainAt = bridge?.Certificates?.RenewAt,
            IsFinal = applied.IsFinal && references.All(reference => reference.Optional || IsCached(key, reference)),
            Deployments = applied.Deployments,
            Certificates = certificates,
        };
    }

    /// <summary>
    /// The certificates with which bridge and Logstash know each other: those that are there, renewed where it is time; null where the operator makes none. They are read
    /// from the API server: made anew because a cache lags behind, they would make pods roll for nothing.
    /// </summary>
    private async Task<BridgeCertificates?> CertificatesAsync(KafkaLogstashConnection entity, NamespacedName secret, CancellationToken cancellationToken) =>
        new BridgePlan(entity).Certificates is { Count: > 0 } purposes
            ? CertificateRenewal.Renew(
                BridgeCertificates.Read(await reader.SecretAsync(secret, cancellationToken)), entity.Key().ToString(), purposes, time.GetUtcNow())
            : null;

    /// <summary>Decides how many pods a connection should have by its lag, and says so.</summary>
    /// <returns>Whether that is another number than before.</returns>
    private bool Scale(KafkaLogstashConnection entity, ReconcileOutcome outcome)
    {
        var key = entity.Key();
        if (entity.Spec.Autoscaling is null)
        {
            scaler.Forget(key);
            metrics.ForgetScaling(key);
            return false;
        }

        // What is not applied, or left alone, is not scaled.
        if (outcome.Accepted.Holds != true || outcome.ReferencesResolved.Holds != true || outcome.Paused || Deployment(entity, Scaled(entity)) is not { } deployment)
        {
            return false;
        }

        var step = scaler.Decide(entity, deployment, Facts(entity));
        metrics.Show(key, step, ScalingRules.Of(entity.Spec.Autoscaling));
        if (step.BecameShort is { } isShort)
        {
            events.Record(
                entity,
                isShort ? EventType.Warning : EventType.Normal,
                isShort ? "LagHigh" : "LagNormal",
                "Scale",
                isShort ? $"More pods are wanted than there may be: {step.Decision.Explanation}." : $"The pods are enough again: {step.Decision.Explanation}.");
        }

        if (step.Decision.Replicas == step.From)
        {
            return false;
        }

        events.Record(
            entity,
            EventType.Normal,
            step.Decision.Replicas > step.From ? "ScaledUp" : "ScaledDown",
            "Scale",
            $"Scaled from {step.From} to {step.Decision.Replicas}: {step.Decision.Explanation}.");
        return true;
    }

    private KafkaFacts? Facts(KafkaLogstashConnection entity) => entity.Spec.Kafka.Probe == ProbeMode.Enabled ? kafka.Latest(entity.Key().ToString()) : null;

    /// <summary>Whether pods that should reload a pipeline in place have to be restarted.</summary>
    private ReloadDecision Reload(KafkaLogstashConnection entity, ReconcileOutcome outcome)
    {
        var key = entity.Key();
        return outcome.ReloadsInPlace && Applied(key, outcome) is { } applied && Deployment(entity) is { } deployment
            ? InPlaceReload.Decide(applied, deployment, LastRestart(entity), States(key, Pods(key)), time.GetUtcNow(), options.ReloadTimeout)
            : ReloadDecision.None;
    }

    /// <summary>Rolls the pods, because the proof that Logstash reloaded a pipeline did not come.</summary>
    private async Task<ReconcileOutcome> RestartAsync(KafkaLogstashConnection entity, string digest, string reason, CancellationToken cancellationToken)
    {
        events.Record(entity, EventType.Warning, "ReloadFailed", "Restart", $"{reason} The pods are restarted.");
        var now = time.GetUtcNow();
        _restarts[entity.Key()] = new PodRestart(digest, now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)), reason);
        return await TryAsync(entity, cancellationToken);
    }

    private PodRestart? LastRestart(KafkaLogstashConnection entity)
    {
        var seen = PodRestart.Of(Deployment(entity));
        return _restarts.TryGetValue(entity.Key(), out var own) && (seen is null || own.At > seen.At) ? own : seen;
    }

    /// <summary>The pipeline that pods read; null while the cache does not show the one that was applied.</summary>
    private AppliedPipeline? Applied(NamespacedName key, ReconcileOutcome outcome) =>
        AppliedPipeline.Of(LivePipeline(key)) is { } applied
            && applied.Digest == outcome.AppliedDigest
            ? applied
            : null;

    private V1Deployment? Deployment(KafkaLogstashConnection entity, Workload workload = Workload.Logstash)
    {
        var key = entity.Key();
        return informers.For<V1Deployment>().Cache.Get(key with { Name = new ConnectionNames(key.Name).Deployment(workload) }) is { } deployment
            && deployment.IsControlledBy(entity)
            ? deployment
            : null;
    }

    private List<V1Pod> Pods(NamespacedName key, Workload workload = Workload.Logstash) =>
    [
        .. informers.For<V1Pod>().Cache.ByIndex(PodIndex, key.ToString())
            .Where(pod => pod.Metadata.DeletionTimestamp is null && !pod.HasEnded()
                && ConnectionLabels.IsOf(pod, workload) && pod.IsOfDeployment(new ConnectionNames(key.Name).Deployment(workload))),
    ];

    /// <summary>What is scaled by lag: the Logstash pods, or, where Logstash is not the operator's, the bridge pods.</summary>
    private static Workload Scaled(KafkaLogstashConnection entity) => entity.Spec.Logstash.External is null ? Workload.Logstash : Workload.Bridge;

    private List<PodState> States(NamespacedName key, List<V1Pod> pods)
    {
        var askedAt = logstash.AskedAt(key.ToString());
        var answers = logstash.Latest(key.ToString());
        return [.. pods.Select(pod => PodState.Of(pod, answers, askedAt)).OrderBy(pod => pod.Name, StringComparer.Ordinal)];
    }

    /// <summary>
    /// Applies what is wished, in order, and deletes what the connection owns and is no longer wished. Where pods run, the API server judges everything first: a change
    /// that it refuses in part is not made at all.
    /// </summary>
    private async Task<AppliedObjects> ApplyAsync(KafkaLogstashConnection entity, ImmutableArray<JsonObject> objects, CancellationToken cancellationToken)
    {
        if (Deployment(entity) is not null || Deployment(entity, Workload.Bridge) is not null)
        {
            foreach (var desired in objects)
            {
                await applier.ApplyAsync(OwnedKinds.Of(desired), desired, Live(entity, desired), new ApplyOptions { DryRun = true }, cancellationToken);
            }
        }

        var wished = new HashSet<(ResourceKind, string)>();
        var deployments = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var isFinal = true;
        foreach (var desired in objects)
        {
            var kind = OwnedKinds.Of(desired);
            var name = desired["metadata"]!["name"]!.GetValue<string>();
            var live = Live(entity, desired);
            wished.Add((kind, name));
            isFinal &= live is not null;
            var result = await applier.ApplyAsync(kind, desired, live, null, cancellationToken);
            if (kind == ResourceKind.Of<V1Deployment>() && result.ResourceVersion is { } version)
            {
                deployments[name] = version;
            }

            if (result.Outcome == ApplyOutcome.Created)
            {
                events.Record(entity, EventType.Normal, "Created", "Apply", $"Created {kind.Kind} {name}.");
            }
            else if (result.Outcome == ApplyOutcome.Updated)
            {
                events.Record(entity, EventType.Normal, "Updated", "Apply", $"Updated {kind.Kind} {name}.");
            }
        }

        var unwished = OwnedKinds.OwnedBy(informers, entity)
            .Where(owned => !wished.Contains((owned.Kind, owned.Live.Metadata.Name)) && owned.Live.Metadata.DeletionTimestamp is null)
            .ToList();
        var stillUsed = unwished.Count > 0 && !IsRolledOut(entity, deployments)
            ? unwished.Where(owned => Retirement.IsForPods(owned.Live, unwished.Select(static other => other.Live))).ToHashSet()
            : [];
        foreach (var (kind, live) in unwished.Where(owned => !stillUsed.Contains(owned)))
        {
            if (await applier.DeleteAsync(kind, live, null, cancellationToken))
            {
                events.Record(entity, EventType.Normal, "Deleted", "Delete", $"Deleted {kind.Kind} {live.Metadata.Name}: it is no longer needed.");
            }
        }

        return new AppliedObjects(deployments.ToImmutable(), isFinal && stillUsed.Count == 0);
    }

    private IKubernetesObject<V1ObjectMeta>? Live(KafkaLogstashConnection entity, JsonObject desired) =>
        OwnedKinds.Live(informers, OwnedKinds.Of(desired), entity.Key() with { Name = desired["metadata"]!["name"]!.GetValue<string>() });

    /// <summary>Whether only pods of the wished Deployments are left, and do what they are for.</summary>
    private bool IsRolledOut(KafkaLogstashConnection entity, IReadOnlyDictionary<string, string> deployments)
    {
        var key = entity.Key();
        var names = new ConnectionNames(key.Name);
        return !informers.For<V1Pod>().Cache.ByIndex(PodIndex, key.ToString())
                .Any(pod => pod.Metadata.DeletionTimestamp is not null && (pod.IsOfDeployment(names.Logstash) || pod.IsOfDeployment(names.Bridge)))
            && deployments.All(applied => informers.For<V1Deployment>().Cache.Get(key with { Name = applied.Key }) is { } live
                && PodProgress.Of(live, [], "pod", applied.Value).IsDone);
    }

    private bool IsCached(NamespacedName key, Reference reference) => Cached(key with { Name = reference.Name }, reference.Kind) is not null;

    private IKubernetesObject<V1ObjectMeta>? Cached(NamespacedName name, ReferenceKind kind) => kind == ReferenceKind.Secret
        ? informers.For<PartialObjectMetadata<V1Secret>>().Cache.Get(name)
        : informers.For<PartialObjectMetadata<V1ConfigMap>>().Cache.Get(name);

    private void Ask(KafkaLogstashConnection entity, KafkaSecrets secrets)
    {
        var key = entity.Key().ToString();
        if (entity.Spec.Kafka.Probe == ProbeMode.Disabled)
        {
            kafka.Forget(key);
            return;
        }

        var isBridged = entity.Spec.Transport == Transport.Bridge;
        var bridge = entity.Spec.Bridge;
        string?[] written =
        [
            entity.Spec.Output?.TopicId,
            isBridged && entity.Spec.Input is not null ? bridge.Source.DeadLetterTopic : null,
            isBridged && entity.Spec.Output is not null ? bridge.Sink.DeadLetterTopic : null,
        ];
        kafka.Follow(key, new KafkaQuestion
        {
            Kafka = entity.Spec.Kafka,
            Secrets = secrets,
            Topics = entity.Spec.Input?.Topics ?? [],

            // A topic that depends on the event or on the pod's environment can't be looked up beforehand.
            WrittenTopics =
            [
                .. written.OfType<string>()
                    .Where(topic => topic.Length > 0 && !topic.Contains("%{", StringComparison.Ordinal) && !topic.Contains("${", StringComparison.Ordinal))
                    .Distinct(StringComparer.Ordinal),
            ],
            TopicsPattern = entity.Spec.Input?.TopicsPattern,
            GroupId = entity.Spec.Input is null ? null : entity.GroupId(),
            AutoOffsetReset = entity.Spec.Input?.AutoOffsetReset ?? default,
            Consumers = entity.Spec.Input is not { } input ? 0 : isBridged ? DesiredBridges(entity) : input.ConsumerThreads * DesiredReplicas(entity),
        });
    }

    private async Task WriteStatusAsync(KafkaLogstashConnection entity, ReconcileOutcome outcome, CancellationToken cancellationToken)
    {
        var key = entity.Key();
        var deployment = Deployment(entity);
        var pods = Pods(key);
        logstash.Follow(key.ToString(), Observed(pods, PodPaths.ApiPort), outcome.AppliedDigest ?? "");
        var applied = Applied(key, outcome);
        var bridge = Bridge(entity, outcome);
        var health = bridge is not null && entity.Spec.Logstash.External is not null
            ? LogstashHealth.External(bridge, isReached: entity.Spec.Input is not null)
            : LogstashHealth.Judge(
                deployment,
                pods,
                logstash.Latest(key.ToString()),
                outcome.AppliedDigest,
                outcome.ReloadsInPlace ? applied : null,
                outcome.Deployments.GetValueOrDefault(new ConnectionNames(key.Name).Logstash),
                RunningBefore(entity));
        var rollout = health.Available.Holds == true && applied is not null
            ? PipelineRollout.Describe(applied, outcome.ReloadsInPlace, outcome.ReloadObstacle, LastRestart(entity), States(key, pods))
            : null;
        var facts = Facts(entity);
        var status = ConnectionStatusBuilder.Build(entity, outcome, health, bridge, facts, rollout, time.GetUtcNow());

        metrics.Show(key, status, facts);
        metrics.Show(key, outcome.Certificates);
        metrics.Show(key, CountPods(entity, pods, health, bridge, outcome));
        Announce(entity, status);
        await applier.ApplyStatusAsync(entity with { Status = status }, entity, cancellationToken);
    }

    private List<WorkloadPods> CountPods(KafkaLogstashConnection entity, List<V1Pod> pods, LogstashHealth health, BridgeHealth? bridge, ReconcileOutcome outcome)
    {
        var key = entity.Key();
        var workloads = new List<WorkloadPods>();
        if (entity.Spec.Logstash.External is null)
        {
            workloads.Add(WorkloadPods.OfLogstash(health.WishedReplicas, health.ReadyReplicas, pods, logstash.Latest(key.ToString()), outcome.AppliedDigest));
        }

        if (bridge is not null)
        {
            workloads.Add(WorkloadPods.OfBridge(bridge.WishedReplicas, bridge.ReadyReplicas, Pods(key, Workload.Bridge), bridges.Latest(key.ToString())));
        }

        return workloads;
    }

    /// <summary>How the bridge pods are; null with the transport Native.</summary>
    private BridgeHealth? Bridge(KafkaLogstashConnection entity, ReconcileOutcome outcome)
    {
        var key = entity.Key();
        if (entity.Spec.Transport != Transport.Bridge)
        {
            bridges.Forget(key.ToString());
            return null;
        }

        var pods = Pods(key, Workload.Bridge);
        bridges.Follow(key.ToString(), Observed(pods, BridgeDefaults.ManagementPort), "");
        return BridgeHealth.Judge(Deployment(entity, Workload.Bridge), pods, bridges.Latest(key.ToString()), outcome.Deployments.GetValueOrDefault(new ConnectionNames(key.Name).Bridge));
    }

    /// <summary>The pipeline that all pods ran when it was looked last; null where they did not.</summary>
    private static string? RunningBefore(KafkaLogstashConnection entity) =>
        entity.Status?.Conditions.Any(condition => condition is { Type: ConditionTypes.LogstashAvailable, Status: "True" }) == true ? entity.Status.PipelineHash : null;

    /// <summary>Tells people once about each change for the worse, and about getting ready.</summary>
    private void Announce(KafkaLogstashConnection entity, ConnectionStatus status)
    {
        V1Condition? Before(string type) => entity.Status?.Conditions.FirstOrDefault(condition => condition.Type == type);
        foreach (var condition in status.Conditions)
        {
            var before = Before(condition.Type);
            var changed = before is null || before.Status != condition.Status || before.Reason != condition.Reason
                || (before.Message != condition.Message && before.ObservedGeneration != condition.ObservedGeneration);
            if (changed && condition is { Status: "False", Type: ConditionTypes.Accepted or ConditionTypes.ReferencesResolved or ConditionTypes.KafkaReachable or ConditionTypes.TopicsAvailable or ConditionTypes.BridgeAvailable } && condition.Reason is not ("RollingOut" or "NotDeployed"))
            {
                events.Record(entity, EventType.Warning, condition.Reason, "Reconcile", condition.Message);
            }
            else if (condition is { Type: ConditionTypes.Ready, Status: "True" } && before?.Status != "True")
            {
                events.Record(entity, EventType.Normal, "Ready", "Reconcile", condition.Message);
            }
        }

        if (status.Rollout is { Method: ReloadMode.InPlace } rollout && status.PipelineHash != entity.Status?.PipelineHash)
        {
            events.Record(entity, EventType.Normal, "Reloaded", "Reconcile", rollout.Message);
        }
    }

    private static ImmutableArray<ObservedPod> Observed(IEnumerable<V1Pod> pods, int port) =>
    [
        .. pods
            .Select(pod => pod.Status is { Phase: "Running", PodIP: { Length: > 0 } address } && IPAddress.TryParse(address, out var parsed)
                ? new ObservedPod(pod.Metadata.Name, parsed, port)
                : null)
            .OfType<ObservedPod>()
            .OrderBy(pod => pod.Name, StringComparer.Ordinal),
    ];

    /// <summary>The number of Logstash pods.</summary>
    private int DesiredReplicas(KafkaLogstashConnection entity) => Desired(entity, Workload.Logstash, entity.Spec.Logstash.Replicas);

    /// <summary>The number of bridge pods.</summary>
    private int DesiredBridges(KafkaLogstashConnection entity) => Desired(entity, Workload.Bridge, entity.Spec.Bridge.Replicas);

    /// <summary>A number of pods: as the spec says, or, where they are scaled by lag, what was decided on; before the first decision, what they are within the bounds.</summary>
    private int Desired(KafkaLogstashConnection entity, Workload workload, int specified) => entity.Spec.Autoscaling is { } scaling && Scaled(entity) == workload
        ? Math.Clamp(scaler.Replicas(entity.Key()) ?? Deployment(entity, workload)?.Spec.Replicas ?? scaling.MinReplicas, scaling.MinReplicas, scaling.MaxReplicas)
        : specified;

    /// <summary>The salt in the derived Secret, or a new one. It is read from the API server: a cache that lags behind would make pods roll for nothing.</summary>
    private async Task<string> SaltAsync(NamespacedName secret, CancellationToken cancellationToken) =>
        await reader.SecretAsync(secret, cancellationToken) is { } data && data.TryGetValue(KafkaClientSecret.SaltKey, out var salt) && salt.Length > 0
            ? Encoding.UTF8.GetString(salt)
            : RandomNumberGenerator.GetHexString(32, lowercase: true);

    private string? LiveDigest(NamespacedName key) =>
        LivePipeline(key)?.Annotations?.TryGetValue(ConnectionLabels.PipelineHash, out var digest) == true ? digest : null;

    /// <summary>The ConfigMap that pods made from now on read their pipeline from; null where there is none yet.</summary>
    private V1ObjectMeta? LivePipeline(NamespacedName key) =>
        informers.For<V1Deployment>().Cache.Get(key with { Name = new ConnectionNames(key.Name).Logstash }) is { } deployment
            && LogstashDeployment.PipelineOf(deployment) is { } name
                ? informers.For<PartialObjectMetadata<V1ConfigMap>>().Cache.Get(key with { Name = name })?.Metadata
                : null;

    /// <summary>Names everything that a reconcile looks at, by version: where it is the same, the outcome is.</summary>
    private string Fingerprint(KafkaLogstashConnection entity)
    {
        var key = entity.Key();
        var parts = new List<string> { entity.Metadata.Uid, $"{entity.Metadata.Generation}" };
        foreach (var reference in ConnectionReferences.Of(entity.Spec).Select(reference => (reference.Kind, reference.Name)).Distinct())
        {
            var name = key with { Name = reference.Name };
            var live = Cached(name, reference.Kind);
            parts.Add($"{reference.Kind}/{reference.Name}@{live?.Metadata.Uid}:{live?.Metadata.ResourceVersion}");
        }

        parts.AddRange(OwnedKinds.OwnedBy(informers, entity)
            .Select(owned => $"{owned.Kind}/{owned.Live.Metadata.Name}@{owned.Live.Metadata.Uid}:{OwnedKinds.Version(owned.Live)}")
            .Order(StringComparer.Ordinal));
        return string.Join('\n', parts);
    }

    /// <summary>The index of pods by the connection they belong to.</summary>
    internal const string PodIndex = "connection";

    /// <summary>Files a pod under its connection.</summary>
    internal static IEnumerable<string> ConnectionOf(V1Pod pod) =>
        pod.Metadata.Labels?.TryGetValue(ConnectionLabels.Instance, out var name) == true ? [new NamespacedName(pod.Metadata.NamespaceProperty, name).ToString()] : [];

    /// <summary>What came of an apply.</summary>
    /// <param name="Deployments">See <see cref="ReconcileOutcome.Deployments"/>.</param>
    /// <param name="IsFinal">See <see cref="ReconcileOutcome.IsFinal"/>.</param>
    private sealed record AppliedObjects(ImmutableDictionary<string, string> Deployments, bool IsFinal);

    private sealed record Settled(string Fingerprint, ReconcileOutcome Outcome);
}
