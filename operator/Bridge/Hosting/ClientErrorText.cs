namespace KafkaLogstash.Bridge.Hosting;

/// <summary>What librdkafka says of an error, as a state that people and the operator read: it changes where the trouble does, and not at every attempt to connect.</summary>
internal static class ClientErrorText
{
    private const string Begin = " (after ";
    private const string Middle = "ms in state ";

    /// <summary>
    /// A text without the state of the connection behind it: <c>kafka-0:9093/bootstrap: Authentication failed (after 305ms in state AUTH_REQ, 4 identical error(s) suppressed)</c>.
    /// </summary>
    /// <param name="text">librdkafka's text.</param>
    public static string Lasting(string text) =>
        text.EndsWith(')') && text.LastIndexOf(Begin, StringComparison.Ordinal) is >= 0 and var end && text.IndexOf(Middle, end, StringComparison.Ordinal) > 0 ? text[..end] : text;
}
