using System.Net;

namespace KafkaLogstash.Bridge.Source.Delivery;

/// <summary>A beats input.</summary>
/// <param name="Host">The name it is known by; the server's certificate must be for it.</param>
/// <param name="Port">Its port.</param>
/// <param name="Address">Its address; null: the name is resolved whenever it is connected to.</param>
internal sealed record LogstashEndpoint(string Host, int Port, IPAddress? Address)
{
    /// <summary>Reads <c>host:port</c>, <c>[v6]:port</c> too.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static LogstashEndpoint Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && int.TryParse(text.AsSpan(colon + 1), out var port) && port is > 0 and <= 65535
            ? new(text[..colon].Trim('[', ']'), port, Address: null)
            : throw new FormatException($"'{text}' is not of the form host:port.");
    }

    /// <summary>For people: its address where it has one, otherwise its name.</summary>
    public override string ToString() => Address is null ? $"{Host}:{Port}" : new IPEndPoint(Address, Port).ToString();
}
