using System.Collections.Concurrent;
using KafkaLogstash.Kafka.Probing;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Tests.Unit.Kafka;

/// <summary>A log that keeps its lines.</summary>
internal sealed class LogLines : ILogger<KafkaProber>
{
    public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue((logLevel, formatter(state, exception)));
}
