using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Api.Yaml;
using KafkaLogstash.Benchmarks.Measuring;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Controller.References;
using KafkaLogstash.Controller.Rendering;

namespace KafkaLogstash.Benchmarks.Groups;

/// <summary>From a connection to its objects.</summary>
internal sealed class RenderGroup : IBenchmarkGroup
{
    private const string Sample = "connection.yaml";
    private static readonly byte[] HashedBytes = new byte[64 * 1024];

    /// <inheritdoc/>
    public string Name => "render";

    /// <inheritdoc/>
    public string Description => $"one connection ({Sample}) to all its objects, on one core; ratios are to the SHA-256 of 64 KiB";

    /// <inheritdoc/>
    public async Task RunAsync(TextWriter report, CancellationToken cancellationToken)
    {
        var yaml = await ReadSampleAsync(cancellationToken);
        var read = ConnectionReader.Read(yaml);
        var connection = read.Connections.Single().Resource;
        V1Secret[] secrets = [.. read.Others.Select(secret => KubernetesJson.Deserialize<V1Secret>(secret.Content.ToJsonString()))];
        var rendering = OfflineRenderer.Render(connection, secrets, [], ConnectionPolicy.None);
        if (rendering.Findings.Count > 0 || rendering.Objects.Length == 0)
        {
            throw new InvalidOperationException($"{Sample}: {string.Join("; ", rendering.Findings)}");
        }

        var request = Request(connection, secrets);
        string[] names = ["SHA-256 of 64 KiB", "render", "check", "check + render", "read YAML", "write YAML"];
        var costs = CpuMeter.Measure(
            [
                () => SHA256.HashData(HashedBytes),
                () => ConnectionRenderer.Render(request),
                () => ConnectionChecks.Run(connection, ConnectionPolicy.None),
                () => OfflineRenderer.Render(connection, secrets, [], ConnectionPolicy.None),
                () => ConnectionReader.Read(yaml),
                () => Write(rendering.Objects),
            ],
            cancellationToken);
        for (var i = 0; i < names.Length; i++)
        {
            await report.WriteLineAsync(
                $"  {names[i],-22}{costs[i].Cpu.TotalMicroseconds,8:F1} µs, {costs[i].AllocatedBytes,9:N0} B allocated, ratio {costs[i].Cpu / costs[0].Cpu:F1}");
        }
    }

    private static RenderRequest Request(KafkaLogstashConnection connection, IEnumerable<V1Secret> secrets)
    {
        var references = new ResolvedReferences(secrets.ToImmutableDictionary(
            secret => (ReferenceKind.Secret, secret.Metadata.Name),
            secret => secret.StringData.ToImmutableDictionary(item => item.Key, item => Encoding.UTF8.GetBytes(item.Value), StringComparer.Ordinal)));
        return new RenderRequest
        {
            Connection = connection,
            References = references,
            Secrets = KafkaSecretsReader.Read(connection.Spec.Kafka, references, out _),
            Salt = "benchmark",
            Replicas = connection.Spec.Logstash.Replicas,
        };
    }

    private static int Write(IEnumerable<JsonObject> objects) => objects.Sum(item => ManifestYaml.Write(item).Length);

    private static async Task<string> ReadSampleAsync(CancellationToken cancellationToken)
    {
        await using var stream = typeof(RenderGroup).Assembly.GetManifestResourceStream(Sample)
            ?? throw new InvalidOperationException($"{Sample} is not in this program.");
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
