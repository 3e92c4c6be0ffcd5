using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Hosting;

/// <summary>Passes on what librdkafka logs, without the credentials it was given.</summary>
/// <param name="properties">The client's properties.</param>
/// <param name="logger">The log.</param>
internal sealed partial class KafkaLog(IReadOnlyDictionary<string, string> properties, ILogger logger)
{
    /// <summary>Shorter values would make any text unreadable.</summary>
    private const int ShortestSecret = 4;

    private readonly string[] _secrets =
    [
        .. properties.Where(property => IsSecret(property.Key) && property.Value.Length >= ShortestSecret)
            .Select(property => property.Value)
            .OrderByDescending(value => value.Length),
    ];

    /// <summary>Passes a line on.</summary>
    public void Pass(LogMessage line)
    {
        var level = line.Level switch
        {
            <= SyslogLevel.Error => LogLevel.Error,
            SyslogLevel.Warning => LogLevel.Warning,
            SyslogLevel.Notice or SyslogLevel.Info => LogLevel.Information,
            _ => LogLevel.Debug,
        };
        if (logger.IsEnabled(level))
        {
            Log(logger, level, line.Facility, _secrets.Aggregate(line.Message, (text, secret) => text.Replace(secret, "***", StringComparison.Ordinal)));
        }
    }

    private static bool IsSecret(string property) =>
        property.Contains("password", StringComparison.Ordinal) || property.Contains("secret", StringComparison.Ordinal)
        || property.Contains("key.pem", StringComparison.Ordinal) || property.Contains("oauthbearer.config", StringComparison.Ordinal);

    [LoggerMessage(Message = "librdkafka: {Facility}: {Line}")]
    private static partial void Log(ILogger logger, LogLevel level, string facility, string line);
}
