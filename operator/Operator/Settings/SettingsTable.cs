using KafkaLogstash.Api;

namespace KafkaLogstash.Operator.Settings;

/// <summary>A setting: one row of the table that documents them all.</summary>
/// <param name="Name">The name in the file; as a flag it has two dashes before it.</param>
/// <param name="Default">The value where nothing is said.</param>
/// <param name="Description">What it is, in one sentence.</param>
internal sealed record Setting(string Name, string Default, string Description)
{
    /// <summary>The flag.</summary>
    public string Flag => $"--{Name}";

    /// <summary>The environment variable.</summary>
    public string Variable => $"KAFKA_LOGSTASH_{Name.Replace('-', '_').ToUpperInvariant()}";
}

/// <summary>
/// The settings of <c>run</c>. A flag wins over an environment variable, which wins over the file, which wins over the default. docs/operations.md shows this
/// table; a test keeps them the same.
/// </summary>
internal static class SettingsTable
{
    public const string Namespaces = "namespaces";
    public const string Kubeconfig = "kubeconfig";
    public const string Context = "context";
    public const string Listen = "listen";
    public const string LeaderElection = "leader-election";
    public const string LeaseNamespace = "lease-namespace";
    public const string LeaseName = "lease-name";
    public const string Concurrency = "concurrency";
    public const string ReloadTimeout = "reload-timeout";
    public const string BridgeImage = "bridge-image";
    public const string LogstashImage = "logstash-image";
    public const string Webhook = "webhook";
    public const string WebhookListen = "webhook-listen";
    public const string WebhookCertificateDirectory = "webhook-certificate-dir";
    public const string WebhookService = "webhook-service";
    public const string WebhookNamespace = "webhook-namespace";
    public const string WebhookNames = "webhook-names";
    public const string WebhookSecret = "webhook-secret";
    public const string WebhookConfiguration = "webhook-configuration";
    public const string LogFormat = "log-format";
    public const string LogLevel = "log-level";
    public const string DeniedPlugins = "denied-plugins";
    public const string DeniedSettings = "denied-settings";

    /// <summary>Every setting, in the order in which they are shown.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new(Namespaces, "", "Namespaces to watch, separated by commas; empty for all."),
        new(Kubeconfig, "", "The kubeconfig file; empty for $KUBECONFIG, else the pod's service account in a cluster, else ~/.kube/config."),
        new(Context, "", "The context in the kubeconfig; empty for the current one."),
        new(Listen, "*:8080", "Where /healthz, /readyz and /metrics are served, as address:port; * is every address, of IPv4 and IPv6."),
        new(LeaderElection, "true", "Whether replicas agree on one leader through a Lease."),
        new(LeaseNamespace, "", "The Lease's namespace; empty for the pod's own, else default."),
        new(LeaseName, "kafka-logstash-operator", "The Lease's name."),
        new(Concurrency, "4", "Connections reconciled side by side, 1 to 256."),
        new(ReloadTimeout, "3m", "How long a pipeline that is reloaded in place may take before the pods are restarted, 10s to 1h."),
        new(BridgeImage, "", "The image of bridges that name none; empty for that of the operator's own release."),
        new(LogstashImage, EffectiveValues.LogstashImage, "The repository of the image of Logstash pods that name none, without a tag: that is the connection's version."),
        new(Webhook, "false", "Whether the admission webhook is served, which lets API servers refuse invalid connections."),
        new(WebhookListen, "*:9443", "Where the webhook is served, as address:port; * is every address, of IPv4 and IPv6."),
        new(WebhookCertificateDirectory, "", "A folder with the webhook's tls.crt and tls.key, from cert-manager for instance; empty: the operator makes and renews them itself."),
        new(WebhookService, "kafka-logstash-operator-webhook", "The Service through which API servers call the webhook; the operator's own certificate is for its name."),
        new(WebhookNamespace, "", "The namespace of that Service and of the webhook's Secret; empty for the pod's own, else default."),
        new(WebhookNames, "", "Further host names and addresses that the operator's own certificate is for, separated by commas."),
        new(WebhookSecret, "kafka-logstash-operator-webhook", "The Secret in which the operator keeps the webhook's certificates."),
        new(WebhookConfiguration, "kafka-logstash-operator", "The ValidatingWebhookConfiguration in which the operator keeps caBundle up to date."),
        new(LogFormat, "json", "How log lines look: plain or json."),
        new(LogLevel, "information", "The least important lines written: trace, debug, information, warning, error, critical or none."),
        new(DeniedPlugins, "", "Logstash plugins that nobody may use, separated by commas, as name or section/name, for example ruby,exec,output/file."),
        new(DeniedSettings, "", "Settings of logstash.yml that nobody may use, separated by commas."),
    ];

    /// <summary>The table as docs/operations.md has it.</summary>
    public static string ToMarkdown() => string.Concat(
        "| file | flag | environment | default | what it is |\n| --- | --- | --- | --- | --- |\n",
        string.Concat(All.Select(setting =>
            $"| `{setting.Name}` | `{setting.Flag}` | `{setting.Variable}` | {(setting.Default.Length == 0 ? "" : $"`{setting.Default}`")} | {setting.Description} |\n")));
}
