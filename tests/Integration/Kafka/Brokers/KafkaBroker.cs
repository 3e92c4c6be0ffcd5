using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using KafkaLogstash.LocalCluster.Clusters;

namespace KafkaLogstash.Tests.Integration.Kafka.Brokers;

/// <summary>
/// A Kafka in a container with a listener for each way to secure one. <c>KafkaBuilder</c> of Testcontainers.Kafka sets up plaintext listeners only, so the
/// broker gets a configuration of its own.
/// </summary>
public sealed class KafkaBroker : IAsyncLifetime
{
    public const string Image = "apache/kafka:4.1.0";

    /// <summary>The user that every listener with a login knows.</summary>
    public const string User = "orders";

    /// <summary>A password that breaks whatever forgets to quote.</summary>
    public const string Password = "s3 \"cret\\'${X};#%{y}é";

    private const string Folder = "/etc/kafka-test";

    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<KafkaListener, int> _ports = [];
    private IContainer? _container;

    internal BrokerCertificates Certificates { get; } = new();

    /// <summary>Where clients on this machine reach a listener.</summary>
    /// <param name="listener">The listener.</param>
    /// <param name="host">The name to dial.</param>
    internal string Address(KafkaListener listener, string host = "localhost") => $"{host}:{_ports[listener]}";

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Starts the broker, once; where there is no Docker, the test that asks for it is skipped.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_container is null)
            {
                var listeners = Enum.GetValues<KafkaListener>();
                foreach (var (listener, port) in listeners.Zip(FreePorts.Find(listeners.Length)))
                {
                    _ports[listener] = port;
                }

                _container = await StartContainerAsync(cancellationToken);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_container is not null)
        {
            await _container.DisposeAsync();
        }

        _gate.Dispose();
    }

    private async Task<IContainer> StartContainerAsync(CancellationToken cancellationToken)
    {
        var container = Build();
        try
        {
            await container.StartAsync(cancellationToken);
            await AddScramUserAsync();
            return container;
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }

    private IContainer Build()
    {
        try
        {
            // The identifier of the cluster is 16 bytes in base64; any will do.
            var builder = new ContainerBuilder(Image)
                .WithResourceMapping(Encoding.UTF8.GetBytes(Configuration()), $"{Folder}/server.properties")
                .WithResourceMapping(Encoding.UTF8.GetBytes(Certificates.Authority), $"{Folder}/authority.pem")
                .WithResourceMapping(Encoding.UTF8.GetBytes(Certificates.Broker.Key + Certificates.Broker.Certificate), $"{Folder}/broker.pem")
                .WithEntrypoint("/bin/bash", "-c")
                .WithCommand(
                    $"/opt/kafka/bin/kafka-storage.sh format --cluster-id 4L6g3nShT-eMCtK--X86sw --config {Folder}/server.properties"
                    + $" && exec /opt/kafka/bin/kafka-server-start.sh {Folder}/server.properties")
                .WithWaitStrategy(Wait.ForUnixContainer().UntilMessageIsLogged("Kafka Server started"));
            return _ports.Aggregate(builder, (sum, port) => sum.WithPortBinding(port.Value, InContainer(port.Key))).Build();
        }
        catch (DockerUnavailableException)
        {
            Assert.Skip("A secured Kafka needs Docker, which does not answer here: start Docker, or let DOCKER_HOST name one.");
            throw;
        }
    }

    private string Configuration()
    {
        // The broker's own JAAS line, with the octal escapes of its tokenizer, and their backslashes once more for the properties file.
        var password = string.Concat(Password.Select(c => char.IsAsciiLetterOrDigit(c) ? c.ToString() : $@"\\{Convert.ToString(c, 8).PadLeft(3, '0')}"));
        string[] withScram = ["sasl", "sasltls"];
        return $"""
            process.roles=broker,controller
            node.id=1
            controller.quorum.voters=1@localhost:9093
            controller.listener.names=CONTROLLER
            inter.broker.listener.name=PLAINTEXT
            listeners=CONTROLLER://:9093,{Listeners(listener => $"://:{InContainer(listener)}")}
            advertised.listeners={Listeners(listener => $"://localhost:{_ports[listener]}")}
            listener.security.protocol.map=CONTROLLER:PLAINTEXT,{Listeners(listener => $":{Protocol(listener)}")}
            log.dirs=/tmp/kafka-test-data
            offsets.topic.replication.factor=1
            offsets.topic.num.partitions=1
            transaction.state.log.replication.factor=1
            transaction.state.log.min.isr=1
            group.initial.rebalance.delay.ms=0
            ssl.keystore.type=PEM
            ssl.keystore.location={Folder}/broker.pem
            ssl.truststore.type=PEM
            ssl.truststore.location={Folder}/authority.pem
            listener.name.mutualtls.ssl.client.auth=required
            {string.Join('\n', withScram.Select(listener => $"""
            listener.name.{listener}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
            listener.name.{listener}.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_{User}="{password}";
            listener.name.{listener}.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
            listener.name.{listener}.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
            """))}
            listener.name.oauth.sasl.enabled.mechanisms=OAUTHBEARER
            listener.name.oauth.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";

            """;
    }

    private static string Listeners(Func<KafkaListener, string> write) =>
        string.Join(',', Enum.GetValues<KafkaListener>().Select(listener => listener.ToString().ToUpperInvariant() + write(listener)));

    private static int InContainer(KafkaListener listener) => 9100 + (int)listener;

    private static string Protocol(KafkaListener listener) => listener switch
    {
        KafkaListener.Plaintext => "PLAINTEXT",
        KafkaListener.Tls or KafkaListener.MutualTls => "SSL",
        KafkaListener.SaslTls => "SASL_SSL",
        _ => "SASL_PLAINTEXT",
    };

    private async Task AddScramUserAsync()
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Address(KafkaListener.Plaintext) }).Build();
        await admin.AlterUserScramCredentialsAsync(
        [
            .. from mechanism in new[] { ScramMechanism.ScramSha256, ScramMechanism.ScramSha512 }
               select new UserScramCredentialUpsertion
               {
                   User = User,
                   ScramCredentialInfo = new ScramCredentialInfo { Mechanism = mechanism, Iterations = 4096 },
                   Password = Encoding.UTF8.GetBytes(Password),
                   Salt = Encoding.UTF8.GetBytes("salt of a test"),
               },
        ]);
    }
}
