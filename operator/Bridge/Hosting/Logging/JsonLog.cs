using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Hosting.Logging;

/// <summary>
/// The log: one JSON object a line, with the members that the operator's log has (Microsoft's JSON console). Every text goes past <see cref="Hide"/>, whoever wrote it.
/// </summary>
/// <param name="writer">Where to.</param>
/// <param name="time">The clock.</param>
internal sealed class JsonLog(TextWriter writer, TimeProvider time) : ILoggerProvider
{
    private readonly Lock _gate = new();
    private volatile string[] _secrets = [];

    /// <summary>What is told; of the libraries only warnings and worse.</summary>
    public LogLevel Level { get; set; } = LogLevel.Information;

    /// <summary>From now on these texts are hidden, with those from before: what was under way with an old password may yet be told.</summary>
    public void Hide(IEnumerable<string> secrets) => _secrets = [.. _secrets.Union(secrets, StringComparer.Ordinal).OrderByDescending(secret => secret.Length)];

    /// <summary>A text without what is hidden.</summary>
    public string Clean(string text) => KafkaCredentials.Hide(text, _secrets);

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            writer.Flush();
        }
    }

    private void Write<TState>(string category, LogLevel level, EventId id, TState state, Exception? exception, string message)
    {
        var buffer = new ArrayBufferWriter<byte>(512);

        // The log goes to no browser: texts stay as they are read.
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("Timestamp", time.GetUtcNow().UtcDateTime.ToString("O"));
            json.WriteNumber("EventId", id.Id);
            json.WriteString("LogLevel", level.ToString());
            json.WriteString("Category", category);
            json.WriteString("Message", Clean(message));
            if (exception is not null)
            {
                json.WriteString("Exception", Clean(exception.ToString()));
            }

            if (state is IReadOnlyList<KeyValuePair<string, object?>> { Count: > 1 } fields)
            {
                WriteFields(json, fields);
            }

            json.WriteEndObject();
        }

        lock (_gate)
        {
            writer.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
            writer.Flush();
        }
    }

    private void WriteFields(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> fields)
    {
        json.WriteStartObject("State");
        foreach (var (name, value) in fields)
        {
            switch (value)
            {
                case null:
                    json.WriteNull(name);
                    break;
                case int number:
                    json.WriteNumber(name, number);
                    break;
                case long number:
                    json.WriteNumber(name, number);
                    break;
                case double number when double.IsFinite(number):
                    json.WriteNumber(name, number);
                    break;
                case bool truth:
                    json.WriteBoolean(name, truth);
                    break;
                case IEnumerable<string> texts:
                    json.WriteString(name, Clean(string.Join(", ", texts)));
                    break;
                default:
                    json.WriteString(name, Clean(value.ToString() ?? ""));
                    break;
            }
        }

        json.WriteEndObject();
    }

    private sealed class Category(JsonLog log, string name) : ILogger
    {
        private readonly bool _ofLibrary = name.StartsWith("Microsoft.", StringComparison.Ordinal) || name.StartsWith("System.", StringComparison.Ordinal);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) =>
            logLevel != LogLevel.None && logLevel >= log.Level && (!_ofLibrary || logLevel >= LogLevel.Warning);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Write(name, logLevel, eventId, state, exception, formatter(state, exception));
            }
        }
    }
}
