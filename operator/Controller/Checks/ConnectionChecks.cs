using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.Api;
using KafkaLogstash.Api.Yaml;
using KafkaLogstash.Controller.References;
using KafkaLogstash.Controller.Rendering;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Catalogue;
using KafkaLogstash.Logstash.Checks;
using KafkaLogstash.Logstash.Settings;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Controller.Checks;

/// <summary>Everything that can be said about a connection without asking anybody: what the operator refuses, and what it warns of.</summary>
public static class ConnectionChecks
{
    /// <summary>Checks a connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="policy">What the platform decides for all connections.</param>
    /// <returns>The findings, errors before warnings.</returns>
    public static IReadOnlyList<ConnectionFinding> Run(KafkaLogstashConnection connection, ConnectionPolicy policy) =>
        Run(connection, policy, ResolvedReferences.None);

    internal static IReadOnlyList<ConnectionFinding> Run(KafkaLogstashConnection connection, ConnectionPolicy policy, ResolvedReferences references)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(policy);

        var findings = new List<ConnectionFinding>();
        var spec = connection.Spec;
        findings.AddRange(ConnectionValidator.Validate(connection).Select(error => Error(error.Code, error.Path, error.Message)));
        if (spec.Transport == Transport.Bridge)
        {
            findings.AddRange(BridgeChecks.Run(connection));
        }

        var (replicas, byDefault, replicasField) = spec.Logstash.External is null
            ? (spec.Logstash.Replicas, new LogstashSpec().Replicas, "spec.logstash.replicas")
            : (spec.Bridge.Replicas, new BridgeSpec().Replicas, "spec.bridge.replicas");
        if (spec.Autoscaling is not null && replicas != byDefault)
        {
            findings.Add(Warning(
                "no-effect",
                replicasField,
                "it has no effect while spec.autoscaling is set, nor has kubectl scale: set minReplicas and maxReplicas there, or remove spec.autoscaling."));
        }

        if (LogstashVersion.TryParse(spec.Logstash.Version, out var version) && LogstashRelease.Find(version) is { } release && spec.Logstash.External is null)
        {
            if (release.Assumption is { } assumption)
            {
                findings.Add(Warning("unknown-version", "spec.logstash.version", assumption));
            }

            findings.AddRange(Settings(spec, references, version, policy));
            if (spec.Transport == Transport.Native)
            {
                findings.AddRange(Plugins(spec, version, release));
                findings.AddRange(PropertyChecks.Run(spec, version));
            }
        }

        findings.AddRange(Pods(spec));
        findings.AddRange(NetworkPolicy(spec));
        findings.AddRange(Pipeline(spec, references, policy, version));
        return [.. findings.DistinctBy(finding => (finding.Code, finding.Field, finding.Message, finding.Line, finding.Column)).OrderByDescending(finding => finding.Severity)];
    }

    /// <summary>What the pods of Logstash can't have beside what the operator gives them, and what goes with them.</summary>
    private static IEnumerable<ConnectionFinding> Pods(ConnectionSpec spec)
    {
        if (spec.Logstash.External is not null)
        {
            yield break;
        }

        var owned = PodEnvironment.Owned(spec);
        foreach (var (index, variable) in spec.Logstash.Env.Index())
        {
            var field = FieldPaths.Item("spec.logstash.env", index);
            if (owned.Contains(variable.Name, StringComparer.Ordinal))
            {
                yield return Error("owned-environment", $"{field}.name", $"`{variable.Name}` is set by the operator, from a Secret of its own: choose another name.");
            }
            else if (variable is { Name: JavaOptions.Variable, ValueFrom: not null })
            {
                yield return Error(
                    "owned-environment", $"{field}.valueFrom", $"`{JavaOptions.Variable}` can't come from elsewhere, because the operator puts the heap before it: write its value here.");
            }
        }

        foreach (var (index, port) in spec.Logstash.Ports.Index())
        {
            if (port.Name == LogstashDeployment.ApiPort)
            {
                yield return Error("port-taken", $"{FieldPaths.Item("spec.logstash.ports", index)}.name", $"the name {LogstashDeployment.ApiPort} belongs to Logstash's own API: choose another.");
            }
        }

        if (spec.Pipeline.Queue.Type == QueueType.Persisted && spec.Logstash.PodTemplate?["spec"]?["terminationGracePeriodSeconds"] is null)
        {
            yield return Warning(
                "queue-ends-with-pod",
                "spec.pipeline.queue.type",
                $"a pod that is rolled, scaled in or evicted has {LogstashDeployment.DrainingGracePeriod} s to empty its queue; what is left then goes with its volume, as does everything while elasticsearch "
                + "outputs can't reach their cluster. Say how long pods may take in spec.logstash.podTemplate (spec.terminationGracePeriodSeconds).");
        }
    }

    /// <summary>What of the network policy does nothing.</summary>
    private static IEnumerable<ConnectionFinding> NetworkPolicy(ConnectionSpec spec)
    {
        var policy = spec.NetworkPolicy;
        if (policy.Egress == EgressPolicy.Restricted && !(policy.Enabled && spec.Transport == Transport.Bridge))
        {
            yield return Warning(
                "no-effect",
                "spec.networkPolicy.egress",
                policy.Enabled
                    ? "it is for bridge pods alone, and has no effect with transport: Native: where Logstash's outputs and lookups go is not known."
                    : "it has no effect without enabled: true.");
        }
        else if (policy.KafkaPorts.Count > 0 && policy.Egress != EgressPolicy.Restricted)
        {
            yield return Warning("no-effect", "spec.networkPolicy.kafkaPorts", "they have no effect without egress: Restricted.");
        }
    }

    /// <summary>What the kafka plugins of a version can't do, and options that they don't have.</summary>
    private static IEnumerable<ConnectionFinding> Plugins(ConnectionSpec spec, LogstashVersion version, LogstashRelease release)
    {
        if (spec is { Output: not null, Kafka.Authentication: not null } && release.OutputSaslIsBroken)
        {
            yield return Error(
                "broken-version",
                "spec.logstash.version",
                $"the kafka output of Logstash {version} (plugin {release.KafkaPlugin}) can't log in to Kafka: it fails at start with any SASL login. Use another version.");
        }

        if (spec.Kafka.Authentication?.Type == AuthenticationType.OAuthBearer)
        {
            if (!release.SupportsOAuth)
            {
                yield return Error(
                    "not-in-version",
                    "spec.kafka.authentication.type",
                    $"the kafka plugins of Logstash {version} (version {release.KafkaPlugin}) can't fetch OAuth tokens. Use Logstash 8.18.0 or newer, or another type.");
            }
            else if (release.OAuthNeedsJose4j)
            {
                yield return Warning(
                    "oauth-without-jose4j",
                    "spec.kafka.authentication.type",
                    $"the Kafka client of Logstash {version} ({release.KafkaClient}) needs the library jose4j to log in with OAUTHBEARER (KAFKA-20184), and the kafka plugins up to 12.1.4 don't bring it: "
                    + "where it is missing, nothing is read or written. Use Logstash 9.4, transport: Bridge, or an image with jose4j on Logstash's class path.");
            }
        }

        foreach (var (kind, options, section) in new[]
        {
            (KafkaPluginKind.Input, spec.Input?.Options, "input"),
            (KafkaPluginKind.Output, spec.Output?.Options, "output"),
        })
        {
            if (options is not null)
            {
                // Rules over several options see properties too; what is to be said of those, PropertyChecks says.
                var (plugin, path) = (KafkaPluginCatalogue.For(version, kind), $"spec.{section}.options");
                var own = options.Select(option => $"{path}.{option.Key}").ToHashSet(StringComparer.Ordinal);
                foreach (var finding in plugin.Check(PropertyChecks.OptionsOf(spec, plugin), path, PropertyChecks.SetByFields(spec, plugin)).Where(finding => own.Contains(finding.Path!)))
                {
                    yield return Of(finding, "spec");
                }
            }
        }
    }

    private static IEnumerable<ConnectionFinding> Settings(ConnectionSpec spec, ResolvedReferences references, LogstashVersion version, ConnectionPolicy policy)
    {
        var context = new SettingsContext(version)
        {
            IsOssImage = spec.Logstash.EffectiveImage(policy.LogstashImage).Contains("-oss", StringComparison.Ordinal),
            Denied = policy.DeniedSettings,
            DefinedEnvironment = PodEnvironment.Names(spec, references),
        };
        return LogstashSettings.Check(Elements(spec.Logstash.Config), context, "spec.logstash.config")
            .Concat(LogstashSettings.CheckEnvironment(
                spec.Logstash.Env.Select(variable => variable.Name).Where(name => name != JavaOptions.Variable), "spec.logstash.env"))
            .Select(finding => Of(finding, "spec"));
    }

    private static IEnumerable<ConnectionFinding> Pipeline(ConnectionSpec spec, ResolvedReferences references, ConnectionPolicy policy, LogstashVersion version)
    {
        var pipeline = spec.Pipeline;
        var bodies = new List<(SectionKind Kind, string Field, string Text)>
        {
            (SectionKind.Input, "spec.pipeline.inputs", pipeline.Inputs),
            (SectionKind.Filter, "spec.pipeline.filter", pipeline.Filter),
            (SectionKind.Output, "spec.pipeline.outputs", pipeline.Outputs),
        };
        for (var i = 0; i < pipeline.ConfigMaps.Count; i++)
        {
            var reference = pipeline.ConfigMaps[i];
            bodies.Add((
                SectionOf(reference.Section),
                $"spec.pipeline.configMaps[{i}] ({reference.Name}, key {reference.Key})",
                references.Text(ReferenceKind.ConfigMap, reference.Name, reference.Key) ?? ""));
        }

        var sources = new List<ConfigSource>();
        foreach (var (kind, field, text) in bodies.Where(body => body.Text.Length > 0))
        {
            var parsed = LogstashConfig.ParseBody(kind, text);
            if (parsed.Succeeded)
            {
                sources.Add(new ConfigSource(field, parsed.Document));
            }

            foreach (var error in parsed.Errors)
            {
                yield return ConnectionFinding.Syntax(field, error);
            }
        }

        var when = spec.Output?.When is { Length: > 0 } condition ? LogstashConfig.ParseCondition(condition) : null;
        foreach (var error in when?.Errors ?? [])
        {
            yield return ConnectionFinding.Syntax("spec.output.when", error);
        }

        if (when?.Node is { } node)
        {
            sources.Add(ConfigSource.OfCondition("spec.output.when", SectionKind.Output, node));
        }

        foreach (var (kind, field, codec) in new[] { (SectionKind.Input, "spec.input.codec", spec.Input?.Codec), (SectionKind.Output, "spec.output.codec", spec.Output?.Codec) })
        {
            if (codec is null)
            {
                continue;
            }

            var parsed = LogstashConfig.ParseValue(codec);
            if (parsed.Node is { } value)
            {
                sources.Add(ConfigSource.OfOption(field, kind, "codec", value));
            }

            foreach (var error in parsed.Errors)
            {
                yield return ConnectionFinding.Syntax(field, error);
            }
        }

        if (spec.Transport == Transport.Native)
        {
            sources.AddRange(GeneratedOptions(spec));
        }

        var context = new PipelineContext
        {
            Version = version == default ? null : version,
            DecorateEvents = spec.Input is { } input ? WireName.Of(input.DecorateEvents) : null,
            DefinedEnvironment = PodEnvironment.Names(spec, references),
            DeniedPlugins = policy.DeniedPlugins,
            ConsumerThreads = spec.Transport == Transport.Native ? spec.Input?.ConsumerThreads : null,
            Replicas = spec.Autoscaling?.MaxReplicas ?? spec.Logstash.Replicas,
            Ports = spec.Logstash.Ports.Select(port => new ListeningPort(port.EffectiveTargetPort(), port.Protocol)).ToHashSet(),
            MountedPaths = PodEnvironment.MountedPaths(spec),
        };
        foreach (var finding in PipelineChecks.Run(sources, context))
        {
            yield return Of(finding, "spec.pipeline");
        }
    }

    /// <summary>What the operator writes into the generated plugins from single fields: it may hold variables and fields of the event.</summary>
    private static IEnumerable<ConfigSource> GeneratedOptions(ConnectionSpec spec)
    {
        if (spec.Output is { } output)
        {
            yield return ConfigSource.OfOption("spec.output.topicId", SectionKind.Output, "topic_id", new StringSyntax(output.TopicId));
            yield return ConfigSource.OfOption("spec.output.messageKey", SectionKind.Output, "message_key", new StringSyntax(output.MessageKey ?? ""));
        }

        foreach (var (kind, field, options) in new[] { (SectionKind.Input, "spec.input.options", spec.Input?.Options), (SectionKind.Output, "spec.output.options", spec.Output?.Options) })
        {
            foreach (var (name, value) in Elements(options))
            {
                yield return ConfigSource.OfOption(FieldPaths.Child(field, name), kind, name, value);
            }
        }
    }

    private static SectionKind SectionOf(PipelineSection section) => section switch
    {
        PipelineSection.Inputs => SectionKind.Input,
        PipelineSection.Filter => SectionKind.Filter,
        _ => SectionKind.Output,
    };

    private static IEnumerable<KeyValuePair<string, JsonElement>> Elements(JsonObject? values) =>
        (values ?? []).Select(value => KeyValuePair.Create(value.Key, JsonSerializer.SerializeToElement(value.Value)));

    private static ConnectionFinding Of(Finding finding, string field) => new(finding.Severity, finding.Code, finding.Path ?? field, finding.Message)
    {
        Line = finding.Span?.Line,
        Column = finding.Span?.Column,
        Length = finding.Span?.Length,
    };

    private static ConnectionFinding Warning(string code, string field, string message) => new(Severity.Warning, code, field, message);

    private static ConnectionFinding Error(string code, string field, string message) => new(Severity.Error, code, field, message);
}
