namespace KafkaLogstash.Kafka.Pem;

/// <summary>Certificates as PEM text.</summary>
/// <param name="Pem">The blocks one after the other, each ending in a newline.</param>
/// <param name="Count">How many certificates there are; at least one.</param>
/// <param name="NotAfter">When the first of them expires, UTC.</param>
/// <param name="LeafPublicKey">The public key of the first certificate, as DER SubjectPublicKeyInfo (RFC 5280).</param>
public sealed record CertificateBundle(string Pem, int Count, DateTimeOffset NotAfter, byte[] LeafPublicKey);
