using System.Globalization;
using System.Text.RegularExpressions;
using Confluent.Kafka;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>What librdkafka said about a connection to a broker that failed.</summary>
/// <param name="Code">Its code; null where only a text is known.</param>
/// <param name="Broker">The broker as <c>host:port</c>; null where the text names none.</param>
/// <param name="Text">What went wrong, without the broker's name before it, and without the state of the connection behind it.</param>
internal sealed partial record ClientTrouble(ErrorCode? Code, string? Broker, string Text)
{
    /// <summary>librdkafka's word for how far the connection had come, for example <c>APIVERSION_QUERY</c>; empty where the text does not say.</summary>
    public string State { get; private init; } = "";

    /// <summary>How long the connection had been in that state, milliseconds.</summary>
    public int Milliseconds { get; private init; }

    /// <summary>
    /// Reads a text of librdkafka's, which begins with the broker and often ends with the state of the connection:
    /// <c>sasl_ssl://kafka-0:9093/bootstrap: Disconnected (after 5ms in state AUTH_REQ)</c>.
    /// </summary>
    /// <param name="code">Its code; null where only a text is known.</param>
    /// <param name="text">The text.</param>
    public static ClientTrouble Parse(ErrorCode? code, string text)
    {
        // Log lines begin with the thread as well: [thrd:kafka-0:9093/bootstrap]: kafka-0:9093/bootstrap: …
        var line = ThreadName().Replace(text, "");
        var state = ConnectionState().Match(line);
        line = state.Success ? line[..state.Index] : line;
        var broker = BrokerName().Match(line);
        return new ClientTrouble(code, broker.Success ? broker.Groups["broker"].Value : null, line[broker.Length..])
        {
            State = state.Groups["state"].Value,
            Milliseconds = int.TryParse(state.Groups["time"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) ? milliseconds : 0,
        };
    }

    /// <summary>Whether the broker's certificate could not be verified.</summary>
    public bool IsAboutCertificate => Says("certificate verify failed") || Says("verify broker certificate");

    /// <summary>Whether the broker closed the connection.</summary>
    public bool IsDisconnection => Says("Disconnected") || Says("closed by peer") || Says("Connection reset by peer");

    /// <summary>Whether the text holds a part.</summary>
    public bool Says(string part) => Text.Contains(part, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@" \(after (?<time>\d+)ms in state (?<state>[A-Z_]+).*\)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex ConnectionState();

    [GeneratedRegex(@"^\[thrd:.*?\]: (?!$)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex ThreadName();

    [GeneratedRegex(@"^(?:[a-z_]+://)?(?<broker>[^\s/]+:\d+)/(?:bootstrap|-?\d+): ", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex BrokerName();
}
