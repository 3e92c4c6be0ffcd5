using System.Text.RegularExpressions;
using Confluent.Kafka;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>What librdkafka said about a connection to a broker that failed.</summary>
/// <param name="Code">Its code; null where only a text is known.</param>
/// <param name="Broker">The broker as <c>host:port</c>; null where the text names none.</param>
/// <param name="Text">What went wrong, without the broker's name before it.</param>
internal sealed partial record ClientTrouble(ErrorCode? Code, string? Broker, string Text)
{
    /// <summary>Reads a text of librdkafka's, which begins with the broker: <c>sasl_ssl://kafka-0:9093/bootstrap: Connect to … failed</c>.</summary>
    /// <param name="code">Its code; null where only a text is known.</param>
    /// <param name="text">The text.</param>
    public static ClientTrouble Parse(ErrorCode? code, string text)
    {
        // Log lines begin with the thread as well: [thrd:kafka-0:9093/bootstrap]: kafka-0:9093/bootstrap: …
        var line = ThreadName().Replace(text, "");
        return BrokerName().Match(line) is { Success: true } match
            ? new ClientTrouble(code, match.Groups["broker"].Value, line[match.Length..])
            : new ClientTrouble(code, null, line);
    }

    /// <summary>Whether the broker's certificate could not be verified.</summary>
    public bool IsAboutCertificate => Says("certificate verify failed") || Says("verify broker certificate");

    /// <summary>Whether the text holds a part.</summary>
    public bool Says(string part) => Text.Contains(part, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^\[thrd:.*?\]: (?!$)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex ThreadName();

    [GeneratedRegex(@"^(?:[a-z_]+://)?(?<broker>[^\s/]+:\d+)/(?:bootstrap|-?\d+): ", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex BrokerName();
}
