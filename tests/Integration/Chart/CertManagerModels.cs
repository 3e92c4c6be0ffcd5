using System.Text.Json.Serialization;
using k8s.Models;

namespace KafkaLogstash.Tests.Integration.Chart;

/// <summary>What the chart uses of cert-manager's kinds (https://cert-manager.io/docs/reference/api-docs/); KubernetesClient knows none of them.</summary>
internal static class CertManagerModels
{
    [KubernetesEntity(Group = "cert-manager.io", ApiVersion = "v1", Kind = "Issuer", PluralName = "issuers")]
    public sealed record Issuer : MonitoringModels.Entity
    {
        [JsonPropertyName("spec")]
        public required IssuerSpec Spec { get; init; }
    }

    [KubernetesEntity(Group = "cert-manager.io", ApiVersion = "v1", Kind = "Certificate", PluralName = "certificates")]
    public sealed record Certificate : MonitoringModels.Entity
    {
        [JsonPropertyName("spec")]
        public required CertificateSpec Spec { get; init; }
    }

    public sealed record IssuerSpec([property: JsonPropertyName("selfSigned")] SelfSigned? SelfSigned, [property: JsonPropertyName("ca")] Authority? Ca);

    public sealed record SelfSigned;

    public sealed record Authority([property: JsonPropertyName("secretName")] string SecretName);

    public sealed record CertificateSpec(
        [property: JsonPropertyName("isCA")] bool? IsCa,
        [property: JsonPropertyName("commonName")] string? CommonName,
        [property: JsonPropertyName("secretName")] string SecretName,
        [property: JsonPropertyName("duration")] string Duration,
        [property: JsonPropertyName("renewBefore")] string? RenewBefore,
        [property: JsonPropertyName("dnsNames")] IReadOnlyList<string>? DnsNames,
        [property: JsonPropertyName("usages")] IReadOnlyList<string>? Usages,
        [property: JsonPropertyName("privateKey")] PrivateKey PrivateKey,
        [property: JsonPropertyName("issuerRef")] IssuerReference IssuerRef);

    public sealed record PrivateKey(
        [property: JsonPropertyName("algorithm")] string Algorithm,
        [property: JsonPropertyName("size")] int Size,
        [property: JsonPropertyName("rotationPolicy")] string? RotationPolicy);

    public sealed record IssuerReference(
        [property: JsonPropertyName("group")] string? Group, [property: JsonPropertyName("kind")] string Kind, [property: JsonPropertyName("name")] string Name);
}
