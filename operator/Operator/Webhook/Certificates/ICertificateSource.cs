namespace KafkaLogstash.Operator.Webhook.Certificates;

/// <summary>Where the webhook's certificate comes from.</summary>
internal interface ICertificateSource
{
    /// <summary>The certificate to serve from now on: API servers trust it when the task is done.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="CertificateException">There is none now; the message says why.</exception>
    Task<ServingCertificate> ReadAsync(CancellationToken cancellationToken);
}
