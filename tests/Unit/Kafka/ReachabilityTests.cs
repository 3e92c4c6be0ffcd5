using System.Net;
using System.Net.Sockets;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.LocalCluster.Kafka;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Tests.Unit.Kafka;

/// <summary>What stands between the operator and Kafka, told by librdkafka itself: each reason comes about for real on the wire, and heals.</summary>
public sealed class ReachabilityTests
{
    private const string Connection = "shop/orders";

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_names_it_and_heals_once_it_is_trusted()
    {
        using var known = new TestCertificates("Known CA");
        using var unknown = new TestCertificates("Unknown CA");
        await using var kafka = Broker();
        kafka.Certificate = unknown.Issue("127.0.0.1");
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Question(kafka, Tls(), new KafkaSecrets { TrustedCertificates = known.Bundle }));

        var found = await facts.UntilAsync(Connection, latest => latest.Reachable.Reason == "CertificateUntrusted");
        Assert.False(found.Reachable.Holds);
        Assert.Contains("'CN=Unknown CA'", found.Reachable.Message, StringComparison.Ordinal);
        Assert.Contains(kafka.Address, found.Reachable.Message, StringComparison.Ordinal);
        Assert.Contains("spec.kafka.tls.trustedCertificates", found.Reachable.Message, StringComparison.Ordinal);

        facts.Prober.Follow(Connection, Question(kafka, Tls(), new KafkaSecrets { TrustedCertificates = unknown.Bundle }));
        await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == true);
    }

    [Fact]
    public async Task A_certificate_for_another_name_tells_its_names_and_heals_with_the_right_one()
    {
        using var certificates = new TestCertificates();
        await using var kafka = Broker();
        kafka.Certificate = certificates.Issue("kafka.example.com");
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Question(kafka, Tls(), new KafkaSecrets { TrustedCertificates = certificates.Bundle }));

        var found = await facts.UntilAsync(Connection, latest => latest.Reachable.Reason == "CertificateNameMismatch");
        Assert.Contains("issued for kafka.example.com, not for 127.0.0.1", found.Reachable.Message, StringComparison.Ordinal);

        kafka.Certificate = certificates.Issue("127.0.0.1");
        await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == true);
    }

    [Fact]
    public async Task A_certificate_for_another_name_will_do_where_names_are_not_checked()
    {
        using var certificates = new TestCertificates();
        await using var kafka = Broker();
        kafka.Certificate = certificates.Issue("kafka.example.com");
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Question(kafka, Tls() with { Tls = new KafkaTlsSpec { VerifyHostname = false } }, new KafkaSecrets { TrustedCertificates = certificates.Bundle }));

        await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == true);
    }

    [Fact]
    public async Task An_expired_certificate_tells_since_when_and_heals_with_a_new_one()
    {
        using var certificates = new TestCertificates();
        await using var kafka = Broker();
        var since = new DateTimeOffset(2025, 3, 14, 0, 0, 0, TimeSpan.Zero);
        kafka.Certificate = certificates.Issue("127.0.0.1", notAfter: since);
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Question(kafka, Tls(), new KafkaSecrets { TrustedCertificates = certificates.Bundle }));

        var found = await facts.UntilAsync(Connection, latest => latest.Reachable.Reason == "CertificateExpired");
        Assert.Contains("expired on 2025-03-14", found.Reachable.Message, StringComparison.Ordinal);

        kafka.Certificate = certificates.Issue("127.0.0.1");
        await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == true);
    }

    [Fact]
    public async Task A_certificate_of_the_future_points_at_the_clocks()
    {
        using var certificates = new TestCertificates();
        await using var kafka = Broker();
        kafka.Certificate = certificates.Issue("127.0.0.1", notBefore: DateTimeOffset.UtcNow.AddYears(1));
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Question(kafka, Tls(), new KafkaSecrets { TrustedCertificates = certificates.Bundle }));

        await facts.UntilAsync(Connection, latest => latest.Reachable.Reason == "CertificateNotYetValid");
    }

    [Fact]
    public async Task TLS_to_a_plaintext_listener_is_told_apart()
    {
        await using var kafka = Broker();
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Question(kafka, Tls()));

        var found = await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == false);
        Assert.Equal("PlaintextListener", found.Reachable.Reason);
    }

    [Fact]
    public async Task Plaintext_to_a_TLS_listener_is_told_apart()
    {
        using var certificates = new TestCertificates();
        await using var kafka = Broker();
        kafka.Certificate = certificates.Issue("127.0.0.1");
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Question(kafka));

        var found = await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == false);
        Assert.Equal("TlsListener", found.Reachable.Reason);
        Assert.Contains("spec.kafka.tls", found.Reachable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wanted_client_certificate_is_asked_for()
    {
        using var certificates = new TestCertificates();
        await using var kafka = Broker();
        kafka.Certificate = certificates.Issue("127.0.0.1");
        kafka.RefusesClientCertificates = true;
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Question(kafka, Tls(), new KafkaSecrets { TrustedCertificates = certificates.Bundle }));

        var found = await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == false);
        Assert.Equal("ClientCertificateRefused", found.Reachable.Reason);
        Assert.Contains("spec.kafka.tls.clientCertificate", found.Reachable.Message, StringComparison.Ordinal);

        kafka.RefusesClientCertificates = false;
        await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == true);
    }

    [Fact]
    public async Task A_wrong_password_names_mechanism_and_user_and_nothing_secret_is_said_or_logged()
    {
        await using var kafka = Broker();
        kafka.Mechanisms = ["PLAIN"];
        kafka.Users["orders"] = "the-right-one";
        var log = new LogLines();
        await using var facts = new ObservedProber(logger: log);

        facts.Prober.Follow(Connection, Question(kafka, Plain(), new KafkaSecrets { Username = "orders", Password = "hunter2-wrong" }));

        var found = await facts.UntilAsync(Connection, latest => latest.Reachable.Reason == "AuthenticationFailed");
        Assert.False(found.Reachable.Holds);
        Assert.Contains("PLAIN as user 'orders'", found.Reachable.Message, StringComparison.Ordinal);
        Assert.Contains(kafka.Address, found.Reachable.Message, StringComparison.Ordinal);

        kafka.Users["orders"] = "hunter2-wrong";
        await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == true);
        Assert.DoesNotContain(log.Lines, line => line.Text.Contains("hunter2", StringComparison.Ordinal));
        Assert.DoesNotContain("hunter2", found.ToString(), StringComparison.Ordinal);
        Assert.Contains(log.Lines, line => line.Level == LogLevel.Warning);
    }

    [Fact]
    public async Task A_mechanism_that_is_not_offered_tells_which_are()
    {
        await using var kafka = Broker();
        kafka.Mechanisms = ["SCRAM-SHA-512", "OAUTHBEARER"];
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Question(kafka, Plain(), new KafkaSecrets { Username = "orders", Password = "x" }));

        var found = await facts.UntilAsync(Connection, latest => latest.Reachable.Reason == "MechanismUnsupported");
        Assert.Contains("PLAIN", found.Reachable.Message, StringComparison.Ordinal);
        Assert.Contains("SCRAM-SHA-512", found.Reachable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_that_wants_a_login_is_told_apart()
    {
        await using var kafka = Broker();
        kafka.Mechanisms = ["PLAIN"];
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Question(kafka));

        var found = await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == false);
        Assert.Equal("AuthenticationRequired", found.Reachable.Reason);
    }

    [Fact]
    public async Task A_rotated_password_moves_the_connection_to_another_client()
    {
        await using var kafka = Broker();
        kafka.Mechanisms = ["PLAIN"];
        kafka.Users["orders"] = "new";
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Question(kafka, Plain(), new KafkaSecrets { Username = "orders", Password = "old" }));
        await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == false);
        facts.Prober.Follow(Connection, Question(kafka, Plain(), new KafkaSecrets { Username = "orders", Password = "new" }));

        Assert.Equal(1, facts.Prober.Clients);
        await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == true);
    }

    [Fact]
    public async Task A_name_that_DNS_does_not_know_is_named()
    {
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, new KafkaQuestion { Kafka = new KafkaSpec { BootstrapServers = ["kafka.invalid:9092"] }, Secrets = new KafkaSecrets() });

        var found = await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == false);
        Assert.Equal("NameNotResolved", found.Reachable.Reason);
        Assert.Contains("kafka.invalid:9092", found.Reachable.Message, StringComparison.Ordinal);
        Assert.Contains("spec.kafka.bootstrapServers", found.Reachable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Brokers_with_different_troubles_are_named_with_each()
    {
        await using var facts = new ObservedProber();
        var closed = ClosedPort();

        facts.Prober.Follow(Connection, new KafkaQuestion { Kafka = new KafkaSpec { BootstrapServers = ["kafka.invalid:9092", closed] }, Secrets = new KafkaSecrets() });

        var found = await facts.UntilAsync(Connection, latest => latest.Reachable.Message.Contains("kafka.invalid:9092", StringComparison.Ordinal)
            && latest.Reachable.Message.Contains(closed, StringComparison.Ordinal));
        Assert.Contains($"{closed}: nothing listens there", found.Reachable.Message, StringComparison.Ordinal);
        Assert.Contains("kafka.invalid:9092: DNS does not know the name", found.Reachable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_never_answers_hangs_neither_the_looking_nor_the_end_and_heals()
    {
        await using var kafka = Broker();
        kafka.IsSilent = true;
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Question(kafka));

        await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == false);
        kafka.IsSilent = false;
        await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == true);

        kafka.IsSilent = true;
        await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == false);
        await facts.DisposeAsync().AsTask().WaitAsync(ObservedProber.Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Brokers_that_advertise_an_address_of_no_use_are_told_apart()
    {
        await using var kafka = Broker();
        kafka.Topics["orders"] = new ScriptedTopic { Partitions = [(0, 5)] };
        var useless = ClosedPort();
        kafka.Advertised = useless;
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, Question(kafka) with { Topics = ["orders"], GroupId = "shop" });

        var found = await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == false);
        Assert.Equal("ConnectionRefused", found.Reachable.Reason);
        Assert.Contains(useless, found.Reachable.Message, StringComparison.Ordinal);
        Assert.Contains("advertised.listeners", found.Reachable.Message, StringComparison.Ordinal);
        Assert.Null(found.Lag);
        Assert.NotNull(found.LagUnknown);
    }

    [Fact]
    public async Task A_leader_that_takes_questions_and_answers_none_is_told_of_and_heals()
    {
        await using var kafka = Broker();
        kafka.Topics["orders"] = new ScriptedTopic { Partitions = [(0, 5)] };
        kafka.Groups["shop"] = new ScriptedGroup { Committed = new Dictionary<(string, int), long> { [("orders", 0)] = 2 } };
        kafka.Unanswered = [KafkaApiKey.ListOffsets];
        await using var facts = new ObservedProber(ObservedProber.Fast with { Timeout = TimeSpan.FromSeconds(1) });

        facts.Prober.Follow(Connection, Question(kafka) with { Topics = ["orders"], GroupId = "shop" });

        var found = await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == false);
        Assert.StartsWith("The cluster answers, but not every broker it names.", found.Reachable.Message, StringComparison.Ordinal);
        Assert.Equal("The offsets of partition 0 of 'orders' can't be read: no answer in time.", found.LagUnknown);

        kafka.Unanswered = [];
        await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == true && latest.Lag == 3);
    }

    [Fact]
    public async Task A_configuration_that_librdkafka_refuses_is_a_finding_and_no_accident()
    {
        await using var facts = new ObservedProber();

        facts.Prober.Follow(Connection, new KafkaQuestion
        {
            Kafka = new KafkaSpec { BootstrapServers = ["127.0.0.1:9092"], Tls = new KafkaTlsSpec() },
            Secrets = new KafkaSecrets { TrustedCertificates = new("not PEM at all", 1, default, []) },
        });

        var found = await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == false);
        Assert.Equal("ConfigurationRefused", found.Reachable.Reason);
        Assert.Contains("ssl.ca.pem", found.Reachable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trouble_that_lasts_is_logged_once()
    {
        var log = new LogLines();
        await using var facts = new ObservedProber(logger: log);
        var closed = ClosedPort();

        facts.Prober.Follow(Connection, new KafkaQuestion { Kafka = new KafkaSpec { BootstrapServers = [closed] }, Secrets = new KafkaSecrets() });
        var first = await facts.UntilAsync(Connection, latest => latest.Reachable.Holds == false);
        await facts.UntilLaterAsync(Connection, first.At.AddSeconds(2));

        Assert.InRange(log.Lines.Count(line => line.Level >= LogLevel.Warning), 1, 3);
    }

    private static ScriptedBroker Broker() => ScriptedBroker.Start();

    private static KafkaSpec Tls() => new() { Tls = new KafkaTlsSpec() };

    private static KafkaSpec Plain() => new() { Authentication = new KafkaAuthenticationSpec { Type = AuthenticationType.Plain, Username = "orders" } };

    private static KafkaQuestion Question(ScriptedBroker broker, KafkaSpec? kafka = null, KafkaSecrets? secrets = null) => new()
    {
        Kafka = (kafka ?? new KafkaSpec()) with { BootstrapServers = [broker.Address] },
        Secrets = secrets ?? new KafkaSecrets(),
    };

    private static string ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
    }
}
