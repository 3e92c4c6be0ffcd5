using System.Text.RegularExpressions;
using KafkaLogstash.Api.Schema;
using KafkaLogstash.Api.Yaml;

namespace KafkaLogstash.Api.Validation;

/// <summary>The rules over several fields that the schema carries as expressions, for checks without an API server.</summary>
internal static partial class CrossFieldRules
{
    private const string Code = "rule";

    /// <summary>The rules that do not hold.</summary>
    public static IEnumerable<FieldError> Run(KafkaLogstashConnection connection) =>
        Name(connection.Metadata.Name ?? "")
            .Concat(Spec(connection.Spec))
            .Concat(Kafka(connection.Spec.Kafka, "spec.kafka"))
            .Concat(Tls(connection.Spec.Logstash.External?.Tls, "spec.logstash.external.tls"))
            .Concat(Input(connection.Spec.Input))
            .Concat(Logstash(connection.Spec.Logstash))
            .Concat(Sink(connection.Spec.Bridge.Sink));

    private static IEnumerable<FieldError> Name(string name)
    {
        if (name.Length > KafkaLogstashConnection.MaxNameLength)
        {
            yield return new FieldError("metadata.name", Code, RuleMessages.NameTooLong);
        }

        if (!ServiceName().IsMatch(name))
        {
            yield return new FieldError("metadata.name", Code, RuleMessages.NameNotForServices);
        }
    }

    private static IEnumerable<FieldError> Spec(ConnectionSpec spec)
    {
        if (spec.Input is null && spec.Output is null)
        {
            yield return new FieldError("spec", Code, RuleMessages.NoDirection);
        }

        if (spec.Logstash.External is not null)
        {
            if (spec.Transport != Transport.Bridge)
            {
                yield return new FieldError("spec.transport", Code, RuleMessages.ExternalNeedsBridge);
            }

            if (spec.Pipeline is not { Inputs: "", Filter: "", Outputs: "", ConfigMaps.Count: 0 })
            {
                yield return new FieldError("spec.pipeline", Code, RuleMessages.ExternalHasNoPipeline);
            }
        }

        if (spec.Autoscaling is { } scaling)
        {
            if (spec.Input is null)
            {
                yield return new FieldError("spec.autoscaling", Code, RuleMessages.ScalingNeedsInput);
            }

            if (scaling.MinReplicas > scaling.MaxReplicas)
            {
                yield return new FieldError("spec.autoscaling.minReplicas", Code, RuleMessages.ReplicasOutOfOrder);
            }
        }

        foreach (var (index, ports) in spec.NetworkPolicy.KafkaPorts.Index())
        {
            if (ports.EndPort < ports.Port)
            {
                yield return new FieldError($"{FieldPaths.Item("spec.networkPolicy.kafkaPorts", index)}.endPort", Code, RuleMessages.PortRangeOutOfOrder);
            }
        }

        if (spec is { DeletionPolicy.ConsumerGroup: DeletionAction.Delete, Kafka.Probe: ProbeMode.Disabled })
        {
            yield return new FieldError("spec.deletionPolicy.consumerGroup", Code, RuleMessages.GroupDeletionNeedsProbe);
        }

        if (spec.Pipeline.Queue is { Type: not QueueType.Persisted, StorageClassName.Length: > 0 })
        {
            yield return new FieldError("spec.pipeline.queue.storageClassName", Code, RuleMessages.StorageClassNeedsPersisted);
        }
    }

    private static IEnumerable<FieldError> Kafka(KafkaSpec kafka, string path)
    {
        foreach (var error in Tls(kafka.Tls, $"{path}.tls"))
        {
            yield return error;
        }

        if (kafka.Authentication is not { } login)
        {
            yield break;
        }

        path += ".authentication";
        if (login.Type == AuthenticationType.OAuthBearer)
        {
            if (login.Oauth is null)
            {
                yield return new FieldError($"{path}.oauth", Code, RuleMessages.OAuthMissing);
            }

            if (login.Username is not null || login.UsernameFrom is not null || login.PasswordFrom is not null)
            {
                yield return new FieldError(path, Code, RuleMessages.PasswordNotForOAuth);
            }

            yield break;
        }

        if (login.Oauth is not null)
        {
            yield return new FieldError($"{path}.oauth", Code, RuleMessages.OAuthNotForPasswords);
        }

        if (login.Username is null == login.UsernameFrom is null)
        {
            yield return new FieldError($"{path}.username", Code, RuleMessages.OneOfUsernames);
        }

        if (login.PasswordFrom is null)
        {
            yield return new FieldError($"{path}.passwordFrom", Code, RuleMessages.PasswordMissing);
        }
    }

    private static IEnumerable<FieldError> Tls(KafkaTlsSpec? tls, string path)
    {
        if (tls?.ClientCertificate is { } certificate && certificate.CertificateKey == certificate.PrivateKeyKey)
        {
            yield return new FieldError($"{path}.clientCertificate.privateKeyKey", Code, RuleMessages.SameKeyTwice);
        }
    }

    private static IEnumerable<FieldError> Input(InputSpec? input)
    {
        if (input is null)
        {
            yield break;
        }

        if (input.Topics is { Count: > 0 } == input.TopicsPattern is not null)
        {
            yield return new FieldError("spec.input.topics", Code, RuleMessages.OneOfTopicsAndPattern);
        }

        if (input.Topics?.Any(topic => topic is "." or "..") == true)
        {
            yield return new FieldError("spec.input.topics", Code, RuleMessages.TopicIsDots);
        }
    }

    private static IEnumerable<FieldError> Logstash(LogstashSpec logstash)
    {
        if (logstash.External is not null)
        {
            if (logstash is not { Resources: null, Config: null, PodTemplate: null, Image: "", Env.Count: 0, EnvFrom.Count: 0, Ports.Count: 0 })
            {
                yield return new FieldError("spec.logstash.external", Code, RuleMessages.ExternalExcludesPods);
            }

            if (logstash.Replicas > 1)
            {
                yield return new FieldError("spec.logstash.replicas", Code, RuleMessages.ExternalHasNoReplicas);
            }
        }

        if (logstash.Ports.DistinctBy(port => (port.Port, port.Protocol)).Count() < logstash.Ports.Count)
        {
            yield return new FieldError("spec.logstash.ports", Code, RuleMessages.PortTwice);
        }

        foreach (var (index, port) in logstash.Ports.Index())
        {
            if (port.Protocol == "TCP" && port.EffectiveTargetPort() == 9600)
            {
                yield return new FieldError($"{FieldPaths.Item("spec.logstash.ports", index)}.targetPort", Code, RuleMessages.PortIsTaken);
            }
        }
    }

    private static IEnumerable<FieldError> Sink(BridgeSinkSpec sink)
    {
        if (sink.Port == 8080 || sink.LumberjackPort == 8080)
        {
            yield return new FieldError("spec.bridge.sink.port", Code, RuleMessages.BridgePortIsTaken);
        }

        if (sink.LumberjackPort == sink.Port)
        {
            yield return new FieldError("spec.bridge.sink.lumberjackPort", Code, RuleMessages.SinkPortTwice);
        }

        if (sink is { LumberjackPort: not null, Authentication: not null } and not { Tls.TrustedClientCertificates.Count: > 0 })
        {
            yield return new FieldError("spec.bridge.sink.lumberjackPort", Code, RuleMessages.LumberjackHasNoLogin);
        }

        if (sink.Tls is { } tls && tls.CertificateKey == tls.PrivateKeyKey)
        {
            yield return new FieldError("spec.bridge.sink.tls.privateKeyKey", Code, RuleMessages.SameKeyTwice);
        }

        if (sink.Authentication is { } login && login.BasicSecretName is null == login.BearerTokenFrom is null)
        {
            yield return new FieldError("spec.bridge.sink.authentication.basicSecretName", Code, RuleMessages.OneSinkAuthentication);
        }
    }

    [GeneratedRegex(Patterns.ServiceName, RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ServiceName();
}
