using System.Text.RegularExpressions;
using Confluent.Kafka;
using KafkaLogstash.Kafka.Clients;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>
/// Passes on what librdkafka logs: without credentials, and what it says again and again once in a while. It also keeps the last trouble with each broker,
/// from which <see cref="KafkaFindings"/> tells people what is wrong.
/// </summary>
internal sealed partial class ClientLog(IReadOnlyList<string> bootstrapServers, KafkaSecrets secrets, TimeSpan repeatedLineInterval, TimeProvider time, ILogger logger)
{
    /// <summary>The most lines that are remembered; a client that says more different things than these is logged without memory of the oldest.</summary>
    private const int KeptLines = 64;

    /// <summary>Shorter secrets would make any text unreadable.</summary>
    private const int ShortestSecret = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClientTrouble> _troubles = new(StringComparer.Ordinal);
    private readonly string _servers = string.Join(',', bootstrapServers);
    private TaskCompletionSource _allBrokersDown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The last trouble with each broker since all of them last answered.</summary>
    public IReadOnlyList<ClientTrouble> Troubles
    {
        get
        {
            lock (_gate)
            {
                return [.. _troubles.Values];
            }
        }
    }

    /// <summary>Ends once every broker that is known has failed, one after the other, since <see cref="Begin"/>.</summary>
    public Task AllBrokersDown
    {
        get
        {
            lock (_gate)
            {
                return _allBrokersDown.Task;
            }
        }
    }

    /// <summary>A look begins: the brokers are tried anew.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            if (_allBrokersDown.Task.IsCompleted)
            {
                _allBrokersDown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <summary>Every broker answers: what they suffered from is over.</summary>
    public void ForgetTroubles()
    {
        lock (_gate)
        {
            _troubles.Clear();
        }
    }

    /// <summary>Takes an error that librdkafka reports.</summary>
    public void Error(Error error)
    {
        if (error.Code == ErrorCode.Local_AllBrokersDown)
        {
            lock (_gate)
            {
                _allBrokersDown.TrySetResult();
            }
        }
        else
        {
            Remember(ClientTrouble.Parse(error.Code, Redact(error.Reason)));
        }
    }

    /// <summary>Takes a line that librdkafka logs.</summary>
    public void Write(LogMessage message)
    {
        var text = Redact(message.Message);

        // What it logs of connections that brokers closed is marked as information alone.
        if (message.Level <= SyslogLevel.Warning || message.Facility == "FAIL")
        {
            Remember(ClientTrouble.Parse(null, text));
        }

        var level = message.Level switch
        {
            SyslogLevel.Emergency or SyslogLevel.Alert or SyslogLevel.Critical => LogLevel.Error,
            SyslogLevel.Error or SyslogLevel.Warning => LogLevel.Warning,
            _ => LogLevel.Debug,
        };
        if (logger.IsEnabled(level) && IsDue(message.Facility, text, out var suppressed))
        {
            logger.Log(level, "Kafka at {BootstrapServers}: {Facility}: {Text}{Repetition}", _servers, message.Facility, text, suppressed == 0 ? "" : $" (said {suppressed} more times since)");
        }
    }

    /// <summary>A text without the credentials, should it hold them.</summary>
    public string Redact(string text)
    {
        foreach (var secret in new[] { secrets.Password, secrets.OAuthClientSecret })
        {
            if (secret is { Length: >= ShortestSecret })
            {
                text = text.Replace(secret, "[redacted]", StringComparison.Ordinal);
            }
        }

        return text;
    }

    private void Remember(ClientTrouble trouble)
    {
        lock (_gate)
        {
            // The same text comes as an error with a code, too: a line without one tells no more.
            var key = trouble.Broker ?? "";
            if (trouble.Code is null && _troubles.TryGetValue(key, out var known) && known.Code is not null)
            {
                return;
            }

            _troubles[key] = trouble;
        }
    }

    private bool IsDue(string facility, string text, out int suppressed)
    {
        // Durations and counts differ each time.
        var key = $"{facility} {VaryingNumber().Replace(text, "#")}";
        var now = time.GetUtcNow();
        suppressed = 0;
        lock (_gate)
        {
            if (_lines.TryGetValue(key, out var line))
            {
                if (now - line.At < repeatedLineInterval)
                {
                    line.Suppressed++;
                    return false;
                }

                suppressed = line.Suppressed;
            }
            else if (_lines.Count == KeptLines)
            {
                _lines.Remove(_lines.MinBy(entry => entry.Value.At).Key);
            }

            _lines[key] = new Line(now);
            return true;
        }
    }

    [GeneratedRegex(@"\d+(?=(?:\.\d+)?ms\b)|\d+(?= identical)|(?<=socket )\d+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex VaryingNumber();

    private sealed class Line(DateTimeOffset at)
    {
        public DateTimeOffset At { get; } = at;

        public int Suppressed { get; set; }
    }
}
