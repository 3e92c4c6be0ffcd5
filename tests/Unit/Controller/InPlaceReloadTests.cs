using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Observation;
using KafkaLogstash.Controller.Rollout;

namespace KafkaLogstash.Tests.Unit.Controller;

public sealed class InPlaceReloadTests
{
    private const string Wished = "4f2a9c1b7d3e5a60";
    private const string Old = "0123456789abcdef";

    private static readonly DateTimeOffset At = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly AppliedPipeline Applied = new(Wished, At);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public void A_pod_that_runs_the_pipeline_is_left_alone() =>
        Assert.Equal(ReloadDecision.None, Decide(Patience * 2, Pod(new PipelineObservation.Present(Wished))));

    [Fact]
    public void A_pod_that_was_started_with_the_pipeline_is_left_alone() =>
        Assert.Equal(ReloadDecision.None, Decide(Patience * 2, new PodState("a", At, null)));

    [Fact]
    public void The_proof_is_waited_for_until_the_time_is_up()
    {
        Assert.Equal(new ReloadDecision(null, TimeSpan.FromMinutes(2)), Decide(TimeSpan.FromMinutes(1), Pod(new PipelineObservation.Present(Old))));
        Assert.Equal(
            $"Logstash in pod a did not prove within 180 s that it runs the pipeline {Wished}.",
            Decide(Patience, Pod(new PipelineObservation.Present(Old))).RestartReason);
        Assert.Contains("does not listen", Decide(Patience, Pod(new PipelineObservation.Unreachable("its node API does not listen"))).RestartReason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_pod_said_before_the_time_was_up_is_no_reason_to_restart_it()
    {
        var early = Pod(new PipelineObservation.Present(Old)) with { AskedAt = At + Patience - TimeSpan.FromSeconds(1) };

        Assert.Equal(new ReloadDecision(null, TimeSpan.FromSeconds(5)), Decide(Patience * 2, early));
        Assert.NotNull(Decide(Patience * 2, early with { AskedAt = At + Patience }).RestartReason);
    }

    [Fact]
    public void A_pod_that_was_not_asked_yet_is_not_restarted() =>
        Assert.Equal(new ReloadDecision(null, TimeSpan.FromSeconds(5)), InPlaceReload.Decide(Applied, Deployment(null), null, [new PodState("a", At.AddHours(-1), null)], At + (Patience * 2), Patience));

    [Fact]
    public void A_reload_that_failed_is_not_waited_for()
    {
        var failed = Pod(new PipelineObservation.Present(Old, "no such option", At.AddSeconds(1)));

        Assert.Equal($"Logstash in pod a could not reload the pipeline {Wished} in place: no such option", Decide(TimeSpan.FromSeconds(2), failed).RestartReason);
    }

    [Fact]
    public void A_failure_of_an_earlier_pipeline_does_not_count() =>
        Assert.Null(Decide(TimeSpan.FromSeconds(2), Pod(new PipelineObservation.Absent("no such option", At.AddSeconds(-1)))).RestartReason);

    [Fact]
    public void Pods_are_restarted_once_for_a_pipeline_and_again_when_it_was_applied_anew()
    {
        var pod = Pod(new PipelineObservation.Present(Old));

        Assert.Equal(ReloadDecision.None, Decide(Patience * 2, pod, new PodRestart(Wished, At.AddMinutes(3), "it was stuck")));
        Assert.NotNull(Decide(Patience * 2, pod, new PodRestart(Wished, At.AddMinutes(-3), "it was stuck")).RestartReason);
        Assert.NotNull(Decide(Patience * 2, pod, new PodRestart(Old, At.AddMinutes(3), "it was stuck")).RestartReason);
    }

    [Fact]
    public void Pods_that_are_rolled_anyway_are_not_restarted()
    {
        var deployment = Deployment(null);
        deployment.Status.UpdatedReplicas = 0;

        Assert.Equal(ReloadDecision.None, InPlaceReload.Decide(Applied, deployment, null, [Pod(new PipelineObservation.Present(Old))], At + (Patience * 2), Patience));
    }

    [Fact]
    public void The_status_says_how_the_pipeline_came()
    {
        var older = Pod(new PipelineObservation.Present(Wished));
        var restart = new PodRestart(Wished, At.AddMinutes(3), "It was stuck.");

        Assert.Equal(ReloadMode.InPlace, Describe(true, null, null, older).Method);
        Assert.Equal(ReloadMode.Rolling, Describe(true, null, null, older with { StartedAt = At }).Method);
        Assert.Equal("The pods were restarted: It was stuck.", Describe(true, null, restart, older with { StartedAt = At.AddMinutes(4) }).Message);
        Assert.Equal("The pods were started with the pipeline: no way.", Describe(false, "no way.", null, older with { StartedAt = At }).Message);

        RolloutStatus Describe(bool inPlace, string? obstacle, PodRestart? restarted, PodState pod) =>
            PipelineRollout.Describe(Applied, inPlace, obstacle, PodRestart.Of(Deployment(restarted)), [pod]);
    }

    private static ReloadDecision Decide(TimeSpan later, PodState pod, PodRestart? restart = null) =>
        InPlaceReload.Decide(Applied, Deployment(restart), PodRestart.Of(Deployment(restart)), [pod with { AskedAt = pod.AskedAt ?? (At + later) }], At + later, Patience);

    private static PodState Pod(PipelineObservation answer) => new("a", At.AddHours(-1), answer);

    private static V1Deployment Deployment(PodRestart? restart)
    {
        var annotations = new System.Text.Json.Nodes.JsonObject();
        restart?.AddTo(annotations);
        return new V1Deployment
        {
            Metadata = new V1ObjectMeta { Generation = 1 },
            Spec = new V1DeploymentSpec
            {
                Replicas = 1,
                Template = new V1PodTemplateSpec { Metadata = new V1ObjectMeta { Annotations = annotations.ToDictionary(item => item.Key, item => item.Value!.ToString()) } },
            },
            Status = new V1DeploymentStatus { ObservedGeneration = 1, Replicas = 1, UpdatedReplicas = 1, ReadyReplicas = 1 },
        };
    }
}
