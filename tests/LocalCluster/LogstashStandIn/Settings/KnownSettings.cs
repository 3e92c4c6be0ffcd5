using System.Collections.Frozen;
using KafkaLogstash.Logstash.Settings;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Settings;

/// <summary>The names that Logstash 9 accepts in its settings files; any other name ends it.</summary>
internal static class KnownSettings
{
    private static readonly FrozenSet<string> InLogstashYmlOnly = FrozenSet.Create(
        StringComparer.Ordinal,
        "node.name", "path.data", "path.settings", "path.logs", "path.plugins", "config.test_and_exit", "config.reload.automatic", "config.reload.interval",
        "config.field_reference.escape_style", "ssl.reload.automatic", "pipeline.unsafe_shutdown", "pipeline.separate_logs", "pipeline.buffer.type",
        "api.enabled", "api.http.host", "api.http.port", "api.environment", "api.auth.type", "api.auth.basic.username", "api.auth.basic.password",
        "api.auth.basic.password_policy.mode", "api.auth.basic.password_policy.length.minimum", "api.auth.basic.password_policy.include.upper",
        "api.auth.basic.password_policy.include.lower", "api.auth.basic.password_policy.include.digit",
        "api.auth.basic.password_policy.include.symbol", "api.ssl.enabled", "api.ssl.keystore.path", "api.ssl.keystore.password",
        "api.ssl.supported_protocols", "log.level", "log.format", "log.format.json.fix_duplicate_message_fields", "allow_superuser",
        "slowlog.threshold.warn", "slowlog.threshold.info", "slowlog.threshold.debug", "slowlog.threshold.trace", "keystore.file",
        "monitoring.cluster_uuid");

    private static readonly string[] OpenGroups = ["xpack.", "otel.", "modules"];

    /// <summary>Whether <c>pipelines.yml</c> may hold the setting.</summary>
    public static bool InPipelinesYml(string name) => SettingsFiles.PipelineSettings.Contains(name);

    /// <summary>Whether <c>logstash.yml</c> or the command line may hold the setting.</summary>
    public static bool InLogstashYml(string name)
        => SettingsFiles.PipelineSettings.Contains(name)
            || InLogstashYmlOnly.Contains(name)
            || OpenGroups.Any(group => name.StartsWith(group, StringComparison.Ordinal));
}
