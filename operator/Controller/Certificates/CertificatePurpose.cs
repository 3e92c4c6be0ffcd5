namespace KafkaLogstash.Controller.Certificates;

/// <summary>What one certificate of a connection is for.</summary>
/// <param name="Name">The name in the Secret: letters and hyphens.</param>
/// <param name="Subject">The common name (RFC 5280, section 4.1.2.6).</param>
/// <param name="ServerNames">The names and addresses of the server; empty for a client.</param>
/// <param name="UsesRsa">Whether the key is RSA instead of ECDSA.</param>
internal sealed record CertificatePurpose(string Name, string Subject, IReadOnlyList<string> ServerNames, bool UsesRsa = false)
{
    /// <summary>Whether it is a server's.</summary>
    public bool IsServer => ServerNames.Count > 0;
}
