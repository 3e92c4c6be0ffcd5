using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Operator.Webhook.Certificates;
using KafkaLogstash.Operator.Webhook.Reviews;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace KafkaLogstash.Operator.Webhook;

/// <summary>Puts the admission webhook into a host.</summary>
internal static class WebhookServices
{
    /// <summary>
    /// Registers it. Before the controller runtime, so that it ends after it: the Lease is given back while API servers hear that this replica goes.
    /// </summary>
    public static IServiceCollection AddAdmissionWebhook(this IServiceCollection services, WebhookOptions options, ConnectionPolicy policy)
    {
        services.AddSingleton(options);
        services.AddSingleton(new ConnectionReview(policy, options.Namespaces));
        services.AddSingleton<WebhookMetrics>();
        services.AddSingleton<WebhookEndpoint>();
        if (options.CertificateDirectory is { } folder)
        {
            services.AddSingleton<ICertificateSource>(new MountedCertificate(folder));
        }
        else
        {
            services.AddSingleton<ICertificateSource, OwnCertificate>();
        }

        services.AddSingleton<CertificateKeeper>();
        services.AddSingleton<WebhookServer>();
        services.AddHostedService(provider => provider.GetRequiredService<CertificateKeeper>());
        services.AddHostedService(provider => provider.GetRequiredService<WebhookServer>());
        services.AddHealthChecks().AddCheck<WebhookHealthCheck>("webhook", tags: [RuntimeServiceCollectionExtensions.ReadyTag]);
        return services;
    }
}
