using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Operator.Webhook.Certificates;

/// <summary>
/// Holds the certificate that is served, and looks for another once in a while. Where none can be had, the one from before is served on for as long as it is valid.
/// </summary>
internal sealed class CertificateKeeper(
    ICertificateSource source, WebhookMetrics metrics, WebhookOptions options, TimeProvider time, ILogger<CertificateKeeper> logger) : BackgroundService
{
    private volatile ServingCertificate? _current;
    private volatile string? _problem;

    /// <summary>The certificate to serve; null while there is none that is valid.</summary>
    public ServingCertificate? Current => _current is { } certificate && certificate.IsValid(time.GetUtcNow()) ? certificate : null;

    /// <summary>Why the last look failed; null where it did not.</summary>
    public string? Problem => _problem;

    /// <summary>Looks once.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var found = await source.ReadAsync(cancellationToken);
            if (!found.IsValid(time.GetUtcNow()))
            {
                throw new CertificateException(
                    found.Ends <= time.GetUtcNow()
                        ? $"The webhook's certificate ended at {found.Ends:u}; renew it."
                        : $"The webhook's certificate is not valid before {found.Begins:u}; look at the clocks.");
            }

            if (found.Thumbprint != _current?.Thumbprint)
            {
                _current = found;
                metrics.Serves(found.Ends);
                logger.LogInformation("The webhook serves a certificate that is valid until {Ends:u}", found.Ends);
            }

            if (_problem is not null)
            {
                logger.LogInformation("The webhook's certificate is all right again");
            }

            _problem = null;
        }
        catch (CertificateException e)
        {
            if (_problem != e.Message)
            {
                logger.LogError("{Problem}{Meanwhile}", e.Message, Current is { } served ? $" The one that is valid until {served.Ends:u} is served on." : " The webhook can't serve.");
            }

            _problem = e.Message;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.CertificateInterval, time);
        try
        {
            do
            {
                await LookAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end.
        }
    }
}
