using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.LogstashStandIn;

/// <summary>The program's standard output: log lines in Logstash's form, and the events that the stdout output prints.</summary>
internal sealed class StandInLog(TextWriter output, TimeProvider time)
{
    private readonly Lock _lock = new();

    /// <summary>Whether log lines are JSON objects (<c>log.format: json</c>).</summary>
    public bool AsJson { get; set; }

    /// <summary>What happens.</summary>
    public void Info(string logger, string message) => Write("INFO", logger, message);

    /// <summary>What somebody should know.</summary>
    public void Warn(string logger, string message) => Write("WARN", logger, message);

    /// <summary>What somebody should mend.</summary>
    public void Error(string logger, string message) => Write("ERROR", logger, message);

    /// <summary>A line that is no log line: an event, or the first line of all.</summary>
    public void Print(string line)
    {
        lock (_lock)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    private void Write(string level, string logger, string message)
    {
        var now = time.GetUtcNow();
        Print(AsJson
            ? new JsonObject
            {
                ["level"] = level,
                ["loggerName"] = logger,
                ["timeMillis"] = now.ToUnixTimeMilliseconds(),
                ["logEvent"] = new JsonObject { ["message"] = message },
            }.ToJsonString()
            : $"[{now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss,fff}][{level,-5}][{logger}] {message}");
    }
}
