using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridging;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Security;

/// <summary>TLS of a client. Handshakes use what the files hold at their time; connections that are there live on.</summary>
internal sealed class ClientTls : IAsyncDisposable
{
    /// <summary>Server authentication (RFC 5280, section 4.2.1.12).</summary>
    private static readonly Oid ServerUsage = new("1.3.6.1.5.5.7.3.1");

    private readonly ClientTlsSettings _settings;
    private readonly ReloadingFiles<Material> _files;

    private ClientTls(ClientTlsSettings settings, ReloadingFiles<Material> files)
    {
        _settings = settings;
        _files = files;
    }

    /// <summary>When its certificate ends; null without one.</summary>
    public DateTimeOffset? CertificateEnds => _files.Current.Identity is { } identity ? new(identity.TargetCertificate.NotAfter) : null;

    /// <summary>When the first of the roots for servers ends; null where the system's are trusted.</summary>
    public DateTimeOffset? RootsEnd => _files.Current.Roots?.Min(root => new DateTimeOffset(root.NotAfter));

    /// <summary>Reads the files and begins to watch them.</summary>
    /// <param name="settings">The files, and what is checked.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <param name="interval">How often the files are looked at; null for every two seconds.</param>
    /// <exception cref="IOException">One can't be read.</exception>
    /// <exception cref="FormatException">One can't be used; the message names it.</exception>
    public static ClientTls Open(ClientTlsSettings settings, TimeProvider time, ILogger logger, TimeSpan? interval = null)
    {
        string[] paths = [.. new[] { settings.TrustedCertificatesFile, settings.CertificateFile, settings.PrivateKeyFile }.OfType<string>()];
        return new(settings, ReloadingFiles<Material>.Open(paths, contents => Read(settings, contents), time, logger, interval));
    }

    /// <summary>The name that a server's certificate must be for.</summary>
    /// <param name="host">The name that it is reached by.</param>
    public string NameFor(string host) => _settings.ServerName ?? host;

    /// <summary>The options of a handshake.</summary>
    /// <param name="host">The name of the server.</param>
    public SslClientAuthenticationOptions For(string host)
    {
        var material = _files.Current;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = NameFor(host),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = PemCertificates.Policy(material.Roots, ServerUsage),
            ClientCertificateContext = material.Identity,

            // A resumed session would go on with the certificates of the session that it resumes.
            AllowTlsResume = false,
        };
        if (!_settings.VerifyHostname)
        {
            options.RemoteCertificateValidationCallback = (_, _, _, errors) => (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;
        }

        return options;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _files.DisposeAsync();

    private static Material Read(ClientTlsSettings settings, IReadOnlyList<byte[]> contents)
    {
        var next = 0;
        var roots = settings.TrustedCertificatesFile is { } file ? PemCertificates.Roots(contents[next++], file) : null;
        var identity = settings is { CertificateFile: { } certificate, PrivateKeyFile: { } key }
            ? PemCertificates.Identity(contents[next], contents[next + 1], $"{certificate} and {key}")
            : null;
        return new(roots, identity);
    }

    private sealed record Material(X509Certificate2Collection? Roots, SslStreamCertificateContext? Identity);
}
