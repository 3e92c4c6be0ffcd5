using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.Api;
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
    /// <param name="policy">What the platform denies.</param>
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
            findings.Add(Error("transport-unavailable", "spec.transport", "this version of the operator serves the transport Native only; write Native."));
        }

        if (spec.DeletionPolicy.ConsumerGroup == DeletionAction.Delete)
        {
            findings.Add(Warning("not-served-yet", "spec.deletionPolicy.consumerGroup", "this version of the operator does not yet delete consumer groups; the group stays."));
        }

        if (LogstashVersion.TryParse(spec.Logstash.Version, out var version) && LogstashRelease.Find(version) is { } release)
        {
            findings.AddRange(Catalogue(spec, version, release, policy));
            findings.AddRange(PropertyChecks.Run(spec, version));
        }

        findings.AddRange(Pipeline(spec, references, policy, version));
        return [.. findings.DistinctBy(finding => (finding.Code, finding.Field, finding.Message)).OrderByDescending(finding => finding.Severity)];
    }

    private static IEnumerable<ConnectionFinding> Catalogue(ConnectionSpec spec, LogstashVersion version, LogstashRelease release, ConnectionPolicy policy)
    {
        if (release.Assumption is { } assumption)
        {
            yield return new ConnectionFinding(Severity.Warning, "unknown-version", "spec.logstash.version", assumption);
        }

        if (spec is { Output: not null, Kafka.Authentication: not null } && release.OutputSaslIsBroken)
        {
            yield return Error(
                "broken-version",
                "spec.logstash.version",
                $"the kafka output of Logstash {version} (plugin {release.KafkaPlugin}) can't log in to Kafka: it fails at start with any SASL login. Use another version.");
        }

        if (spec.Kafka.Authentication?.Type == AuthenticationType.OAuthBearer && !release.SupportsOAuth)
        {
            yield return Error(
                "not-in-version",
                "spec.kafka.authentication.type",
                $"the kafka plugins of Logstash {version} (version {release.KafkaPlugin}) can't fetch OAuth tokens. Use Logstash 8.18.0 or newer, or another type.");
        }

        var found = Enumerable.Empty<Finding>();
        foreach (var (kind, options, section) in new[]
        {
            (KafkaPluginKind.Input, spec.Input?.Options, "input"),
            (KafkaPluginKind.Output, spec.Output?.Options, "output"),
        })
        {
            if (options is not null)
            {
                found = found.Concat(KafkaPluginCatalogue.For(version, kind).Check(Elements(options), $"spec.{section}.options"));
            }
        }

        var context = new SettingsContext(version)
        {
            IsOssImage = spec.Logstash.EffectiveImage().Contains("-oss", StringComparison.Ordinal),
            Denied = policy.DeniedSettings,
        };
        found = found
            .Concat(LogstashSettings.Check(Elements(spec.Logstash.Config), context, "spec.logstash.config"))
            .Concat(LogstashSettings.CheckEnvironment(
                spec.Logstash.Env.Select(variable => variable.Name).Where(name => name != JavaOptions.Variable), "spec.logstash.env"));
        foreach (var finding in found)
        {
            yield return new ConnectionFinding(finding.Severity, finding.Code, finding.Path ?? "spec", finding.Message);
        }
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

        if (spec.Output?.When is { Length: > 0 } when)
        {
            foreach (var error in LogstashConfig.ParseCondition(when).Errors)
            {
                yield return ConnectionFinding.Syntax("spec.output.when", error);
            }
        }

        foreach (var (field, codec) in new[] { ("spec.input.codec", spec.Input?.Codec), ("spec.output.codec", spec.Output?.Codec) })
        {
            if (codec is not null)
            {
                foreach (var error in LogstashConfig.ParseValue(codec).Errors)
                {
                    yield return ConnectionFinding.Syntax(field, error);
                }
            }
        }

        var context = new PipelineContext
        {
            Version = version == default ? null : version,
            DecorateEvents = spec.Input is { } input ? WireName.Of(input.DecorateEvents) : null,
            DefinedEnvironment = PodEnvironment.Names(spec, references),
            DeniedPlugins = policy.DeniedPlugins,
            ConsumerThreads = spec.Input?.ConsumerThreads,
            Replicas = spec.Logstash.Replicas,
            QueueType = WireName.Of(pipeline.Queue.Type),
            HasDataVolume = pipeline.Queue.Type == QueueType.Persisted,
        };
        foreach (var finding in PipelineChecks.Run(sources, context))
        {
            yield return new ConnectionFinding(finding.Severity, finding.Code, finding.Path ?? "spec.pipeline", finding.Message)
            {
                Line = finding.Span?.Line,
                Column = finding.Span?.Column,
                Length = finding.Span?.Length,
            };
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

    private static ConnectionFinding Warning(string code, string field, string message) => new(Severity.Warning, code, field, message);

    private static ConnectionFinding Error(string code, string field, string message) => new(Severity.Error, code, field, message);
}
