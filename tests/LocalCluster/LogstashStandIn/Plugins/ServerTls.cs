using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Plugins;

/// <summary>The TLS options that the beats and http inputs share, with PEM files.</summary>
internal static class ServerTls
{
    private static readonly string[] Unused =
    [
        "ssl_key_passphrase", "ssl_supported_protocols", "ssl_cipher_suites", "ssl_handshake_timeout", "ssl_keystore_path", "ssl_keystore_password",
        "ssl_keystore_type", "ssl_truststore_path", "ssl_truststore_password", "ssl_truststore_type",
    ];

    /// <summary>Reads the options; null where TLS is off.</summary>
    /// <exception cref="PipelineException">An option is wrong, or a file can't be read.</exception>
    public static SslServerAuthenticationOptions? Read(PluginSettings settings)
    {
        var enabled = settings.Flag("ssl_enabled", false);
        var certificate = settings.File("ssl_certificate");
        var key = settings.File("ssl_key");
        var authorities = settings.Files("ssl_certificate_authorities");
        var clients = settings.Choice("ssl_client_authentication", authorities.Count > 0 ? "required" : "none", "none", "optional", "required");
        settings.Accept(Unused);
        if (!enabled)
        {
            return null;
        }

        if (certificate is null || key is null)
        {
            throw new PipelineException(
                $"The {settings.Name} plugin on line {settings.Line} has ssl_enabled but not both ssl_certificate and ssl_key; the stand-in reads PEM files only.");
        }

        if (authorities.Count > 0 && clients == "none")
        {
            throw new PipelineException(
                $"The {settings.Name} plugin on line {settings.Line} has ssl_certificate_authorities, which need ssl_client_authentication optional or required.");
        }

        RequirePkcs8(settings, key);
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = LoadServer(certificate, key),
            ClientCertificateRequired = clients != "none",
            RemoteCertificateValidationCallback = (_, presented, chain, _) => Accepts(presented, chain, clients, authorities),
        };
    }

    /// <summary>Whether a certificate leads to one of the authorities.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="presented">What came with it; its issuers are looked for in there.</param>
    /// <param name="authorityFiles">PEM files with the authorities.</param>
    public static bool LeadsTo(X509Certificate2 certificate, X509Chain? presented, IEnumerable<string> authorityFiles)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ExtraStore.AddRange(presented?.ChainPolicy.ExtraStore ?? []);
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        foreach (var file in authorityFiles)
        {
            chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(file);
        }

        return chain.Build(certificate);
    }

    private static bool Accepts(X509Certificate? presented, X509Chain? chain, string clients, IReadOnlyList<string> authorities) => presented switch
    {
        null => clients != "required",
        X509Certificate2 certificate => LeadsTo(certificate, chain, authorities),
        _ => false,
    };

    /// <summary>The one form that Netty reads.</summary>
    private static void RequirePkcs8(PluginSettings settings, string key)
    {
        if (!File.ReadAllText(key).Contains("-----BEGIN PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw new PipelineException($"The {settings.Name} plugin on line {settings.Line} has an ssl_key that is no unencrypted private key in PKCS#8 format.");
        }
    }

    private static SslStreamCertificateContext LoadServer(string certificate, string key)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificate);
            return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificate, key), chain, offline: true);
        }
        catch (System.Security.Cryptography.CryptographicException e)
        {
            throw new PipelineException($"{Path.GetFileName(certificate)} and {Path.GetFileName(key)} are no PEM certificate with its key: {e.Message}", e);
        }
    }
}
