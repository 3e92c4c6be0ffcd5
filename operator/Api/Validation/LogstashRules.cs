using KafkaLogstash.Api.Yaml;
using KafkaLogstash.Logstash;

namespace KafkaLogstash.Api.Validation;

/// <summary>What the schema can't see of versions and environment variables.</summary>
internal static class LogstashRules
{
    /// <summary>What is wrong.</summary>
    public static IEnumerable<FieldError> Run(ConnectionSpec spec)
    {
        var logstash = spec.Logstash;
        if (logstash.External is null && LogstashVersion.TryParse(logstash.Version, out var version) && version < LogstashVersion.OldestSupported)
        {
            yield return new FieldError("spec.logstash.version", "unsupported-version", $"is too old: use {LogstashVersion.OldestSupported} or newer");
        }

        foreach (var (index, variable) in logstash.Env.Index())
        {
            if (variable is { Value.Length: > 0, ValueFrom: not null })
            {
                yield return new FieldError(FieldPaths.Item("spec.logstash.env", index), "exclusive", "must have value or valueFrom, not both");
            }
        }

        foreach (var (index, source) in logstash.EnvFrom.Index())
        {
            if (source.ConfigMapRef is null == source.SecretRef is null)
            {
                yield return new FieldError(FieldPaths.Item("spec.logstash.envFrom", index), "exclusive", "must have exactly one of configMapRef and secretRef");
            }
        }
    }
}
