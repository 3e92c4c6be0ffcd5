using Confluent.Kafka;
using KafkaLogstash.Bridge.Hosting.Logging;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Hosting;

/// <summary>Passes on what librdkafka logs, without the credentials it was given, and what it says again and again once in a while.</summary>
/// <param name="properties">The client's properties.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class KafkaLog(IReadOnlyDictionary<string, string> properties, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private readonly RepeatedLines _lines = new(Silence, time);
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
        if (logger.IsEnabled(level) && _lines.IsDue($"{line.Facility} {line.Message}", out var leftOut))
        {
            Log(logger, level, line.Facility, KafkaCredentials.Hide(line.Message, _secrets), leftOut == 0 ? "" : $" (said {leftOut} more times since)");
        }
    }

    [LoggerMessage(Message = "librdkafka: {Facility}: {Line}{Repetition}")]
    private static partial void Log(ILogger logger, LogLevel level, string facility, string line, string repetition);
}
