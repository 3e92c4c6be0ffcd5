namespace KafkaLogstash.Kafka.Pem;

/// <summary>A private key as one unencrypted PKCS#8 PEM block (RFC 5958). Never log it; <see cref="ToString"/> does not show it.</summary>
/// <param name="Pem">The block, ending in a newline.</param>
/// <param name="PublicKey">Its public part as DER SubjectPublicKeyInfo, or null where the algorithm is not known to this runtime.</param>
public sealed record PrivateKey(string Pem, byte[]? PublicKey)
{
    /// <summary>A fixed text: the key itself never reaches a log by accident.</summary>
    public override string ToString() => "PrivateKey";
}
