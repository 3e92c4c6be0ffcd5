using System.Text.Json;
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
    private static readonly TimeSpan FileInterval = TimeSpan.FromSeconds(1);

    private readonly BridgeSettings _settings;
    private readonly BridgeSurroundings _surroundings;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly SourceMetrics? _sourceMetrics;
    private readonly SinkMetrics? _sinkMetrics;

    /// <summary>A starter.</summary>
    public RoleStarter(BridgeSettings settings, BridgeSurroundings surroundings, CollectorRegistry registry, TimeProvider time, ILoggerFactory loggers)
    {
        _settings = settings;
        _surroundings = surroundings;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger<RoleStarter>();
        _sourceMetrics = settings.Source is null ? null : new SourceMetrics(registry);
        _sinkMetrics = settings.Sink is null ? null : new SinkMetrics(registry);
    }

    /// <summary>Makes the source.</summary>
    /// <param name="waits">Is told what it waits for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<StartedRole> SourceAsync(Action<string> waits, CancellationToken cancellationToken)
    {
        var settings = _settings.Source!;
        var kafka = await OpenAsync(KafkaFile, waits, cancellationToken);
        var tls = settings.Logstash.Tls is { } found ? await OpenAsync(() => ClientTls.Open(Here(found), _time, _logger), waits, cancellationToken) : null;
        return new(new SourceBridge(settings, tls, _sourceMetrics!, Context(kafka)), tls is null ? [kafka] : [tls, kafka], kafka.Changed);
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
        var kafka = await OpenAsync(KafkaFile, waits, cancellationToken);
        var tls = settings.Tls is { } found ? await OpenAsync(() => ServerTls.Open(Here(found), _time, _logger), waits, cancellationToken) : null;
        return new(new SinkBridge(settings, tls, _sinkMetrics!, Context(kafka)), tls is null ? [kafka] : [tls, kafka], kafka.Changed);
    }

    private RoleContext Context(ReloadingFiles<IReadOnlyDictionary<string, string>> kafka)
    {
        // What the file says counts most: it has the credentials, and people must not get round them.
        var properties = new Dictionary<string, string>(_settings.Kafka.Properties, StringComparer.Ordinal);
        foreach (var (name, value) in kafka.Current)
        {
            properties[name] = value;
        }

        return new(
            properties,
            _surroundings.PodName,
            _surroundings.Resolver,
            _time,
            _loggers,
            new KafkaLog(properties, _loggers.CreateLogger("librdkafka")),
            _surroundings.ListenAddress);
    }

    private ReloadingFiles<IReadOnlyDictionary<string, string>> KafkaFile() => ReloadingFiles<IReadOnlyDictionary<string, string>>.Open(
        [_surroundings.Path(_settings.Kafka.ClientFile)],
        contents =>
        {
            try
            {
                return JsonSerializer.Deserialize(contents[0], KafkaFileJson.Default.DictionaryStringString)
                    ?? throw new FormatException($"{_settings.Kafka.ClientFile} says null where properties of librdkafka belong.");
            }
            catch (JsonException failure)
            {
                // The cause's text could quote a value; only messages are logged.
                throw new FormatException(
                    $"{_settings.Kafka.ClientFile} is no JSON object of strings, as of line {failure.LineNumber + 1}: it must hold properties of librdkafka.", failure);
            }
        },
        _time,
        _logger);

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
            catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException or FormatException)
            {
                trouble = failure.Message;
            }

            if (told != trouble)
            {
                LogWaits(_logger, told = trouble);
                waits($"It waits for its files: {trouble}");
            }

            await Task.Delay(FileInterval, _time, cancellationToken);
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
