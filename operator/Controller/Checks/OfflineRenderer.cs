using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Certificates;
using KafkaLogstash.Controller.References;
using KafkaLogstash.Controller.Rendering;
using KafkaLogstash.Controller.Rendering.Bridges;
using KafkaLogstash.Logstash;

namespace KafkaLogstash.Controller.Checks;

/// <summary>What rendering a connection offline gave.</summary>
/// <param name="Objects">Every object that would be made, in a stable order; empty where there are errors.</param>
/// <param name="PipelineText">The Logstash config; null where there are errors, or Logstash is not the operator's.</param>
/// <param name="Findings">What the checks found.</param>
public sealed record OfflineRendering(ImmutableArray<JsonObject> Objects, string? PipelineText, IReadOnlyList<ConnectionFinding> Findings);

/// <summary>Renders a connection without a cluster, from files alone.</summary>
public static class OfflineRenderer
{
    /// <summary>The code of findings about Secrets and ConfigMaps that were not given.</summary>
    public const string MissingReference = "missing-reference";

    /// <summary>Offline output must be the same every time; a salt that protects nothing is fine where nothing is applied.</summary>
    private const string Salt = "offline";

    /// <summary>Renders.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="secrets">Secrets that were given with it, by name, in the same namespace.</param>
    /// <param name="configMaps">ConfigMaps that were given with it.</param>
    /// <param name="policy">What the platform denies.</param>
    public static OfflineRendering Render(
        KafkaLogstashConnection connection, IEnumerable<V1Secret> secrets, IEnumerable<V1ConfigMap> configMaps, ConnectionPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(secrets);
        ArgumentNullException.ThrowIfNull(configMaps);

        var objects = ImmutableDictionary.CreateBuilder<(ReferenceKind, string), ImmutableDictionary<string, byte[]>>();
        foreach (var secret in secrets)
        {
            var data = (secret.Data ?? new Dictionary<string, byte[]>())
                .Concat((secret.StringData ?? new Dictionary<string, string>()).Select(item => KeyValuePair.Create(item.Key, Encoding.UTF8.GetBytes(item.Value))));
            objects[(ReferenceKind.Secret, secret.Metadata.Name)] = data.ToImmutableDictionary(StringComparer.Ordinal);
        }

        foreach (var map in configMaps)
        {
            objects[(ReferenceKind.ConfigMap, map.Metadata.Name)] = (map.Data ?? new Dictionary<string, string>())
                .ToImmutableDictionary(item => item.Key, item => Encoding.UTF8.GetBytes(item.Value), StringComparer.Ordinal);
        }

        var references = new ResolvedReferences(objects.ToImmutable());
        var findings = ConnectionChecks.Run(connection, policy, references).ToList();
        findings.AddRange(ReferenceReader.Missing(ConnectionReferences.Of(connection.Spec), objects.ToImmutable())
            .Select(message => Split(MissingReference, message)));
        var kafka = KafkaSecretsReader.Read(connection.Spec.Kafka, references, out var unusable);
        findings.AddRange(unusable.Select(message => Split("unusable-secret", message)));
        BridgeRequest? bridge = null;
        if (connection.Spec.Transport == Transport.Bridge)
        {
            bridge = Bridge(connection, references, findings);
        }

        if (findings.Any(finding => finding.Severity == Severity.Error))
        {
            return new OfflineRendering([], null, findings);
        }

        var result = ConnectionRenderer.Render(new RenderRequest
        {
            Connection = connection,
            References = references,
            Secrets = kafka,
            Salt = Salt,
            LogstashImage = policy.LogstashImage,
            Bridge = bridge,
            Replicas = connection.Spec is { Autoscaling: { } scaling, Logstash.External: null } ? scaling.MinReplicas : connection.Spec.Logstash.Replicas,
        });
        findings.AddRange(result.Problems.Select(problem =>
            new ConnectionFinding(Severity.Error, "unwritable", problem.Field, problem.Message) { CaretText = problem.CaretText }));
        return new OfflineRendering(result.Connection?.Objects ?? [], result.Connection?.PipelineText, findings);
    }

    /// <summary>What the bridge is made from. Certificates are made in a cluster alone: keys that are printed are none, and the output must be the same every time.</summary>
    private static BridgeRequest Bridge(KafkaLogstashConnection connection, ResolvedReferences references, List<ConnectionFinding> findings)
    {
        var secrets = BridgeSecretsReader.Read(connection, references, out var unusable);
        findings.AddRange(unusable.Select(message => Split("unusable-secret", message)));
        var purposes = new BridgePlan(connection).Certificates;
        var made = new IssuedCertificate("(made in the cluster)\n", "(made in the cluster)\n");
        return new BridgeRequest
        {
            DefaultImage = BridgeImages.OfThisRelease,
            Secrets = secrets,
            Certificates = purposes.Count == 0
                ? null
                : new BridgeCertificates { Authorities = [made], Issued = purposes.ToImmutableDictionary(purpose => purpose.Name, _ => made, StringComparer.Ordinal) },
            Replicas = connection.Spec is { Autoscaling: { } scaling, Logstash.External: not null } ? scaling.MinReplicas : connection.Spec.Bridge.Replicas,
        };
    }

    private static ConnectionFinding Split(string code, string message)
    {
        var colon = message.IndexOf(": ", StringComparison.Ordinal);
        return new ConnectionFinding(Severity.Error, code, message[..colon], message[(colon + 2)..]);
    }
}
