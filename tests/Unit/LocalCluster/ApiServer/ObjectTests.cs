using k8s;
using k8s.Models;

namespace KafkaLogstash.Tests.Unit.LocalCluster.ApiServer;

public sealed class ObjectTests : ServerFixture
{
    private const string Deployments = "/apis/apps/v1/namespaces/default/deployments";

    [Fact]
    public async Task A_stale_resource_version_is_a_conflict()
    {
        var created = await Client.CoreV1.CreateNamespacedConfigMapAsync(ConfigMap("a"), "default", cancellationToken: Cancellation);
        await Client.CoreV1.ReplaceNamespacedConfigMapAsync(ConfigMap("a", ("k", "1")), "a", "default", cancellationToken: Cancellation);
        var refusal = await RefusalAsync(() => Client.CoreV1.ReplaceNamespacedConfigMapAsync(created, "a", "default", cancellationToken: Cancellation));
        Assert.Equal("Conflict", refusal.Reason);
        Assert.Equal(
            "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again",
            refusal.Message);
    }

    [Fact]
    public async Task A_write_that_changes_nothing_keeps_the_resource_version()
    {
        var first = await Client.AppsV1.CreateNamespacedDeploymentAsync(Deployment("web"), "default", cancellationToken: Cancellation);
        var second = await Client.AppsV1.ReplaceNamespacedDeploymentAsync(first, "web", "default", cancellationToken: Cancellation);
        Assert.Equal(first.ResourceVersion(), second.ResourceVersion());
    }

    [Fact]
    public async Task Generation_counts_changes_of_the_spec_and_not_of_the_status()
    {
        var created = await Client.AppsV1.CreateNamespacedDeploymentAsync(Deployment("web"), "default", cancellationToken: Cancellation);
        Assert.Equal(1, created.Metadata.Generation);
        created.Status = new V1DeploymentStatus { Replicas = 1, ReadyReplicas = 1 };
        created.Spec.Replicas = 7;
        var updated = await Client.AppsV1.ReplaceNamespacedDeploymentStatusAsync(created, "web", "default", cancellationToken: Cancellation);
        Assert.Equal((1, 1, 1), (updated.Metadata.Generation, updated.Spec.Replicas, updated.Status.ReadyReplicas));
        updated.Spec.Replicas = 3;
        updated.Status = new V1DeploymentStatus();
        updated = await Client.AppsV1.ReplaceNamespacedDeploymentAsync(updated, "web", "default", cancellationToken: Cancellation);
        Assert.Equal((2, 3, 1), (updated.Metadata.Generation, updated.Spec.Replicas, updated.Status.ReadyReplicas));
    }

    [Fact]
    public async Task Deployments_get_the_defaults_of_a_real_server()
    {
        var made = await Client.AppsV1.CreateNamespacedDeploymentAsync(Deployment("web"), "default", cancellationToken: Cancellation);
        Assert.Equal(("RollingUpdate", "25%", 10, 600), (made.Spec.Strategy.Type, made.Spec.Strategy.RollingUpdate.MaxSurge.Value, made.Spec.RevisionHistoryLimit, made.Spec.ProgressDeadlineSeconds));
        var pod = made.Spec.Template.Spec;
        Assert.Equal(("Always", "ClusterFirst", 30L, "default-scheduler"), (pod.RestartPolicy, pod.DnsPolicy, pod.TerminationGracePeriodSeconds, pod.SchedulerName));
        Assert.Equal(("IfNotPresent", "/dev/termination-log", "File"), (pod.Containers[0].ImagePullPolicy, pod.Containers[0].TerminationMessagePath, pod.Containers[0].TerminationMessagePolicy));
        Assert.NotNull(pod.SecurityContext);
    }

    [Fact]
    public async Task Empty_values_and_odd_quantities_come_back_as_go_writes_them()
    {
        var (_, made, _) = await SendAsync("POST", Deployments, """
            {"metadata":{"name":"web","labels":{}},"spec":{"minReadySeconds":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
            "spec":{"containers":[{"name":"c","image":"i","env":[{"name":"E","value":""}],"resources":{"limits":{"memory":"1024Mi","cpu":"0.5"}}}]}}}}
            """);
        var container = made["spec"]!["template"]!["spec"]!["containers"]![0]!;
        Assert.Null(made["metadata"]!["labels"]);
        Assert.Null(made["spec"]!["minReadySeconds"]);
        Assert.Equal("""{"name":"E"}""", container["env"]![0]!.ToJsonString());
        Assert.Equal("""{"limits":{"memory":"1Gi","cpu":"500m"}}""", container["resources"]!.ToJsonString());
    }

    [Fact]
    public async Task Invalid_objects_are_refused_with_every_reason()
    {
        var (code, status, _) = await SendAsync("POST", Deployments, """
            {"metadata":{"name":"web"},"spec":{"replicas":-1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"c"}},
            "spec":{"containers":[{"name":"c","image":"i","volumeMounts":[{"name":"no","mountPath":"/x"}]}]}}}}
            """);
        Assert.Equal(422, code);
        Assert.Equal(
            "Deployment.apps \"web\" is invalid: [spec.replicas: Invalid value: -1: must be greater than or equal to 0, "
            + "spec.template.metadata.labels: Invalid value: {\"a\":\"c\"}: `selector` does not match template `labels`, "
            + "spec.template.spec.containers[0].volumeMounts[0].name: Not found: \"no\"]",
            status["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_must_not_change_does_not()
    {
        await Client.AppsV1.CreateNamespacedDeploymentAsync(Deployment("web"), "default", cancellationToken: Cancellation);
        var (code, status, _) = await SendAsync("PATCH", $"{Deployments}/web", """
            {"spec":{"selector":{"matchLabels":{"app":"x"}},"template":{"metadata":{"labels":{"app":"x"}}}}}
            """, "application/merge-patch+json");
        Assert.Equal(422, code);
        Assert.Equal(
            "Deployment.apps \"web\" is invalid: spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"x\"}}: field is immutable",
            status["message"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("Strict", 400, null)]
    [InlineData("Warn", 201, "299 - \"unknown field \\\"dat\\\"\"")]
    [InlineData("Ignore", 201, null)]
    public async Task Unknown_fields_are_refused_warned_of_or_dropped(string validation, int expected, string? warning)
    {
        var (code, body, headers) = await SendAsync(
            "POST", $"/api/v1/namespaces/default/configmaps?fieldValidation={validation}", """{"metadata":{"name":"a"},"dat":{"x":"1"}}""");
        Assert.Equal(expected, code);
        Assert.Null(body["dat"]);
        Assert.Equal(warning, headers.TryGetValues("Warning", out var values) ? values.Single() : null);
    }

    [Fact]
    public async Task A_dry_run_answers_and_stores_nothing()
    {
        await Client.CoreV1.CreateNamespacedConfigMapAsync(ConfigMap("a"), "default", dryRun: "All", cancellationToken: Cancellation);
        Assert.Equal(404, (await RefusalAsync(() => Client.CoreV1.ReadNamespacedConfigMapAsync("a", "default", cancellationToken: Cancellation))).Code);
    }

    [Fact]
    public async Task Finalizers_keep_a_deleted_object_until_they_are_gone()
    {
        var map = ConfigMap("a");
        map.Metadata.Finalizers = ["example.com/keep"];
        await Client.CoreV1.CreateNamespacedConfigMapAsync(map, "default", cancellationToken: Cancellation);
        await Client.CoreV1.DeleteNamespacedConfigMapAsync("a", "default", cancellationToken: Cancellation);
        var kept = await Client.CoreV1.ReadNamespacedConfigMapAsync("a", "default", cancellationToken: Cancellation);
        Assert.NotNull(kept.Metadata.DeletionTimestamp);
        kept.Metadata.Finalizers = ["example.com/keep", "example.com/another"];
        var refusal = await RefusalAsync(() => Client.CoreV1.ReplaceNamespacedConfigMapAsync(kept, "a", "default", cancellationToken: Cancellation));
        Assert.Contains("no new finalizers can be added if the object is being deleted", refusal.Message, StringComparison.Ordinal);
        kept.Metadata.Finalizers = null;
        await Client.CoreV1.ReplaceNamespacedConfigMapAsync(kept, "a", "default", cancellationToken: Cancellation);
        Assert.Equal(404, (await RefusalAsync(() => Client.CoreV1.ReadNamespacedConfigMapAsync("a", "default", cancellationToken: Cancellation))).Code);
    }

    [Fact]
    public async Task A_pod_on_a_node_is_deleted_when_the_node_says_so()
    {
        await Client.CoreV1.CreateNamespacedPodAsync(Pod("free"), "default", cancellationToken: Cancellation);
        await Client.CoreV1.CreateNamespacedPodAsync(Pod("bound", "node-1"), "default", cancellationToken: Cancellation);
        await Client.CoreV1.DeleteNamespacedPodAsync("free", "default", cancellationToken: Cancellation);
        await Client.CoreV1.DeleteNamespacedPodAsync("bound", "default", cancellationToken: Cancellation);
        var left = Assert.Single((await Client.CoreV1.ListNamespacedPodAsync("default", cancellationToken: Cancellation)).Items);
        Assert.Equal(("bound", 30L), (left.Name(), left.Metadata.DeletionGracePeriodSeconds));
        await Client.CoreV1.DeleteNamespacedPodAsync("bound", "default", gracePeriodSeconds: 0, cancellationToken: Cancellation);
        Assert.Empty((await Client.CoreV1.ListNamespacedPodAsync("default", cancellationToken: Cancellation)).Items);
    }

    [Fact]
    public async Task Pages_show_one_moment_of_the_list()
    {
        for (var i = 0; i < 5; i++)
        {
            await Client.CoreV1.CreateNamespacedConfigMapAsync(ConfigMap($"m{i}"), "default", cancellationToken: Cancellation);
        }

        var first = await Client.CoreV1.ListNamespacedConfigMapAsync("default", limit: 2, cancellationToken: Cancellation);
        Assert.Equal(3, first.Metadata.RemainingItemCount);
        await Client.CoreV1.DeleteNamespacedConfigMapAsync("m3", "default", cancellationToken: Cancellation);
        await Client.CoreV1.CreateNamespacedConfigMapAsync(ConfigMap("m9"), "default", cancellationToken: Cancellation);
        var second = await Client.CoreV1.ListNamespacedConfigMapAsync("default", limit: 9, continueParameter: first.Metadata.ContinueProperty, cancellationToken: Cancellation);
        Assert.Equal(["m2", "m3", "m4"], second.Items.Select(item => item.Name()));
        Assert.Equal(first.ResourceVersion(), second.ResourceVersion());
        Server.Faults.CompactHistory();
        var refusal = await RefusalAsync(() => Client.CoreV1.ListNamespacedConfigMapAsync(
            "default", limit: 9, continueParameter: first.Metadata.ContinueProperty, cancellationToken: Cancellation));
        Assert.Equal((410, "Expired"), (refusal.Code, refusal.Reason));
    }

    [Theory]
    [InlineData("labelSelector=tier+in+(a,b),!old", "x,y")]
    [InlineData("labelSelector=tier!=a", "y,z")]
    [InlineData("labelSelector=tier+notin+(b)", "x,z")]
    [InlineData("fieldSelector=metadata.name%3Dz", "z")]
    public async Task Selectors_choose(string query, string expected)
    {
        foreach (var (name, tier) in ((string, string?)[])[("x", "a"), ("y", "b"), ("z", null)])
        {
            var map = ConfigMap(name);
            map.Metadata.Labels = tier is null ? null : new Dictionary<string, string> { ["tier"] = tier };
            await Client.CoreV1.CreateNamespacedConfigMapAsync(map, "default", cancellationToken: Cancellation);
        }

        var (_, list, _) = await SendAsync("GET", $"/api/v1/configmaps?{query}");
        Assert.Equal(expected, string.Join(',', list["items"]!.AsArray().Select(item => item!["metadata"]!["name"])));
    }

    [Fact]
    public async Task Secrets_take_texts_and_keep_bytes()
    {
        var made = await Client.CoreV1.CreateNamespacedSecretAsync(
            new V1Secret { Metadata = new V1ObjectMeta { Name = "s" }, StringData = new Dictionary<string, string> { ["k"] = "v" } },
            "default",
            cancellationToken: Cancellation);
        Assert.Equal(("Opaque", "v"), (made.Type, System.Text.Encoding.UTF8.GetString(made.Data["k"])));
        Assert.Null(made.StringData);
    }

    [Fact]
    public async Task Events_have_two_faces()
    {
        await Client.EventsV1.CreateNamespacedEventAsync(
            new Eventsv1Event
            {
                Metadata = new V1ObjectMeta { Name = "e" },
                EventTime = DateTime.UtcNow,
                Reason = "Rolled",
                Action = "Roll",
                Note = "did it",
                Type = "Normal",
                ReportingController = "example.com/controller",
                ReportingInstance = "one",
                Regarding = new V1ObjectReference { Kind = "Pod", Name = "p", NamespaceProperty = "default" },
            },
            "default",
            cancellationToken: Cancellation);
        var core = await Client.CoreV1.ListNamespacedEventAsync("default", fieldSelector: "involvedObject.name=p", cancellationToken: Cancellation);
        Assert.Equal(("did it", "Pod"), (core.Items.Single().Message, core.Items.Single().InvolvedObject.Kind));
        var made = await Client.EventsV1.ReadNamespacedEventAsync("e", "default", cancellationToken: Cancellation);
        Assert.Equal("did it", made.Note);
    }

    [Fact]
    public async Task Tables_hold_what_kubectl_prints()
    {
        await Client.AppsV1.CreateNamespacedDeploymentAsync(Deployment("web", 2), "default", cancellationToken: Cancellation);
        var (_, table, _) = await SendAsync("GET", Deployments, accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
        Assert.Equal(
            ["Name", "Ready", "Up-to-date", "Available", "Age", "Containers", "Images", "Selector"],
            table["columnDefinitions"]!.AsArray().Select(column => column!["name"]!.GetValue<string>()));
        var cells = table["rows"]![0]!["cells"]!.AsArray();
        Assert.Equal(("web", "0/2", "registry.example/app:1", "app=web"), (Text(0), Text(1), Text(6), Text(7)));
        Assert.Equal("PartialObjectMetadata", table["rows"]![0]!["object"]!["kind"]!.GetValue<string>());

        string Text(int index) => cells[index]!.GetValue<string>();
    }

    [Fact]
    public async Task A_namespace_waits_for_its_finalizers_and_takes_nothing_new()
    {
        await Client.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = "shop" } }, cancellationToken: Cancellation);
        await Client.CoreV1.DeleteNamespaceAsync("shop", cancellationToken: Cancellation);
        var ns = await Client.CoreV1.ReadNamespaceAsync("shop", cancellationToken: Cancellation);
        Assert.Equal("Terminating", ns.Status.Phase);
        var map = ConfigMap("a");
        map.Metadata.NamespaceProperty = "shop";
        var refusal = await RefusalAsync(() => Client.CoreV1.CreateNamespacedConfigMapAsync(map, "shop", cancellationToken: Cancellation));
        Assert.Equal("configmaps \"a\" is forbidden: unable to create new content in namespace shop because it is being terminated", refusal.Message);
        ns.Spec.Finalizers = null;
        await Client.CoreV1.ReplaceNamespaceFinalizeAsync(ns, "shop", cancellationToken: Cancellation);
        Assert.Equal(404, (await RefusalAsync(() => Client.CoreV1.ReadNamespaceAsync("shop", cancellationToken: Cancellation))).Code);
    }

    [Fact]
    public async Task Restricted_namespaces_refuse_careless_pods()
    {
        await Client.CoreV1.CreateNamespaceAsync(
            new V1Namespace
            {
                Metadata = new V1ObjectMeta
                {
                    Name = "strict",
                    Labels = new Dictionary<string, string> { ["pod-security.kubernetes.io/enforce"] = "restricted" },
                },
            },
            cancellationToken: Cancellation);
        var refusal = await RefusalAsync(() => Client.CoreV1.CreateNamespacedPodAsync(Pod("careless"), "strict", cancellationToken: Cancellation));
        Assert.Equal(
            "pods \"careless\" is forbidden: violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"main\" must set "
            + "securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container \"main\" must set securityContext.capabilities.drop=[\"ALL\"]), "
            + "runAsNonRoot != true (pod or container \"main\" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container \"main\" must set "
            + "securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")",
            refusal.Message);
    }

    [Fact]
    public async Task Logs_come_from_the_node()
    {
        Server.PodLogs = async (request, destination, cancellationToken) =>
        {
            await destination.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"{request.Pod}/{request.Container}"), cancellationToken);
            return true;
        };
        await Client.CoreV1.CreateNamespacedPodAsync(Pod("p", "node-1"), "default", cancellationToken: Cancellation);
        await using var log = await Client.CoreV1.ReadNamespacedPodLogAsync("p", "default", cancellationToken: Cancellation);
        using var reader = new StreamReader(log);
        Assert.Equal("p/main", await reader.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task Applies_own_fields_and_conflict_over_them()
    {
        const string Path = "/api/v1/namespaces/default/configmaps/a";
        const string Media = "application/apply-patch+yaml";
        var (created, _, _) = await SendAsync("PATCH", $"{Path}?fieldManager=one", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: one, old: x}}", Media);
        Assert.Equal(201, created);
        var (code, status, _) = await SendAsync("PATCH", $"{Path}?fieldManager=two", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: two}}", Media);
        Assert.Equal(409, code);
        Assert.Equal("FieldManagerConflict", status["details"]!["causes"]![0]!["reason"]!.GetValue<string>());
        var (_, forced, _) = await SendAsync("PATCH", $"{Path}?fieldManager=two&force=true", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: two}}", Media);
        Assert.Equal("two", forced["data"]!["k"]!.GetValue<string>());
        var (_, again, _) = await SendAsync("PATCH", $"{Path}?fieldManager=two&force=true", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: two}}", Media);
        Assert.Equal(forced["metadata"]!["resourceVersion"]!.GetValue<string>(), again["metadata"]!["resourceVersion"]!.GetValue<string>());
        var (_, shrunk, _) = await SendAsync("PATCH", $"{Path}?fieldManager=one", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {}}", Media);
        Assert.Equal("""{"k":"two"}""", shrunk["data"]!.ToJsonString());
    }

    [Fact]
    public async Task Strategic_patches_merge_lists_by_key()
    {
        await Client.AppsV1.CreateNamespacedDeploymentAsync(Deployment("web"), "default", cancellationToken: Cancellation);
        var (_, patched, _) = await SendAsync(
            "PATCH",
            $"{Deployments}/web",
            """{"spec":{"template":{"spec":{"containers":[{"name":"main","env":[{"name":"A","value":"1"}]}]}}}}""",
            "application/strategic-merge-patch+json");
        var container = patched["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Single()!;
        Assert.Equal(("registry.example/app:1", "A"), (container["image"]!.GetValue<string>(), container["env"]![0]!["name"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Json_patches_that_do_not_fit_are_refused()
    {
        await Client.CoreV1.CreateNamespacedConfigMapAsync(ConfigMap("a"), "default", cancellationToken: Cancellation);
        var (code, _, _) = await SendAsync(
            "PATCH", "/api/v1/namespaces/default/configmaps/a", """[{"op":"remove","path":"/data/none"}]""", "application/json-patch+json");
        Assert.Equal(422, code);
    }
}
