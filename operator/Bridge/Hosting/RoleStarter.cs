using KafkaLogstash.Bridge.Hosting.Logging;
using KafkaLogstash.Bridge.Metering;
using KafkaLogstash.Bridge.Security;
using KafkaLogstash.Bridge.Sink;
using KafkaLogstash.Bridge.Source;
using KafkaLogstash.Bridging;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace KafkaLogstash.Bridge.Hosting;

/// <summary>Makes the halves of a bridge, once their files are there.</summary>
internal sealed partial class RoleStarter
{
    private static readonly TimeSpan WaitInterval = TimeSpan.FromSeconds(1);

    private readonly BridgeSettings _settings;
    private readonly BridgeSurroundings _surroundings;
    private readonly JsonLog _log;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly SourceMetrics? _sourceMetrics;
    private readonly SinkMetrics? _sinkMetrics;
    private ClientTls? _sourceTls;
    private ServerTls? _sinkTls;

    /// <summary>A starter.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="surroundings">Where the bridge runs.</param>
    /// <param name="registry">Takes the roles' metrics.</param>
    /// <param name="metrics">Shows when certificates end.</param>
    /// <param name="log">Is told what to hide.</param>
    /// <param name="loggers">Make loggers.</param>
    public RoleStarter(
        BridgeSettings settings, BridgeSurroundings surroundings, CollectorRegistry registry, BridgeMetrics metrics, JsonLog log, ILoggerFactory loggers)
    {
        _settings = settings;
        _surroundings = surroundings;
        _log = log;
        _loggers = loggers;
        _logger = loggers.CreateLogger<RoleStarter>();
        if (settings.Source is not null)
        {
            _sourceMetrics = new SourceMetrics(registry);
            metrics.FollowCertificate("source", () => _sourceTls?.CertificateEnds);
            metrics.FollowCertificate("source_roots", () => _sourceTls?.RootsEnd);
        }

        if (settings.Sink is not null)
        {
            _sinkMetrics = new SinkMetrics(registry);
            metrics.FollowCertificate("sink", () => _sinkTls?.CertificateEnds);
            metrics.FollowCertificate("sink_client_roots", () => _sinkTls?.RootsEnd);
        }
    }

    /// <summary>Makes the source.</summary>
    /// <param name="waits">Is told what it waits for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<StartedRole> SourceAsync(Action<string> waits, CancellationToken cancellationToken)
    {
        var settings = _settings.Source!;
        return await StartAsync(
            settings.DrainTimeout,
            async () => _sourceTls = settings.Logstash.Tls is { } found
                ? await OpenAsync(() => ClientTls.Open(Here(found), _surroundings.Time, _logger, _surroundings.FileInterval), waits, cancellationToken)
                : null,
            (context, tls) => _surroundings.MakeRole?.Invoke("source", context) ?? new SourceBridge(settings, tls, _sourceMetrics!, context),
            waits,
            cancellationToken);
    }

    /// <summary>Makes the sink.</summary>
    /// <param name="waits">Is told what it waits for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<StartedRole> SinkAsync(Action<string> waits, CancellationToken cancellationToken)
    {
        var settings = _settings.Sink!;
        settings = settings with
        {
            Authentication = settings.Authentication is { } authentication
                ? authentication with { BasicFolder = Here(authentication.BasicFolder), BearerTokenFile = Here(authentication.BearerTokenFile) }
                : null,
        };
        return await StartAsync(
            settings.DrainTimeout,
            async () => _sinkTls = settings.Tls is { } found
                ? await OpenAsync(() => ServerTls.Open(Here(found), _surroundings.Time, _logger, _surroundings.FileInterval), waits, cancellationToken)
                : null,
            (context, tls) => _surroundings.MakeRole?.Invoke("sink", context) ?? new SinkBridge(settings, tls, _sinkMetrics!, context),
            waits,
            cancellationToken);
    }

    private async Task<StartedRole> StartAsync<TTls>(
        TimeSpan drainTimeout,
        Func<Task<TTls?>> open,
        Func<RoleContext, TTls?, IBridgeRole> make,
        Action<string> waits,
        CancellationToken cancellationToken)
        where TTls : class, IAsyncDisposable
    {
        var kafka = await OpenAsync(KafkaFile, waits, cancellationToken);
        TTls? tls = null;
        try
        {
            tls = await open();

            // In this order: what changes in between makes the role anew.
            var changed = kafka.Changed;
            return new(make(Context(kafka.Current), tls), drainTimeout, tls is null ? [kafka] : [tls, kafka], changed);
        }
        catch
        {
            await kafka.DisposeAsync();
            if (tls is not null)
            {
                await tls.DisposeAsync();
            }

            throw;
        }
    }

    private RoleContext Context(IReadOnlyDictionary<string, string> file)
    {
        // What the file says counts most: it has the credentials, and people must not get round them.
        var properties = new Dictionary<string, string>(_settings.Kafka.Properties, StringComparer.Ordinal);
        foreach (var (name, value) in file)
        {
            properties[name] = value;
        }

        _log.Hide(KafkaCredentials.In(properties));
        return new(
            properties,
            _surroundings.PodName,
            _surroundings.Resolver,
            _surroundings.Time,
            _loggers,
            new KafkaLog(properties, _surroundings.Time, _loggers.CreateLogger("librdkafka")),
            _surroundings.ListenAddress);
    }

    private ReloadingFiles<IReadOnlyDictionary<string, string>> KafkaFile() => ReloadingFiles<IReadOnlyDictionary<string, string>>.Open(
        [_surroundings.Path(_settings.Kafka.ClientFile)],
        contents => KafkaClientFile.Read(contents[0], _settings.Kafka.ClientFile),
        _surroundings.Time,
        _logger,
        _surroundings.FileInterval);

    /// <summary>Opens what depends on files, and waits while one is not there: a Secret may come later than the pod.</summary>
    private async Task<T> OpenAsync<T>(Func<T> open, Action<string> waits, CancellationToken cancellationToken)
    {
        var told = "";
        while (true)
        {
            string trouble;
            try
            {
                return open();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException)
            {
                trouble = failure.Message;
            }

            if (told != trouble)
            {
                LogWaits(_logger, told = trouble);
                waits($"It waits for its files: {trouble}");
            }

            await Task.Delay(WaitInterval < _surroundings.FileInterval ? WaitInterval : _surroundings.FileInterval, _surroundings.Time, cancellationToken);
        }
    }

    private ClientTlsSettings Here(ClientTlsSettings tls) => tls with
    {
        TrustedCertificatesFile = Here(tls.TrustedCertificatesFile),
        CertificateFile = Here(tls.CertificateFile),
        PrivateKeyFile = Here(tls.PrivateKeyFile),
    };

    private ServerTlsSettings Here(ServerTlsSettings tls) => tls with
    {
        CertificateFile = _surroundings.Path(tls.CertificateFile),
        PrivateKeyFile = _surroundings.Path(tls.PrivateKeyFile),
        TrustedClientCertificatesFile = Here(tls.TrustedClientCertificatesFile),
    };

    private string? Here(string? path) => path is null ? null : _surroundings.Path(path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waits for files: {Trouble}")]
    private static partial void LogWaits(ILogger logger, string trouble);
}
