using System.Threading.Channels;
using Confluent.Kafka;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Pem;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.Tests.Integration.Kafka.Brokers;
using Microsoft.Extensions.Logging.Abstractions;
using Testcontainers.Kafka;

namespace KafkaLogstash.Tests.Integration.Kafka;

/// <summary>A real broker, reached in each way that a connection can say: by plain clients, and by the prober.</summary>
[Trait("Category", "docker")]
public sealed class SecuredKafkaTests(KafkaBroker broker) : IClassFixture<KafkaBroker>, IAsyncLifetime
{
    private const string Connection = "shop/orders";
    private const int Records = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Channel<string> _changes = Channel.CreateUnbounded<string>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await broker.StartAsync(Cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("Plaintext", null)]
    [InlineData("Tls", null)]
    [InlineData("MutualTls", null)]
    [InlineData("Sasl", "Plain")]
    [InlineData("Sasl", "ScramSha256")]
    [InlineData("Sasl", "ScramSha512")]
    [InlineData("SaslTls", "Plain")]
    [InlineData("SaslTls", "ScramSha256")]
    [InlineData("SaslTls", "ScramSha512")]
    public async Task Records_come_and_go_and_the_prober_counts_them(string listener, string? login)
    {
        var (kafka, secrets) = Way(Enum.Parse<KafkaListener>(listener), login is null ? null : Enum.Parse<AuthenticationType>(login));

        await ExchangeAsync(kafka, secrets, $"{listener}-{login}");
    }

    [Fact]
    public async Task Tokens_open_the_door_too()
    {
        await using var tokens = new TokenEndpoint("orders", "s3cret");
        await tokens.StartAsync(Cancellation);
        var kafka = new KafkaSpec
        {
            BootstrapServers = [broker.Address(KafkaListener.OAuth)],
            Authentication = new()
            {
                Type = AuthenticationType.OAuthBearer,
                Oauth = new() { TokenEndpointUrl = tokens.Url, ClientId = "orders", ClientSecretFrom = new() { SecretName = "orders", Key = "secret" } },
            },
        };

        await ExchangeAsync(kafka, new KafkaSecrets { OAuthClientSecret = "s3cret" }, "oauth");
    }

    [Fact]
    public async Task A_name_that_is_not_in_the_certificate_is_refused_unless_names_are_not_checked()
    {
        var (kafka, secrets) = Way(KafkaListener.Tls, null);
        kafka = kafka with { BootstrapServers = [broker.Address(KafkaListener.Tls, "127.0.0.1")] };

        Assert.Equal("CertificateUntrusted", await ReasonAsync(kafka, secrets));
        Assert.Equal("Reachable", await ReasonAsync(kafka with { Tls = kafka.Tls! with { VerifyHostname = false } }, secrets));
    }

    [Fact]
    public async Task An_unknown_authority_is_said()
    {
        var (kafka, secrets) = Way(KafkaListener.Tls, null);

        Assert.Equal("CertificateUntrusted", await ReasonAsync(kafka, secrets with { TrustedCertificates = PemMaterial.ReadCertificates(new BrokerCertificates().Authority) }));
    }

    [Fact]
    public async Task A_missing_client_certificate_is_said()
    {
        var (kafka, secrets) = Way(KafkaListener.MutualTls, null);

        Assert.Equal("ClientCertificateRefused", await ReasonAsync(kafka, secrets with { ClientCertificate = null, ClientKey = null }));
    }

    [Theory]
    [InlineData("Plain")]
    [InlineData("ScramSha256")]
    [InlineData("ScramSha512")]
    public async Task A_wrong_password_is_said(string login)
    {
        var (kafka, secrets) = Way(KafkaListener.SaslTls, Enum.Parse<AuthenticationType>(login));

        Assert.Equal("AuthenticationFailed", await ReasonAsync(kafka, secrets with { Password = "guessed" }));
    }

    [Fact]
    public async Task A_broker_as_people_start_one_is_reached_without_encryption()
    {
        await using var container = new KafkaBuilder(KafkaBroker.Image).Build();
        await container.StartAsync(Cancellation);
        var address = new Uri(container.GetBootstrapAddress());

        await ExchangeAsync(new KafkaSpec { BootstrapServers = [$"{address.Host}:{address.Port}"] }, new KafkaSecrets(), "plain");
    }

    private (KafkaSpec Kafka, KafkaSecrets Secrets) Way(KafkaListener listener, AuthenticationType? login)
    {
        var certificates = broker.Certificates;
        var tls = listener is KafkaListener.Tls or KafkaListener.MutualTls or KafkaListener.SaslTls;
        var mutual = listener == KafkaListener.MutualTls;
        return (
            new KafkaSpec
            {
                BootstrapServers = [broker.Address(listener)],
                Tls = tls ? new() { ClientCertificate = mutual ? new() { SecretName = "orders" } : null } : null,
                Authentication = login is { } type ? new() { Type = type, Username = KafkaBroker.User } : null,
            },
            new KafkaSecrets
            {
                Username = login is null ? null : KafkaBroker.User,
                Password = login is null ? null : KafkaBroker.Password,
                TrustedCertificates = tls ? PemMaterial.ReadCertificates(certificates.Authority) : null,
                ClientCertificate = mutual ? PemMaterial.ReadCertificates(certificates.Client.Certificate) : null,
                ClientKey = mutual ? PemMaterial.ReadPrivateKey(certificates.Client.Key) : null,
            });
    }

    /// <summary>Writes records, lets the prober find them, and reads them.</summary>
    private async Task ExchangeAsync(KafkaSpec kafka, KafkaSecrets secrets, string name)
    {
        var topic = $"orders-{name}".ToLowerInvariant();
        var group = $"group-{name}";
        var client = new Dictionary<string, string>(LibrdkafkaOptions.For(kafka, secrets));
        using (var admin = new AdminClientBuilder(client).Build())
        {
            await admin.CreateTopicsAsync([new() { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }]);
        }

        using (var producer = new ProducerBuilder<Null, string>(client).Build())
        {
            for (var i = 0; i < Records; i++)
            {
                await producer.ProduceAsync(topic, new() { Value = $"{i}" }, Cancellation);
            }
        }

        var question = new KafkaQuestion { Kafka = kafka, Secrets = secrets, Topics = [topic], GroupId = group, AutoOffsetReset = KafkaLogstash.Api.AutoOffsetReset.Earliest };
        var facts = await UntilAsync(question, static found => found.Lag == Records);
        Assert.True(facts.TopicsAvailable.Holds);

        using var consumer = new ConsumerBuilder<Ignore, string>(new Dictionary<string, string>(client) { ["group.id"] = group, ["auto.offset.reset"] = "earliest" }).Build();
        consumer.Subscribe(topic);
        var read = Enumerable.Range(0, Records).Select(_ => consumer.Consume(Patience)?.Message.Value).ToList();
        consumer.Close();
        Assert.Equal(["0", "1", "2"], read);
    }

    private async Task<string> ReasonAsync(KafkaSpec kafka, KafkaSecrets secrets) =>
        (await UntilAsync(new KafkaQuestion { Kafka = kafka, Secrets = secrets, Topics = ["orders"] }, static found => found.Reachable.Holds is not null)).Reachable.Reason;

    private async Task<KafkaFacts> UntilAsync(KafkaQuestion question, Predicate<KafkaFacts> wished)
    {
        var options = new KafkaProberOptions { Interval = TimeSpan.FromSeconds(1), ShortestInterval = TimeSpan.FromMilliseconds(200), LagInterval = TimeSpan.Zero, TopicListInterval = TimeSpan.Zero };
        await using var prober = new KafkaProber(options, TimeProvider.System, NullLogger<KafkaProber>.Instance, connection => _changes.Writer.TryWrite(connection));
        prober.Follow(Connection, question);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Patience);
        try
        {
            while (!(prober.Latest(Connection) is { } latest && wished(latest)))
            {
                await _changes.Reader.ReadAsync(limit.Token);
            }
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
            Assert.Fail($"It did not come to that. The latest: {prober.Latest(Connection)}");
        }

        return prober.Latest(Connection)!;
    }
}
