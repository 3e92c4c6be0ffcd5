using KafkaLogstash.Api;

namespace KafkaLogstash.Kafka.Clients;

/// <summary>Turns <c>spec.kafka</c> and its secrets into properties of librdkafka (https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md).</summary>
public static class LibrdkafkaOptions
{
    /// <summary>The properties that every client of this cluster needs: where it is, and how to log in.</summary>
    /// <param name="kafka">The cluster.</param>
    /// <param name="secrets">Its secrets. They are in the result: never log it.</param>
    public static IReadOnlyDictionary<string, string> For(KafkaSpec kafka, KafkaSecrets secrets)
    {
        ArgumentNullException.ThrowIfNull(kafka);
        ArgumentNullException.ThrowIfNull(secrets);

        var options = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["bootstrap.servers"] = string.Join(',', kafka.BootstrapServers),
            ["security.protocol"] = SecurityProtocol.For(kafka).ToLowerInvariant(),
        };

        if (kafka.Tls is { } tls)
        {
            options["ssl.endpoint.identification.algorithm"] = tls.VerifyHostname ? "https" : "none";
            if (secrets.TrustedCertificates is { } trusted)
            {
                options["ssl.ca.pem"] = trusted.Pem;
            }

            if (secrets is { ClientCertificate: { } chain, ClientKey: { } key })
            {
                options["ssl.certificate.pem"] = chain.Pem;
                options["ssl.key.pem"] = key.Pem;
            }
        }

        if (kafka.Authentication is { } authentication)
        {
            options["sasl.mechanism"] = SecurityProtocol.Mechanism(authentication.Type);
            if (authentication is { Type: AuthenticationType.OAuthBearer, Oauth: { } oauth })
            {
                options["sasl.oauthbearer.method"] = "oidc";
                options["sasl.oauthbearer.token.endpoint.url"] = oauth.TokenEndpointUrl;
                options["sasl.oauthbearer.client.id"] = oauth.ClientId;
                options["sasl.oauthbearer.client.secret"] = secrets.OAuthClientSecret ?? "";
                if (!string.IsNullOrEmpty(oauth.Scope))
                {
                    options["sasl.oauthbearer.scope"] = oauth.Scope;
                }
            }
            else
            {
                options["sasl.username"] = secrets.Username ?? "";
                options["sasl.password"] = secrets.Password ?? "";
            }
        }

        return options;
    }
}
