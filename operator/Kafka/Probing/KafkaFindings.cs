using Confluent.Kafka;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>Turns librdkafka's errors into a word for programs and a sentence for people.</summary>
internal static class KafkaFindings
{
    /// <summary>Kafka answers.</summary>
    public static KafkaFinding Reachable(int brokers) =>
        new(true, "Reachable", brokers == 1 ? "One broker answers." : $"{brokers} brokers answer.");

    /// <summary>Kafka does not answer, or does not let the client in.</summary>
    /// <param name="code">The error's code.</param>
    /// <param name="texts">What librdkafka said last about connections, the newest first; it never holds a credential.</param>
    /// <param name="bootstrapServers">The brokers that were asked.</param>
    public static KafkaFinding Unreachable(ErrorCode code, IReadOnlyList<string> texts, IReadOnlyList<string> bootstrapServers)
    {
        var servers = string.Join(", ", bootstrapServers);
        bool Says(string part) => texts.Any(text => text.Contains(part, StringComparison.OrdinalIgnoreCase));

        if (code is ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Authentication || Says("SASL authentication") || Says("Authentication failed"))
        {
            return new KafkaFinding(false, "AuthenticationFailed", $"{servers} refuse the credentials: check spec.kafka.authentication and the Secret it names, and that the broker offers this mechanism.");
        }

        if (Says("unsupported SASL mechanism") || code == ErrorCode.UnsupportedSaslMechanism)
        {
            return new KafkaFinding(false, "MechanismUnsupported", $"{servers} do not offer this SASL mechanism: set spec.kafka.authentication.type to one they do.");
        }

        if (Says("certificate verify failed") || Says("unable to get local issuer") || Says("self-signed") || Says("self signed"))
        {
            return Says("certificate has expired")
                ? new KafkaFinding(false, "CertificateExpired", $"The certificate of {servers} has expired: it must be renewed on the brokers.")
                : Says("hostname mismatch") || Says("IP address mismatch")
                    ? new KafkaFinding(false, "CertificateNameMismatch", $"The certificate of {servers} was issued for another name: use the name it has, or set spec.kafka.tls.verifyHostname to false.")
                    : new KafkaFinding(false, "CertificateUntrusted", $"The certificate of {servers} comes from an authority that is not trusted: put its CA into spec.kafka.tls.trustedCertificates.");
        }

        if (Says("SSL handshake failed") || Says("SSL transport error") || Says("wrong version number") || code == ErrorCode.Local_Ssl)
        {
            return new KafkaFinding(false, "TlsFailed", $"No TLS connection to {servers} comes about: if these are plaintext listeners, leave out spec.kafka.tls; if they want a client certificate, set spec.kafka.tls.clientCertificate.");
        }

        if (Says("Failed to resolve"))
        {
            return new KafkaFinding(false, "NameNotResolved", $"A name among {servers} is not known to DNS: check spec.kafka.bootstrapServers.");
        }

        if (Says("Connection refused"))
        {
            return new KafkaFinding(false, "ConnectionRefused", $"Nothing listens at {servers}: check address and port in spec.kafka.bootstrapServers, and that Kafka runs.");
        }

        if (Says("Disconnected") && Says("ApiVersion"))
        {
            return new KafkaFinding(false, "ProtocolMismatch", $"{servers} close the connection at once: if these are TLS or SASL listeners, set spec.kafka.tls and spec.kafka.authentication.");
        }

        return new KafkaFinding(
            false,
            "Unreachable",
            $"{servers} do not answer ({Words(code)}): check that Kafka runs, that the address is right, and that no network policy or firewall stands between.");
    }

    /// <summary>Judges topics.</summary>
    /// <param name="wished">Topics named in the spec.</param>
    /// <param name="pattern">A pattern instead; null where topics are named.</param>
    /// <param name="matching">Topics that match the pattern.</param>
    /// <param name="known">Every topic there is, with its error.</param>
    public static KafkaFinding Topics(IReadOnlyList<string> wished, string? pattern, IReadOnlyCollection<string> matching, IReadOnlyDictionary<string, TopicMetadata> known)
    {
        var missing = wished.Where(topic => !known.TryGetValue(topic, out var found) || found.Error.Code == ErrorCode.UnknownTopicOrPart).ToList();
        if (missing.Count > 0)
        {
            var near = missing.SelectMany(topic => known.Keys.Where(other => IsNear(topic, other))).Distinct(StringComparer.Ordinal).Take(3).ToList();
            return new KafkaFinding(
                false,
                "TopicMissing",
                $"There is no topic {string.Join(", ", missing.Select(topic => $"'{topic}'"))}{(near.Count > 0 ? $"; there is {string.Join(", ", near.Select(topic => $"'{topic}'"))}" : "")}. Create it, or mend the spec.");
        }

        var refused = wished.Where(topic => known[topic].Error.Code is ErrorCode.TopicAuthorizationFailed).ToList();
        if (refused.Count > 0)
        {
            return new KafkaFinding(false, "NotAuthorized", $"The client may not use {string.Join(", ", refused.Select(topic => $"'{topic}'"))}: grant it the rights on the topic.");
        }

        var broken = wished.FirstOrDefault(topic => known[topic].Error.IsError);
        if (broken is not null)
        {
            return new KafkaFinding(false, "TopicUnavailable", $"The topic '{broken}' can't be used now: {Words(known[broken].Error.Code)}.");
        }

        if (pattern is not null && matching.Count == 0)
        {
            return new KafkaFinding(false, "NoTopicMatches", $"No topic matches '{pattern}' (spec.input.topicsPattern): create one, or mend the pattern.");
        }

        return new KafkaFinding(true, "Available", wished.Count + matching.Count == 1 ? "The topic is there." : "Every topic is there.");
    }

    /// <summary>Whether two names are so alike that one may be a slip for the other: at most two letters differ.</summary>
    internal static bool IsNear(string one, string other)
    {
        const int Most = 2;
        if (Math.Abs(one.Length - other.Length) > Most || other.StartsWith("__", StringComparison.Ordinal))
        {
            return false;
        }

        var previous = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var current = new int[other.Length + 1];
            current[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var same = char.ToLowerInvariant(one[i - 1]) == char.ToLowerInvariant(other[j - 1]);
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + (same ? 0 : 1));
            }

            previous = current;
        }

        return previous[^1] <= Most;
    }

    private static string Words(ErrorCode code) => code switch
    {
        ErrorCode.Local_TimedOut or ErrorCode.RequestTimedOut => "no answer in time",
        ErrorCode.Local_AllBrokersDown => "all brokers are down",
        ErrorCode.Local_Transport => "the connection broke",
        _ => code.ToString(),
    };
}
