using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridging;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Security;

/// <summary>TLS of a server. Handshakes use what the files hold at their time; connections that are there live on.</summary>
internal sealed class ServerTls : IAsyncDisposable
{
    /// <summary>Client authentication (RFC 5280, section 4.2.1.12).</summary>
    private static readonly Oid ClientUsage = new("1.3.6.1.5.5.7.3.2");

    private readonly ReloadingFiles<Material> _files;

    private ServerTls(ReloadingFiles<Material> files) => _files = files;

    /// <summary>When its certificate ends.</summary>
    public DateTimeOffset CertificateEnds => new(_files.Current.Identity.TargetCertificate.NotAfter);

    /// <summary>When the first of the roots for clients ends; null where clients need no certificate.</summary>
    public DateTimeOffset? RootsEnd => _files.Current.ClientRoots?.Min(root => new DateTimeOffset(root.NotAfter));

    /// <summary>The options of a handshake.</summary>
    public SslServerAuthenticationOptions Current
    {
        get
        {
            var material = _files.Current;
            var options = new SslServerAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ServerCertificateContext = material.Identity,
            };
            if (material.ClientRoots is { } roots)
            {
                options.ClientCertificateRequired = true;

                // A resumed session would not have its client verified against the roots of today.
                options.AllowTlsResume = false;
                options.CertificateChainPolicy = PemCertificates.Policy(roots, ClientUsage);
                options.RemoteCertificateValidationCallback = (_, certificate, _, errors) => certificate is not null && errors == SslPolicyErrors.None;
            }

            return options;
        }
    }

    /// <summary>Reads the files and begins to watch them.</summary>
    /// <param name="settings">The files.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <param name="interval">How often the files are looked at; null for every two seconds.</param>
    /// <exception cref="IOException">One can't be read.</exception>
    /// <exception cref="FormatException">One can't be used; the message names it.</exception>
    public static ServerTls Open(ServerTlsSettings settings, TimeProvider time, ILogger logger, TimeSpan? interval = null)
    {
        string[] paths = [settings.CertificateFile, settings.PrivateKeyFile, .. new[] { settings.TrustedClientCertificatesFile }.OfType<string>()];
        return new(ReloadingFiles<Material>.Open(paths, contents => Read(settings, contents), time, logger, interval));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _files.DisposeAsync();

    private static Material Read(ServerTlsSettings settings, IReadOnlyList<byte[]> contents) => new(
        PemCertificates.Identity(contents[0], contents[1], $"{settings.CertificateFile} and {settings.PrivateKeyFile}"),
        settings.TrustedClientCertificatesFile is { } file ? PemCertificates.Roots(contents[2], file) : null);

    private sealed record Material(SslStreamCertificateContext Identity, X509Certificate2Collection? ClientRoots);
}
