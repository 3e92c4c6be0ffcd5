namespace KafkaLogstash.Operator.Webhook.Certificates;

/// <summary>
/// A certificate in a folder, as a mounted Secret of the type <c>kubernetes.io/tls</c> has it, from cert-manager for instance. Who puts it there also tells API servers
/// whom to trust.
/// </summary>
internal sealed class MountedCertificate(string folder) : ICertificateSource
{
    /// <inheritdoc/>
    public async Task<ServingCertificate> ReadAsync(CancellationToken cancellationToken)
    {
        var (certificate, key) = (Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"));
        try
        {
            // Where the two files are exchanged in between, they do not belong together, and the next look finds them again.
            return ServingCertificate.Read(
                await File.ReadAllTextAsync(certificate, cancellationToken), await File.ReadAllTextAsync(key, cancellationToken), $"{certificate} and {key}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"The webhook's certificate can't be read: {e.Message}", e);
        }
    }
}
