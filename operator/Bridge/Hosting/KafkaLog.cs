using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Hosting;

/// <summary>Passes on what librdkafka logs, without the credentials it was given.</summary>
/// <param name="properties">The client's properties.</param>
/// <param name="logger">The log.</param>
internal sealed partial class KafkaLog(IReadOnlyDictionary<string, string> properties, ILogger logger)
{
    private readonly string[] _secrets = KafkaCredentials.In(properties);

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
            Log(logger, level, line.Facility, KafkaCredentials.Hide(line.Message, _secrets));
        }
    }

    [LoggerMessage(Message = "librdkafka: {Facility}: {Line}")]
    private static partial void Log(ILogger logger, LogLevel level, string facility, string line);
}
