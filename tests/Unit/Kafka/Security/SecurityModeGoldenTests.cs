using System.Text;
using KafkaLogstash.Api;
using KafkaLogstash.Tests.Unit.Api;
using KafkaLogstash.Tests.Unit.Operator;

namespace KafkaLogstash.Tests.Unit.Kafka.Security;

/// <summary>What each way to reach Kafka renders to, with Kafka as the input, as the output and as both.</summary>
public sealed class SecurityModeGoldenTests
{
    private static readonly SecurityMode[] Rendered =
    [
        .. SecurityMode.Documented,
        Mutual("mTLS, PKCS#1 key", SampleCertificates.Pkcs1),
        Mutual("mTLS, SEC 1 key", SampleCertificates.Sec1),
        new() { Name = "SCRAM-SHA-512 and mTLS", Tls = Mutual("", default).Tls, Client = SampleCertificates.Pkcs8, Authentication = SecurityMode.Login(AuthenticationType.ScramSha512) },
    ];

    public static TheoryData<string> Names => [.. Rendered.Select(mode => mode.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_mode_renders_to_what_was_agreed(string name)
    {
        var mode = Rendered.Single(candidate => candidate.Name == name);
        var text = new StringBuilder($"{name}\n");
        foreach (var (title, input, output) in new[] { ("input", true, false), ("output", false, true), ("input and output", true, true) })
        {
            using var pod = RenderedPod.Of(Connection(mode, input, output), mode.Secrets);
            text.Append($"\n### Kafka as {title}\n");
            Write(text, pod);
        }

        GoldenFile.Matches(text.ToString(), $"tests/Unit/Kafka/Security/Golden/{FileName(name)}.txt");
    }

    private static void Write(StringBuilder text, RenderedPod pod)
    {
        text.Append("\n# Environment\n");
        foreach (var (variable, value) in pod.Environment)
        {
            text.Append($"{variable}={value}\n");
        }

        text.Append("\n# Files\n");
        foreach (var (path, content) in pod.Files)
        {
            text.Append($"{path}: {string.Join(", ", Blocks(content))}\n");
        }

        text.Append($"\n# logstash.yml\n{pod.Settings}\n# pipeline.conf\n{pod.Rendering.PipelineText}");
    }

    /// <summary>What the PEM blocks of a file are: keys are made anew for each run.</summary>
    private static IEnumerable<string> Blocks(string pem) => pem.Split('\n')
        .Where(line => line.StartsWith("-----BEGIN ", StringComparison.Ordinal))
        .Select(line => line.Trim('-')["BEGIN ".Length..]);

    private static SecurityMode Mutual(string name, (string Certificate, string Key) client) =>
        new() { Name = name, Tls = SecurityMode.Trusting() with { ClientCertificate = SecurityMode.Certified() }, Client = client };

    private static KafkaLogstashConnection Connection(SecurityMode mode, bool input, bool output)
    {
        var connection = Manifest.Resource(
            ("spec.input", input ? """{"topics": ["orders"]}""" : null),
            ("spec.output", output ? """{"topicId": "large-orders", "messageKey": "%{id}"}""" : null),
            ("spec.pipeline", input ? """{"outputs": "stdout { }\n"}""" : """{"inputs": "http { port => 8080 }\n"}"""));
        return connection with { Spec = connection.Spec with { Kafka = mode.Kafka } };
    }

    private static string FileName(string name) => string.Join('-', name.ToLowerInvariant().Split([' ', ',', '#', '\''], StringSplitOptions.RemoveEmptyEntries));
}
