using KafkaLogstash.Bridge.Security;
using KafkaLogstash.Bridging;
using KafkaLogstash.Tests.Unit.Bridge.Hosting;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Tests.Unit.Bridge.Security;

/// <summary>A Secret's folder much as the kubelet keeps it: files are links, which come to lead to others.</summary>
internal sealed class TlsFiles : ILogger, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tls-");
    private readonly List<string> _log = [];
    private int _versions;

    public ServerTlsSettings Server => new() { CertificateFile = File("tls.crt"), PrivateKeyFile = File("tls.key"), TrustedClientCertificatesFile = File("ca.crt") };

    public ClientTlsSettings Client => new() { CertificateFile = File("tls.crt"), PrivateKeyFile = File("tls.key"), TrustedCertificatesFile = File("ca.crt") };

    public string File(string name) => Path.Join(_folder.FullName, name);

    public TlsFiles Put((string Certificate, string Key) identity, string roots)
    {
        var version = _folder.CreateSubdirectory($"..{++_versions}").FullName;
        foreach (var (name, text) in new[] { ("tls.crt", identity.Certificate), ("tls.key", identity.Key), ("ca.crt", roots) })
        {
            System.IO.File.WriteAllText(Path.Join(version, name), text);
            System.IO.File.CreateSymbolicLink(File(name) + ".new", Path.Join(version, name));
        }

        foreach (var name in new[] { "tls.crt", "tls.key", "ca.crt" })
        {
            System.IO.File.Move(File(name) + ".new", File(name), overwrite: true);
        }

        return this;
    }

    public ServerTls OpenServer(bool verifiesClients = true) =>
        ServerTls.Open(verifiesClients ? Server : Server with { TrustedClientCertificatesFile = null }, TimeProvider.System, this, TimeSpan.FromMilliseconds(50));

    public ClientTls OpenClient(Func<ClientTlsSettings, ClientTlsSettings>? change = null) =>
        ClientTls.Open(change?.Invoke(Client) ?? Client, TimeProvider.System, this, TimeSpan.FromMilliseconds(50));

    public Task LoggedAsync(string text) => Eventually.IsTrueAsync(() => Log.Any(line => line.Contains(text, StringComparison.Ordinal)), $"the log says: {text}");

    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_log)
            {
                return [.. _log];
            }
        }
    }

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_log)
        {
            _log.Add($"{logLevel}: {formatter(state, exception)}");
        }
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose() => _folder.Delete(recursive: true);
}
