using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Kinds;
using KafkaLogstash.LocalCluster.Run;
using KafkaLogstash.Tests.Integration.Verbs;
using k8s.Models;

namespace KafkaLogstash.Tests.Integration.Chart;

/// <summary>What the chart renders, over a matrix of values.</summary>
public sealed class ChartRenderingTests
{
    private const string Everything = """
        global: {imageRegistry: "registry.example.com:5000/mirror", imagePullSecrets: [{name: registry}]}
        commonLabels: {team: platform}
        commonAnnotations: {example.com/owner: platform}
        replicas: 2
        policy: {deniedPlugins: [ruby, output/file], deniedSettings: [http.host]}
        settings: {concurrency: 8, reloadTimeout: 1m30s, logFormat: plain, logLevel: debug}
        serviceAccount: {annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::1:role/r"}}
        metrics:
          service: {port: 9090, annotations: {example.com/a: b}}
          serviceMonitor:
            enabled: true
            namespace: monitoring
            labels: {release: prometheus}
            scrapeTimeout: 10s
            relabelings: [{action: replace, sourceLabels: [__meta_kubernetes_pod_node_name], targetLabel: node}]
            metricRelabelings: [{action: labeldrop, regex: pod}]
          podMonitor: {enabled: true, namespace: monitoring, labels: {release: prometheus}, scrapeTimeout: 10s, relabelings: [{action: labeldrop, regex: pod}]}
          prometheusRule: {enabled: true, namespace: monitoring, labels: {release: prometheus}}
          dashboards: {enabled: true, namespace: monitoring, annotations: {grafana_folder: Kafka}}
        networkPolicy:
          enabled: true
          metricsFrom: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]
          egress: [{ports: [{port: 53, protocol: UDP}]}, {to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]
        podDisruptionBudget: {maxUnavailable: 50%}
        resources: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi}}
        deploymentAnnotations: {example.com/d: d}
        podLabels: {example.com/pod: p}
        podAnnotations: {example.com/pod: p}
        priorityClassName: system-cluster-critical
        nodeSelector: {kubernetes.io/os: linux}
        tolerations: [{key: infra, operator: Exists}]
        affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: infra, operator: Exists}]}]}}}
        extraEnv: [{name: HTTPS_PROXY, value: "http://proxy:3128"}]
        extraArgs: [--listen=0.0.0.0:8080]
        extraVolumes: [{name: ca, configMap: {name: ca}}]
        extraVolumeMounts: [{name: ca, mountPath: /etc/ssl/private-ca, readOnly: true}]
        probes: {readiness: {periodSeconds: 10}}
        """;

    public static TheoryData<string> Matrix => new(
        "",
        Everything,
        "replicas: 2",
        "replicas: 0",
        "watchNamespaces: [shop, billing]",
        "{watchNamespaces: [shop], replicas: 2, leaderElection: {enabled: true}, rbac: {userRoles: false}}",
        "leaderElection: {enabled: false}",
        "crds: {enabled: false}",
        "crds: {keep: false}",
        "rbac: {create: false, userRoles: false}",
        "serviceAccount: {create: false}",
        "serviceAccount: {name: own}",
        "metrics: {service: {enabled: false}}",
        "metrics: {serviceMonitor: {enabled: true}, podMonitor: {enabled: true}, prometheusRule: {enabled: true}, dashboards: {enabled: true}}",
        "networkPolicy: {enabled: true}",
        "webhook: {enabled: true}",
        "webhook: {enabled: true, certManager: {enabled: true}}",
        "{webhook: {enabled: true, failurePolicy: Fail, timeoutSeconds: 5}, rbac: {create: false}, networkPolicy: {enabled: true}}",
        "{webhook: {enabled: true, certManager: {enabled: true, issuerRef: {kind: ClusterIssuer, name: internal}}}, watchNamespaces: [shop]}",
        """
        fullnameOverride: "123"
        nameOverride: "456"
        serviceAccount: {name: "1e3"}
        priorityClassName: "7"
        watchNamespaces: ["789"]
        commonLabels: {team: platform, app.kubernetes.io/name: umbrella, app.kubernetes.io/component: all, app.kubernetes.io/managed-by: flux}
        podLabels: {team: pods, app.kubernetes.io/instance: other}
        podAnnotations: {kubectl.kubernetes.io/default-container: sidecar}
        rbac: {namespaceDeletion: true}
        webhook: {enabled: true, certManager: {enabled: true}}
        metrics: {serviceMonitor: {enabled: true, labels: {team: metrics, app.kubernetes.io/part-of: monitoring}}, podMonitor: {enabled: true}}
        networkPolicy: {enabled: true}
        """,
        "{fullnameOverride: klo, topologySpreadConstraints: [], replicas: 3, podDisruptionBudget: {enabled: false}}",
        "image: {tag: 1.2.3, digest: \"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}");

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task Each_object_is_one_that_Kubernetes_knows_and_its_pods_are_restricted(string values)
    {
        var chart = await RenderedChart.WithAsync(values);

        Assert.NotEmpty(chart.Objects);
        Assert.All(chart.Objects, static item => KubernetesModels.Read(item));
        Assert.All(chart.Objects, static item => Assert.Equal("Helm", RenderedChart.Text(item, "metadata", "labels", "app.kubernetes.io/managed-by")));
        Assert.All(chart.Of("Pod"), static pod => Assert.Empty(PodSecurity.Violations(pod["spec"]!.AsObject(), "restricted")));
        Assert.All(chart.Of("Deployment"), static deployment => Assert.Empty(PodSecurity.Violations(deployment["spec"]!["template"]!["spec"]!.AsObject(), "restricted")));
        Assert.All(Containers(chart), static container => Assert.Equal("true", RenderedChart.Text(container, "securityContext", "readOnlyRootFilesystem")));
        Assert.Equal(
            chart.Objects.Count,
            chart.Objects.Select(static item => (RenderedChart.Text(item, "kind"), RenderedChart.Text(item, "metadata", "namespace"), RenderedChart.Text(item, "metadata", "name"))).Distinct().Count());
        Assert.Empty(Dangling(chart));
    }

    [Fact]
    public async Task Nothing_is_cluster_wide_where_namespaces_are_listed()
    {
        var chart = await RenderedChart.WithAsync("{watchNamespaces: [shop, billing], crds: {enabled: false}, rbac: {userRoles: false}}");

        Assert.DoesNotContain(chart.Objects, static item => RenderedChart.Text(item, "metadata", "namespace").Length == 0);
        Assert.Equal(
            ["billing", RenderedChart.Namespace, "shop"],
            chart.Of("RoleBinding").Select(static binding => RenderedChart.Text(binding, "metadata", "namespace")).Order(StringComparer.Ordinal));
        Assert.Equal("shop,billing", Setting(chart, "NAMESPACES"));
    }

    [Fact]
    public async Task The_private_registry_stands_for_all()
    {
        var chart = await RenderedChart.WithAsync("""{global: {imageRegistry: "registry.example.com/mirror", imagePullSecrets: [{name: registry}]}}""");

        Assert.All(Containers(chart), static container => Assert.StartsWith("registry.example.com/mirror/kafka-logstash/operator:", RenderedChart.Text(container, "image"), StringComparison.Ordinal));
        Assert.StartsWith("registry.example.com/mirror/kafka-logstash/bridge:", Setting(chart, "BRIDGE_IMAGE"), StringComparison.Ordinal);
        Assert.Equal("registry.example.com/mirror/logstash/logstash", Setting(chart, "LOGSTASH_IMAGE"));
        Assert.Equal("registry", Template(chart)["imagePullSecrets"]![0]!["name"]!.ToString());
    }

    [Fact]
    public async Task What_the_operator_is_told_are_settings_that_it_has()
    {
        var known = KafkaLogstash.Operator.Settings.SettingsTable.All.Select(static setting => setting.Variable).ToHashSet();

        var told = Settings(await RenderedChart.WithAsync(Everything + "\nwatchNamespaces: [shop]\n"))
            .Select(static setting => RenderedChart.Text(setting, "name")).Where(static name => name.StartsWith("KAFKA_LOGSTASH_", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(told);
        Assert.Subset(known, told.ToHashSet());
    }

    [Fact]
    public async Task The_definition_is_that_of_this_release_and_outlives_it()
    {
        var kept = (await RenderedChart.WithAsync()).One("CustomResourceDefinition", "kafkalogstashconnections.kafka-logstash.io");
        var let = (await RenderedChart.WithAsync("crds: {keep: false}")).One("CustomResourceDefinition", "kafkalogstashconnections.kafka-logstash.io");

        Assert.Equal("keep", RenderedChart.Text(kept, "metadata", "annotations", "helm.sh/resource-policy"));
        Assert.Equal("", RenderedChart.Text(let, "metadata", "annotations", "helm.sh/resource-policy"));
        Assert.Equal("Prune=false,Delete=false", RenderedChart.Text(kept, "metadata", "annotations", "argocd.argoproj.io/sync-options"));
        Assert.Equal("", RenderedChart.Text(let, "metadata", "annotations", "argocd.argoproj.io/sync-options"));
        var file = Yaml.Read(await File.ReadAllTextAsync(Path.Join(Kubectl.Tools.Checkout, "crds", "kafkalogstashconnections.yaml"), TestContext.Current.CancellationToken)).Single();
        Assert.True(JsonNode.DeepEquals(file["spec"], kept["spec"]));
    }

    [Fact]
    public async Task Who_gives_labels_can_not_part_the_operator_from_its_selectors()
    {
        var chart = await RenderedChart.WithAsync("""
            commonLabels: {team: platform, stage: test, app.kubernetes.io/name: umbrella, app.kubernetes.io/component: all}
            podLabels: {team: pods, app.kubernetes.io/instance: other}
            """);

        var deployment = (V1Deployment)KubernetesModels.Read(chart.One("Deployment"));
        var labels = deployment.Spec.Template.Metadata.Labels;
        Assert.Equal(("pods", "test"), (labels["team"], labels["stage"]));
        Assert.Equal("platform", deployment.Metadata.Labels["team"]);
        Assert.Subset(labels.ToHashSet(), deployment.Spec.Selector.MatchLabels.ToHashSet());
        Assert.Equal((await RenderedChart.WithAsync()).One("Deployment")["spec"]!["selector"]!.ToJsonString(), chart.One("Deployment")["spec"]!["selector"]!.ToJsonString());
    }

    [Fact]
    public async Task Names_that_look_like_numbers_are_names()
    {
        using var helm = new HelmProgram();

        var objects = Yaml.Read(await helm.RunAsync("template", "42", HelmProgram.Chart, "--namespace", "99", "--values", helm.WriteFile("values.yaml", Everything)));

        Assert.All(objects, static item => KubernetesModels.Read(item));
    }

    [Fact]
    public async Task Logstash_lets_in_the_operator_whatever_its_release_is_called()
    {
        using var files = new HelmProgram();
        var pods = (await RenderedChart.WithAsync("{nameOverride: klo, fullnameOverride: klo}")).One("Deployment", "klo")["spec"]!["template"]!["metadata"]!["labels"]!.AsObject();
        await using var render = new CommandRun(TimeProvider.System, "render", files.WriteFile("orders.yaml", """
            apiVersion: kafka-logstash.io/v1alpha1
            kind: KafkaLogstashConnection
            metadata: {name: orders}
            spec: {kafka: {bootstrapServers: ["kafka:9092"]}, input: {topics: [orders]}, pipeline: {outputs: "stdout { }"}, networkPolicy: {enabled: true}}
            """));
        Assert.Equal(0, await render.EndAsync());

        var policy = (V1NetworkPolicy)KubernetesModels.Read(Yaml.Read(render.Output).Single(static item => RenderedChart.Text(item, "kind") == "NetworkPolicy"));
        var asked = Assert.Single(policy.Spec.Ingress, static rule => rule.Ports.Any(static port => port.Port.Value == "9600"));
        Assert.All(Assert.Single(asked.FromProperty).PodSelector.MatchLabels, label => Assert.Equal(label.Value, pods[label.Key]?.ToString()));
    }

    [Fact]
    public async Task The_network_policy_names_ports_by_number()
    {
        var chart = await RenderedChart.WithAsync("{networkPolicy: {enabled: true}, webhook: {enabled: true}}");

        var policy = (V1NetworkPolicy)KubernetesModels.Read(chart.One("NetworkPolicy"));
        Assert.Equal(
            Template(chart)["containers"]![0]!["ports"]!.AsArray().Select(static port => port!["containerPort"]!.ToString()),
            policy.Spec.Ingress.SelectMany(static rule => rule.Ports).Select(static port => port.Port.Value));
    }

    [Fact]
    public async Task A_setting_in_extraEnv_takes_the_place_of_the_charts()
    {
        var chart = await RenderedChart.WithAsync("{webhook: {enabled: true}, extraEnv: [{name: KAFKA_LOGSTASH_LOG_LEVEL, value: debug}, {name: KAFKA_LOGSTASH_WEBHOOK_LISTEN, value: '0.0.0.0:9443'}]}");

        Assert.Equal(("debug", "0.0.0.0:9443"), (Setting(chart, "LOG_LEVEL"), Setting(chart, "WEBHOOK_LISTEN")));
    }

    [Fact]
    public async Task Several_replicas_are_spread_and_protected()
    {
        var chart = await RenderedChart.WithAsync("replicas: 2");

        var budget = (V1PodDisruptionBudget)KubernetesModels.Read(chart.One("PodDisruptionBudget"));
        var deployment = (V1Deployment)KubernetesModels.Read(chart.One("Deployment"));
        Assert.Equal(deployment.Spec.Selector.MatchLabels, budget.Spec.Selector.MatchLabels);
        Assert.Equal(["topology.kubernetes.io/zone", "kubernetes.io/hostname"], deployment.Spec.Template.Spec.TopologySpreadConstraints.Select(static spread => spread.TopologyKey));
        Assert.All(deployment.Spec.Template.Spec.TopologySpreadConstraints, spread => Assert.Equal(deployment.Spec.Selector.MatchLabels, spread.LabelSelector.MatchLabels));
        Assert.Empty((await RenderedChart.WithAsync()).Of("PodDisruptionBudget"));
    }

    [Fact]
    public async Task The_webhook_is_of_the_release_and_says_nothing_of_whom_to_trust()
    {
        var chart = await RenderedChart.WithAsync("webhook: {enabled: true}");
        var listed = await RenderedChart.WithAsync("{webhook: {enabled: true, failurePolicy: Fail}, watchNamespaces: [shop]}");

        var webhook = Assert.Single(((V1ValidatingWebhookConfiguration)KubernetesModels.Read(chart.One("ValidatingWebhookConfiguration"))).Webhooks);
        var service = (V1Service)KubernetesModels.Read(chart.One("Service", webhook.ClientConfig.Service.Name));
        Assert.Null(webhook.ClientConfig.CaBundle);
        Assert.Equal(("Ignore", RenderedChart.Namespace, service.Spec.Ports[0].Port), (webhook.FailurePolicy, webhook.ClientConfig.Service.NamespaceProperty, webhook.ClientConfig.Service.Port));
        Assert.Contains(Template(chart)["containers"]![0]!["ports"]!.AsArray(), port => RenderedChart.Text(port, "name") == service.Spec.Ports[0].TargetPort.Value);
        Assert.Equal([RenderedChart.Namespace, "kube-system"], Assert.Single(webhook.NamespaceSelector.MatchExpressions).Values);
        Assert.Equal(service.Metadata.Name, Setting(chart, "WEBHOOK_SERVICE"));
        Assert.Equal(RenderedChart.Text(chart.One("Secret", service.Metadata.Name), "metadata", "name"), Setting(chart, "WEBHOOK_SECRET"));
        Assert.Equal(RenderedChart.Release, Setting(chart, "WEBHOOK_CONFIGURATION"));

        var narrow = Assert.Single(((V1ValidatingWebhookConfiguration)KubernetesModels.Read(listed.One("ValidatingWebhookConfiguration"))).Webhooks);
        Assert.Equal("Fail", narrow.FailurePolicy);
        Assert.Equal(["shop"], Assert.Single(narrow.NamespaceSelector.MatchExpressions).Values);
        Assert.DoesNotContain((await RenderedChart.WithAsync()).Objects, static item => RenderedChart.Text(item, "kind") is "ValidatingWebhookConfiguration" or "Secret");
    }

    [Fact]
    public async Task With_cert_manager_the_operator_has_no_rights_for_the_webhook()
    {
        var chart = await RenderedChart.WithAsync("webhook: {enabled: true, certManager: {enabled: true}}");
        const string Name = $"{RenderedChart.Release}-webhook";

        var certificate = (CertManagerModels.Certificate)KubernetesModels.Read(chart.One("Certificate", Name));
        Assert.Equal($"{RenderedChart.Namespace}/{Name}", RenderedChart.Text(chart.One("ValidatingWebhookConfiguration"), "metadata", "annotations", "cert-manager.io/inject-ca-from"));
        Assert.Contains($"{Name}.{RenderedChart.Namespace}.svc", certificate.Spec.DnsNames!);
        Assert.Equal(certificate.Spec.SecretName, Template(chart)["volumes"]!.AsArray().Select(static volume => RenderedChart.Text(volume, "secret", "secretName")).Single(static name => name.Length > 0));
        Assert.Equal("/webhook-certificate", Setting(chart, "WEBHOOK_CERTIFICATE_DIR"));

        // Cert-manager leaves its Secret behind: Helm would refuse to make the operator's own in its place.
        Assert.NotEqual(certificate.Spec.SecretName, Setting(await RenderedChart.WithAsync("webhook: {enabled: true}"), "WEBHOOK_SECRET"));
        Assert.DoesNotContain(chart.Objects, static item => item.ToJsonString().Contains("validatingwebhookconfigurations", StringComparison.Ordinal));
        Assert.Empty(chart.Of("Secret"));
    }

    private static IEnumerable<JsonNode> Containers(RenderedChart chart) => chart.Of("Deployment").Select(static deployment => deployment["spec"]!["template"]!["spec"]!)
        .Concat(chart.Of("Pod").Select(static pod => pod["spec"]!)).SelectMany(static spec => spec["containers"]!.AsArray()).OfType<JsonNode>();

    private static JsonNode Template(RenderedChart chart) => chart.One("Deployment")["spec"]!["template"]!["spec"]!;

    private static IEnumerable<JsonNode> Settings(RenderedChart chart) => Template(chart)["containers"]![0]!["env"]!.AsArray().OfType<JsonNode>();

    private static string Setting(RenderedChart chart, string name) =>
        RenderedChart.Text(Assert.Single(Settings(chart), setting => RenderedChart.Text(setting, "name") == $"KAFKA_LOGSTASH_{name}"), "value");

    /// <summary>What an object names and the chart does not hold: a binding's role, a selector's pods, a mounted volume.</summary>
    private static IEnumerable<string> Dangling(RenderedChart chart)
    {
        var pods = chart.Of("Deployment").Select(static deployment => deployment["spec"]!["template"]!["metadata"]!["labels"]!.AsObject()).ToList();
        foreach (var binding in chart.Of("RoleBinding").Concat(chart.Of("ClusterRoleBinding")))
        {
            var role = (RenderedChart.Text(binding, "roleRef", "kind"), RenderedChart.Text(binding, "roleRef", "name"), RenderedChart.Text(binding, "metadata", "namespace"));
            if (!chart.Of(role.Item1).Any(item => (RenderedChart.Text(item, "kind"), RenderedChart.Text(item, "metadata", "name"), RenderedChart.Text(item, "metadata", "namespace")) == role))
            {
                yield return $"{role}";
            }
        }

        foreach (var selector in chart.Of("Service").Select(static service => service["spec"]!["selector"]!)
            .Concat(chart.Of("PodDisruptionBudget").Select(static budget => budget["spec"]!["selector"]!["matchLabels"]!))
            .Concat(chart.Of("NetworkPolicy").Select(static policy => policy["spec"]!["podSelector"]!["matchLabels"]!))
            .Concat(chart.Of("Deployment").Select(static deployment => deployment["spec"]!["selector"]!["matchLabels"]!)))
        {
            if (!pods.Exists(labels => selector.AsObject().All(label => labels[label.Key]?.ToString() == label.Value!.ToString())))
            {
                yield return $"pods with {selector.ToJsonString()}";
            }
        }

        foreach (var spec in chart.Of("Deployment").Select(static deployment => deployment["spec"]!["template"]!["spec"]!).Concat(chart.Of("Pod").Select(static pod => pod["spec"]!)))
        {
            var volumes = spec["volumes"]!.AsArray().Select(static volume => RenderedChart.Text(volume, "name")).ToHashSet();
            foreach (var mount in spec["containers"]!.AsArray().SelectMany(static container => container!["volumeMounts"]!.AsArray()).Select(static mount => RenderedChart.Text(mount, "name")))
            {
                if (!volumes.Contains(mount))
                {
                    yield return $"volume {mount}";
                }
            }
        }
    }
}
