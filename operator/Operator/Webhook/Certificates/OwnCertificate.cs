using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using k8s.Models;
using KafkaLogstash.Controller.Certificates;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Operator.Webhook.Certificates;

/// <summary>
/// A certificate that the operator makes and renews, kept in a Secret, and told to API servers through the <c>caBundle</c> of the webhook's configuration, the one field
/// of it that the operator owns. Every replica does this, whoever leads: they agree because a Secret that somebody else has changed meanwhile is read again.
/// </summary>
internal sealed class OwnCertificate(
    KubernetesApi api, RuntimeOptions runtime, WebhookOptions options, TimeProvider time, ILogger<OwnCertificate> logger) : ICertificateSource
{
    /// <summary>How often others may be faster before it is left to the next look.</summary>
    private const int MostTries = 5;

    private static readonly ResourceKind Configurations = ResourceKind.Of<V1ValidatingWebhookConfiguration>();

    /// <inheritdoc/>
    public async Task<ServingCertificate> ReadAsync(CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                // The configuration before the Secret: what is published to a configuration that nobody changed since is no older than the Secret was then.
                var configuration = await api.GetAsync(Configurations, new NamespacedName(null, options.Configuration), cancellationToken);
                var certificates = await CertificatesAsync(cancellationToken);
                await PublishAsync(configuration, certificates.Trust, cancellationToken);
                return ServingCertificate.Read(certificates.Certificate, certificates.Key, $"The data of the Secret {options.Secret}");
            }
            catch (ApiException e) when (tries < MostTries && IsRace(e))
            {
                // Another replica was faster: what it wrote counts.
            }
            catch (ApiException e)
            {
                throw new CertificateException($"The webhook's certificate can't be made: {e.Message}{Advice(e)}", e);
            }
            catch (Exception e) when (e is not CertificateException && !cancellationToken.IsCancellationRequested)
            {
                throw new CertificateException($"The webhook's certificate can't be made: {e.Message}", e);
            }
        }
    }

    /// <summary>Reads the certificates and renews what is due.</summary>
    private async Task<ServerCertificates> CertificatesAsync(CancellationToken cancellationToken)
    {
        var secret = await api.GetAsync<V1Secret>(options.Secret, cancellationToken);
        var data = secret?.Data?.AsReadOnly();
        var certificates = ServerCertificates.Renew(data, options.Secret.ToString(), options.ServerNames, time.GetUtcNow());
        if (!certificates.IsChanged)
        {
            return certificates;
        }

        var content = certificates.Data.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
        if (secret is null)
        {
            await api.CreateAsync(NewSecret(content), cancellationToken);
        }
        else
        {
            // With the version that was read: a Secret that another replica has written since is not overwritten.
            secret.Data = content;
            await api.ReplaceAsync(secret, cancellationToken);
        }

        logger.LogInformation("Issued a certificate for the webhook into the Secret {Secret}; it is renewed at {RenewAt:u} at the latest", options.Secret, certificates.RenewAt);
        return certificates;
    }

    /// <summary>Tells API servers whom to trust, unless they know.</summary>
    private async Task PublishAsync(JsonObject? configuration, string trust, CancellationToken cancellationToken)
    {
        if (configuration is null)
        {
            throw new CertificateException(
                $"There is no ValidatingWebhookConfiguration '{options.Configuration}': create it, or name another with --{Settings.SettingsTable.WebhookConfiguration}.");
        }

        var bundle = Convert.ToBase64String(Encoding.UTF8.GetBytes(trust));
        var webhooks = (configuration["webhooks"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        if (webhooks.All(webhook => webhook["clientConfig"]?["caBundle"]?.ToString() == bundle))
        {
            return;
        }

        var desired = new JsonObject
        {
            ["apiVersion"] = Configurations.ApiVersion,
            ["kind"] = Configurations.Kind,
            ["metadata"] = new JsonObject { ["name"] = options.Configuration, ["resourceVersion"] = configuration["metadata"]!["resourceVersion"]!.ToString() },
            ["webhooks"] = new JsonArray(
            [
                .. webhooks.Select(webhook => new JsonObject { ["name"] = webhook["name"]!.ToString(), ["clientConfig"] = new JsonObject { ["caBundle"] = bundle } }),
            ]),
        };
        await api.ApplyAsync(Configurations, new NamespacedName(null, options.Configuration), desired, runtime.FieldManager, new ApplyOptions(), cancellationToken);
        logger.LogInformation("Published whom to trust in the ValidatingWebhookConfiguration {Configuration}", options.Configuration);
    }

    private V1Secret NewSecret(Dictionary<string, byte[]> data) => new()
    {
        ApiVersion = "v1",
        Kind = "Secret",
        Metadata = new V1ObjectMeta
        {
            Name = options.Secret.Name,
            NamespaceProperty = options.Secret.Namespace,
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["app.kubernetes.io/managed-by"] = runtime.FieldManager },
        },
        Type = "Opaque",
        Data = data,
    };

    private static bool IsRace(ApiException e) => e.StatusCode == HttpStatusCode.Conflict;

    private string Advice(ApiException e) => e.StatusCode == HttpStatusCode.Forbidden
        ? $". The operator needs get, update and, unless it is there, create for the Secret {options.Secret}, and get and patch for the ValidatingWebhookConfiguration '{options.Configuration}'."
        : "";
}
