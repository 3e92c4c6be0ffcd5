using Confluent.Kafka;
using KafkaLogstash.Api;
using KafkaLogstash.Logstash.Catalogue;
using SecurityProtocol = KafkaLogstash.Kafka.Clients.SecurityProtocol;

namespace KafkaLogstash.Kafka.Probing;

/// <summary>Turns what librdkafka says into a word for programs and sentences for people: what is wrong, where, and what to do.</summary>
internal static class KafkaFindings
{
    /// <summary>The reason of a finding about a certificate of which no more is known.</summary>
    public const string CertificateUntrusted = "CertificateUntrusted";

    private const int MostNamed = 5;

    private static readonly string[] TlsAlerts = ["alert bad certificate", "alert certificate required", "alert handshake failure", "unexpected message", "alert unknown ca", "alert certificate unknown"];

    /// <summary>Kafka answers.</summary>
    public static KafkaFinding Reachable { get; } = new(true, "Reachable", "Kafka answers.");

    /// <summary>The client can't even be made.</summary>
    /// <param name="text">What librdkafka says, without credentials.</param>
    public static KafkaFinding Unusable(string text) =>
        new(false, "ConfigurationRefused", $"librdkafka refuses what spec.kafka and its Secrets come to: {text.TrimEnd('.')}. Mend spec.kafka.");

    /// <summary>Kafka does not answer, or does not let the client in.</summary>
    /// <param name="kafka">The cluster.</param>
    /// <param name="username">The user of SASL; null without one.</param>
    /// <param name="code">The error's code.</param>
    /// <param name="troubles">The last trouble with each broker; without credentials.</param>
    public static KafkaFinding Unreachable(KafkaSpec kafka, string? username, ErrorCode code, IReadOnlyList<ClientTrouble> troubles)
    {
        // An error that a broker answered with is the reason itself, whatever other connections suffer from.
        var telling = code < ErrorCode.NoError ? troubles : [];
        var cause = telling.DefaultIfEmpty(new ClientTrouble(code, null, "")).GroupBy(trouble => CauseOf(trouble, kafka)).MinBy(group => group.Key)!;
        var named = cause.Select(trouble => trouble.Broker).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var servers = Listed(named.Count > 0 ? named : kafka.BootstrapServers);
        var said = cause.First().Text;
        var login = kafka.Authentication is { } authentication
            ? $"{SecurityProtocol.Mechanism(authentication.Type)}{(string.IsNullOrEmpty(username) ? "" : $" as user '{username}'")}"
            : "no authentication";

        return cause.Key switch
        {
            Cause.Mechanism => new KafkaFinding(
                false,
                "MechanismUnsupported",
                $"{servers} do not offer the SASL mechanism of {login}{Offered(said)}: set spec.kafka.authentication.type to one they offer."),
            Cause.Token => new KafkaFinding(
                false,
                "TokenNotIssued",
                $"{kafka.Authentication?.Oauth?.TokenEndpointUrl ?? "The token endpoint"} issues no token for client '{kafka.Authentication?.Oauth?.ClientId}': check spec.kafka.authentication.oauth and its Secret, and that the operator reaches the URL."),
            Cause.Authentication => new KafkaFinding(
                false,
                "AuthenticationFailed",
                $"{servers} refuse {login}: check user and password in spec.kafka.authentication and its Secrets, and that the brokers know this user for this mechanism."),
            Cause.Certificate => new KafkaFinding(
                false,
                CertificateUntrusted,
                $"The certificate of {servers} can't be verified: put the CA that issued it into spec.kafka.tls.trustedCertificates, and dial the name that it was issued for."),
            Cause.ClientCertificate => new KafkaFinding(
                false,
                "ClientCertificateRefused",
                kafka.Tls?.ClientCertificate is null
                    ? $"{servers} end the connection after the TLS handshake, as brokers do that want a client certificate: set spec.kafka.tls.clientCertificate."
                    : $"{servers} do not accept the client certificate: check that spec.kafka.tls.clientCertificate is valid and issued by a CA they trust."),
            Cause.PlaintextListener => new KafkaFinding(
                false,
                "PlaintextListener",
                $"{servers} do not speak TLS: leave out spec.kafka.tls, or use the port of a TLS listener."),
            Cause.Tls => new KafkaFinding(
                false,
                "TlsFailed",
                $"No TLS connection to {servers} comes about: check that it is a TLS listener, and that it wants no client certificate besides spec.kafka.tls."),
            Cause.TlsListener => new KafkaFinding(
                false,
                "TlsListener",
                $"{servers} close the connection at once, as TLS listeners do when spoken to in plaintext: set spec.kafka.tls ({{}} for the system's roots), or use the port of a plaintext listener."),
            Cause.SaslListener => new KafkaFinding(
                false,
                "AuthenticationRequired",
                $"{servers} close the connection once it stands, as listeners do that want SASL: set spec.kafka.authentication."),
            Cause.Authorization => new KafkaFinding(
                false,
                "ClusterNotAuthorized",
                $"{servers} do not let {login} see the cluster: grant it Describe on the cluster."),
            Cause.Name => new KafkaFinding(
                false,
                "NameNotResolved",
                $"{Others(kafka, troubles, named)}{servers}: DNS does not know the name. Check {Field(kafka, named)}."),
            Cause.Refused => new KafkaFinding(
                false,
                "ConnectionRefused",
                $"{Others(kafka, troubles, named)}{servers}: nothing listens there. Check that Kafka runs, and address and port in {Field(kafka, named)}."),
            Cause.TimedOut => new KafkaFinding(
                false,
                "TimedOut",
                $"{Others(kafka, troubles, named)}{servers}: no connection in time. Check that no firewall or network policy stands between, and the address in {Field(kafka, named)}."),
            _ => new KafkaFinding(
                false,
                "Unreachable",
                $"{servers}: no usable answer ({Words(code)}{(said.Length == 0 ? "" : $"; librdkafka says: {said}")}). Check that Kafka runs and is not overloaded, and that no network policy or firewall stands between."),
        };
    }

    /// <summary>The cluster answers, yet brokers that lead partitions can't be reached: most often they advertise names that are of no use from here.</summary>
    /// <param name="finding">What is wrong with these brokers.</param>
    public static KafkaFinding LeadersUnreachable(KafkaFinding finding) => finding with
    {
        Message = $"The cluster answers, but not every broker it names. {finding.Message} Brokers advertise the addresses in advertised.listeners: these must be reachable from here and from Logstash.",
    };

    /// <summary>Judges topics.</summary>
    /// <param name="question">What the connection reads and writes.</param>
    /// <param name="matching">Topics that match the pattern; null where that can't be said.</param>
    /// <param name="known">The topics that were asked for, or all there are.</param>
    /// <param name="names">The names of all topics that can be seen.</param>
    /// <param name="lags">How far the group is behind.</param>
    public static KafkaFinding Topics(
        KafkaQuestion question, IReadOnlyList<string>? matching, IReadOnlyDictionary<string, TopicView> known, IEnumerable<string> names, TopicLags lags)
    {
        var wished = question.Topics.Concat(question.WrittenTopics).Distinct(StringComparer.Ordinal).ToList();
        ErrorCode ErrorOf(string topic) => known.TryGetValue(topic, out var view) ? view.Error : ErrorCode.UnknownTopicOrPart;

        var missing = wished.Where(topic => ErrorOf(topic) is ErrorCode.UnknownTopicOrPart or ErrorCode.TopicException).ToList();
        if (missing.Count > 0)
        {
            var others = names.Where(name => !InternalTopics.Contains(name)).ToList();
            var near = missing.Take(MostNamed).Select(topic => NearestName.Find(topic, others)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
            return new KafkaFinding(
                false,
                "TopicMissing",
                $"There is no topic {Quoted(missing)}, or the client may not see it{(near.Count > 0 ? $"; there is {Quoted(near)}" : "")}. Create it, or mend the spec.");
        }

        var refused = wished.Where(topic => ErrorOf(topic) == ErrorCode.TopicAuthorizationFailed).ToList();
        if (refused.Count > 0)
        {
            var rights = (refused.Exists(question.Topics.Contains), refused.Exists(question.WrittenTopics.Contains)) switch
            {
                (true, true) => "Read and Write",
                (false, true) => "Write",
                _ => "Read",
            };
            return new KafkaFinding(false, "TopicNotAuthorized", $"The client may not use the topic {Quoted(refused)}: grant it {rights} on it.");
        }

        if (wished.Find(topic => ErrorOf(topic) != ErrorCode.NoError) is { } broken)
        {
            return new KafkaFinding(false, "TopicUnavailable", $"The topic '{broken}' can't be used now: {Words(ErrorOf(broken))}.");
        }

        if (lags.GroupError == ErrorCode.GroupAuthorizationFailed)
        {
            return new KafkaFinding(false, "GroupNotAuthorized", $"The client may not use the consumer group '{question.GroupId}' (spec.input.groupId): grant it Read on the group.");
        }

        if (question.TopicsPattern is { } pattern)
        {
            if (matching is null)
            {
                return new KafkaFinding(null, "PatternUnclear", $"Only Java can tell which topics match '{pattern}' (spec.input.topicsPattern): write it more simply to see them here.");
            }

            if (matching.Count == 0)
            {
                return new KafkaFinding(false, "NoTopicMatches", $"No topic matches '{pattern}' (spec.input.topicsPattern): create one, or mend the pattern.");
            }
        }

        var read = question.Topics.Concat(matching ?? []).Distinct(StringComparer.Ordinal).ToList();
        var leaderless = wished.Union(read, StringComparer.Ordinal).FirstOrDefault(topic => known[topic].Leaderless.Count > 0);
        if (leaderless is not null)
        {
            return new KafkaFinding(
                false,
                "NoLeader",
                $"No broker leads partition {string.Join(", ", known[leaderless].Leaderless.Take(MostNamed))} of '{leaderless}': bring up the brokers that hold its replicas.");
        }

        var partitions = read.Sum(topic => known[topic].Partitions.Count);
        var finding = question.GroupId is not null && read.Count > 0 && question.Consumers > partitions
            ? new KafkaFinding(
                true,
                "FewerPartitionsThanConsumers",
                $"{question.Consumers} consumers (spec.input.consumerThreads times Logstash pods, or bridge pods) share {partitions} partition{(partitions == 1 ? "" : "s")}: {question.Consumers - partitions} stay idle. Add partitions, or run fewer consumers.")
            : new KafkaFinding(true, "Available", wished.Count + (matching?.Count ?? 0) == 1 ? "The topic is there." : "Every topic is there.");
        return lags.Unknown is null ? finding : finding with { Message = $"{finding.Message} The lag is unknown. {lags.Unknown}" };
    }

    /// <summary>An error's code in plain words.</summary>
    public static string Words(ErrorCode code) => code switch
    {
        ErrorCode.Local_TimedOut or ErrorCode.RequestTimedOut or ErrorCode.Local_TimedOutQueue => "no answer in time",
        ErrorCode.Local_AllBrokersDown => "no broker can be reached",
        ErrorCode.Local_Transport or ErrorCode.NetworkException => "the connection broke",
        ErrorCode.Local_UnsupportedFeature or ErrorCode.UnsupportedVersion => "the brokers are too old to tell",
        ErrorCode.LeaderNotAvailable or ErrorCode.NotLeaderForPartition or ErrorCode.ReplicaNotAvailable => "a partition has no leader just now",
        ErrorCode.GroupCoordinatorNotAvailable or ErrorCode.NotCoordinatorForGroup or ErrorCode.GroupLoadInProgress => "the group's coordinator is not ready",
        ErrorCode.TopicAuthorizationFailed => "the client has no right to the topic",
        ErrorCode.GroupAuthorizationFailed => "the client has no right to the group",
        ErrorCode.ClusterAuthorizationFailed => "the client has no right to the cluster",
        ErrorCode.UnknownTopicOrPart => "there is no such topic",
        ErrorCode.Local_UnknownBroker => "a broker is not known",
        _ => code.GetReason(),
    };

    private static Cause CauseOf(ClientTrouble trouble, KafkaSpec kafka)
    {
        if (trouble.IsDisconnection)
        {
            return CauseOfDisconnection(trouble, kafka);
        }

        if (trouble.Says("unsupported SASL mechanism") || trouble.Code == ErrorCode.UnsupportedSaslMechanism)
        {
            return Cause.Mechanism;
        }

        if (trouble.Says("OIDC") || trouble.Says("OAUTHBEARER token"))
        {
            return Cause.Token;
        }

        if (trouble.Code is ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Authentication || trouble.Says("SASL authentication") || trouble.Says("Authentication failed"))
        {
            return Cause.Authentication;
        }

        if (trouble.IsAboutCertificate)
        {
            return Cause.Certificate;
        }

        if (TlsAlerts.Any(trouble.Says))
        {
            return Cause.ClientCertificate;
        }

        if (trouble.Says("wrong version number") || trouble.Says("packet length too long") || trouble.Says("record layer failure"))
        {
            return Cause.PlaintextListener;
        }

        if (trouble.Code == ErrorCode.Local_Ssl || trouble.Says("SSL handshake failed") || trouble.Says("SSL transport error"))
        {
            return Cause.Tls;
        }

        if (trouble.Says("Invalid response size"))
        {
            return Cause.TlsListener;
        }

        return trouble.Code switch
        {
            ErrorCode.ClusterAuthorizationFailed => Cause.Authorization,
            ErrorCode.Local_Resolve => Cause.Name,
            _ when trouble.Says("Failed to resolve") => Cause.Name,
            _ when trouble.Says("Connection refused") => Cause.Refused,
            _ when trouble.Says("setup timed out") || trouble.Says("Connection timed out") || trouble.Says("No route to host") || trouble.Says("unreachable") => Cause.TimedOut,
            _ => Cause.Other,
        };
    }

    /// <summary>A broker that closes the connection does not say why. How far the connection had come tells.</summary>
    private static Cause CauseOfDisconnection(ClientTrouble trouble, KafkaSpec kafka)
    {
        const int Soon = 2000;
        return trouble.State switch
        {
            "SSL_HANDSHAKE" => Cause.PlaintextListener,

            // Since TLS 1.3 a client learns only after the handshake that its certificate will not do.
            "APIVERSION_QUERY" => kafka.Tls is null ? Cause.TlsListener : Cause.ClientCertificate,

            // Before 1.0 brokers had no other way to refuse a login.
            "AUTH_LEGACY" or "AUTH_HANDSHAKE" or "AUTH_REQ" => Cause.Authentication,
            "UP" when trouble.Milliseconds < Soon && kafka.Authentication is null => Cause.SaslListener,
            _ => Cause.Other,
        };
    }

    /// <summary>What other brokers suffer from, where it is not the same: their names alone would hide it.</summary>
    private static string Others(KafkaSpec kafka, IReadOnlyList<ClientTrouble> troubles, List<string> named)
    {
        var others = troubles.Where(trouble => trouble.Broker is { } broker && !named.Contains(broker, StringComparer.Ordinal))
            .Select(trouble => (trouble.Broker, Words: InShort(CauseOf(trouble, kafka))))
            .Where(entry => entry.Words is not null)
            .Take(MostNamed)
            .ToList();
        return others.Count == 0 ? "" : $"{string.Join("; ", others.Select(entry => $"{entry.Broker}: {entry.Words}"))}; ";
    }

    private static string? InShort(Cause cause) => cause switch
    {
        Cause.Name => "DNS does not know the name",
        Cause.Refused => "nothing listens there",
        Cause.TimedOut => "no connection in time",
        _ => null,
    };

    /// <summary>Where the address of a broker stands: in the spec, or in the brokers' own configuration.</summary>
    private static string Field(KafkaSpec kafka, List<string> named) =>
        named.Count == 0 || named.Exists(kafka.BootstrapServers.Contains) ? "spec.kafka.bootstrapServers" : "the brokers' advertised.listeners";

    private static string Offered(string text)
    {
        const string Before = "mechanisms: ";
        var at = text.IndexOf(Before, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? "" : $" (they offer {text[(at + Before.Length)..].Split(" (", 2)[0].Trim()})";
    }

    private static string Listed(IReadOnlyList<string> servers) =>
        servers.Count <= MostNamed ? string.Join(", ", servers) : $"{string.Join(", ", servers.Take(MostNamed))} and {servers.Count - MostNamed} more";

    private static string Quoted(List<string> topics) =>
        $"{string.Join(", ", topics.Take(MostNamed).Select(topic => $"'{topic}'"))}{(topics.Count > MostNamed ? $" and {topics.Count - MostNamed} more" : "")}";

    /// <summary>What can stand in the way, the most telling first: where brokers suffer from several things, the first is told.</summary>
    private enum Cause
    {
        Mechanism,
        Token,
        Authentication,
        Certificate,
        ClientCertificate,
        PlaintextListener,
        Tls,
        TlsListener,
        SaslListener,
        Authorization,
        Name,
        Refused,
        TimedOut,
        Other,
    }
}
