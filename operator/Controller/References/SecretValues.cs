using System.Collections.Immutable;
using System.Text;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Pem;

namespace KafkaLogstash.Controller.References;

/// <summary>Reads values out of the Secrets that a connection names, and collects what can't be used.</summary>
/// <param name="references">The contents of the Secrets; what is missing there was reported before.</param>
internal sealed class SecretValues(ResolvedReferences references)
{
    private readonly ImmutableArray<string>.Builder _problems = ImmutableArray.CreateBuilder<string>();

    /// <summary>One sentence for each thing that is there but can't be used; none quotes a secret.</summary>
    public ImmutableArray<string> Problems => _problems.ToImmutable();

    /// <summary>Adds a problem.</summary>
    /// <param name="field">The field.</param>
    /// <param name="problem">What is wrong and what to do.</param>
    public void Add(string field, string problem) => _problems.Add($"{field}: {problem}");

    /// <summary>Certificates; null where they are missing or can't be used.</summary>
    public CertificateBundle? Certificates(string field, string secret, string key) => Pem(field, secret, key, PemMaterial.ReadCertificates);

    /// <summary>The certificates of several Secrets in one bundle; null where there are none.</summary>
    public CertificateBundle? Certificates(string field, IReadOnlyList<SecretKeyReference> sources)
    {
        var bundles = sources.Select((source, i) => Certificates($"{field}[{i}]", source.SecretName, source.Key)).OfType<CertificateBundle>().ToList();
        return bundles.Count == 0 ? null : PemMaterial.ReadCertificates(string.Concat(bundles.Select(bundle => bundle.Pem)));
    }

    /// <summary>A private key; null where it is missing or can't be used.</summary>
    public PrivateKey? Key(string field, string secret, string key) => Pem(field, secret, key, PemMaterial.ReadPrivateKey);

    /// <summary>A user name, password or token; null where it is missing or can't be used.</summary>
    public string? Credential(string field, SecretKeyReference? source)
    {
        if (source is null || references.Bytes(ReferenceKind.Secret, source.SecretName, source.Key) is not { } bytes)
        {
            return null;
        }

        if (CredentialText.Problem(bytes) is { } problem)
        {
            Add(field, $"Secret '{source.SecretName}', key '{source.Key}' {problem}");
            return null;
        }

        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>What a client needs for TLS.</summary>
    public ClientTlsMaterial ClientTls(string field, KafkaTlsSpec? tls)
    {
        if (tls is null)
        {
            return new ClientTlsMaterial(null, null, null);
        }

        var trusted = Certificates($"{field}.trustedCertificates", tls.TrustedCertificates);
        return tls.ClientCertificate is { } client
            ? new ClientTlsMaterial(
                trusted,
                Certificates($"{field}.clientCertificate", client.SecretName, client.CertificateKey),
                Key($"{field}.clientCertificate", client.SecretName, client.PrivateKeyKey))
            : new ClientTlsMaterial(trusted, null, null);
    }

    /// <summary>Says where a key is not the certificate's.</summary>
    public void RequirePair(string field, CertificateBundle? chain, PrivateKey? key)
    {
        try
        {
            if (chain is not null && key is not null)
            {
                PemMaterial.RequirePair(key, chain);
            }
        }
        catch (PemException e)
        {
            Add(field, e.Message);
        }
    }

    private T? Pem<T>(string field, string secret, string key, Func<string, T> read)
        where T : class
    {
        try
        {
            return references.Text(ReferenceKind.Secret, secret, key) is { } text ? read(text) : null;
        }
        catch (PemException e)
        {
            Add(field, $"Secret '{secret}', key '{key}': {e.Message}");
            return null;
        }
    }
}

/// <summary>What a client needs for TLS.</summary>
/// <param name="Trusted">The certificates to trust; null for the system's roots.</param>
/// <param name="Chain">The client's certificate chain; null without mTLS.</param>
/// <param name="Key">The client's private key; null without mTLS.</param>
internal sealed record ClientTlsMaterial(CertificateBundle? Trusted, CertificateBundle? Chain, PrivateKey? Key)
{
    /// <summary>A fixed text: secrets never reach a log by accident.</summary>
    public override string ToString() => nameof(ClientTlsMaterial);
}
