using System.Collections.Immutable;
using System.Net;
using System.Text;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Controller;
using KafkaLogstash.Controller.Deletion;
using KafkaLogstash.Controller.References;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Groups;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace KafkaLogstash.Tests.Unit.Controller.Deletion;

public sealed class ConsumerGroupFinalizerTests
{
    private static readonly ControllerOptions Options = new() { GroupDeletionTimeout = TimeSpan.FromMinutes(4) };

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
    private readonly CachedObjects _objects = new();
    private readonly RecordedWrites _writes = new();
    private readonly ScriptedGroups _groups = new();
    private readonly ScriptedReader _reader = new();
    private readonly ConsumerGroupFinalizer _finalizer;

    public ConsumerGroupFinalizerTests() => _finalizer = new ConsumerGroupFinalizer(
        _objects, _writes, _writes, _reader, _groups, Options, _time, NullLogger<ConsumerGroupFinalizer>.Instance);

    [Theory]
    [InlineData(DeletionAction.Delete, ProbeMode.Enabled, true, true)]
    [InlineData(DeletionAction.Retain, ProbeMode.Enabled, true, false)]
    [InlineData(DeletionAction.Delete, ProbeMode.Disabled, true, false)]
    [InlineData(DeletionAction.Delete, ProbeMode.Enabled, false, false)]
    public void It_is_put_on_where_there_is_a_group_that_may_and_shall_be_deleted(DeletionAction action, ProbeMode probe, bool reads, bool applies)
    {
        var connection = Connection();
        connection = connection with
        {
            Spec = connection.Spec with
            {
                DeletionPolicy = new DeletionPolicySpec { ConsumerGroup = action },
                Kafka = connection.Spec.Kafka with { Probe = probe },
                Input = reads ? connection.Spec.Input : null,
            },
        };

        Assert.Equal(applies, _finalizer.AppliesTo(connection));
    }

    [Fact]
    public async Task The_pods_end_before_the_group_is_deleted()
    {
        _objects.Add(Deployment());
        _objects.Add(Pod("orders-logstash-1"));

        Assert.NotNull(await FinalizeAsync());
        Assert.Equal(["orders-logstash"], _writes.Deleted);
        Assert.Equal(0, _groups.Attempts);

        _objects.Clear();
        Assert.Null(await FinalizeAsync());
        Assert.Equal(1, _groups.Attempts);
        Assert.Equal("Normal GroupDeleted", _writes.Events[^1].Title);
    }

    [Fact]
    public async Task A_pod_that_has_ended_is_no_member()
    {
        _objects.Add(Pod("orders-logstash-1", "Failed"));

        Assert.Null(await FinalizeAsync());
        Assert.Equal(1, _groups.Attempts);
    }

    [Fact]
    public async Task Attempts_that_fail_are_repeated_at_growing_distances_and_given_up_in_time()
    {
        _groups.Answer = new GroupDeletion(GroupDeletionResult.NotYet, "The consumer group 'shop-orders' still has members.");
        var begun = _time.GetUtcNow();
        var pauses = new List<double>();
        while (await FinalizeAsync() is { } pause)
        {
            pauses.Add(pause.TotalSeconds);
            _time.Advance(pause);
        }

        Assert.Equal([2, 4, 8, 16, 30, 30, 30, 30, 30, 30, 30], pauses);
        Assert.Equal(Options.GroupDeletionTimeout, _time.GetUtcNow() - begun);
        var (title, note) = Assert.Single(_writes.Events);
        Assert.Equal("Warning GroupKept", title);
        Assert.StartsWith("The consumer group 'shop-orders' stays in Kafka. The consumer group 'shop-orders' still has members. That was so for 240 s.", note, StringComparison.Ordinal);
        Assert.EndsWith("kafka-consumer-groups.sh --bootstrap-server kafka:9092 --delete --group shop-orders", note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_wakes_it_in_between_makes_no_further_attempt()
    {
        _groups.Answer = new GroupDeletion(GroupDeletionResult.NotYet, "Kafka does not answer.");
        await FinalizeAsync();
        _time.Advance(TimeSpan.FromSeconds(1.5));

        Assert.Equal(TimeSpan.FromSeconds(0.5), await FinalizeAsync());
        Assert.Equal(1, _groups.Attempts);
    }

    [Fact]
    public async Task Pods_that_do_not_end_are_named()
    {
        _objects.Add(Pod("orders-logstash-1"));
        while (await FinalizeAsync() is { } pause)
        {
            _time.Advance(pause);
        }

        Assert.Equal(0, _groups.Attempts);
        Assert.Contains("The pod orders-logstash-1 did not end within 240 s.", Assert.Single(_writes.Events).Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_final()
    {
        _groups.Answer = new GroupDeletion(GroupDeletionResult.Refused, "The client may not delete it.");

        Assert.Null(await FinalizeAsync());
        Assert.Contains("The client may not delete it.", Assert.Single(_writes.Events).Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_its_Secret_it_gives_up_at_once_and_names_it()
    {
        _reader.Password = null;
        _objects.Add(Deployment());

        Assert.Null(await FinalizeAsync());
        Assert.Equal((0, 0), (_groups.Attempts, _writes.Deleted.Count));
        Assert.Contains("there is no Secret 'credentials'", Assert.Single(_writes.Events).Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Secret_that_goes_while_the_pods_end_was_read_before()
    {
        _objects.Add(Pod("orders-logstash-1"));
        await FinalizeAsync();
        _reader.Password = null;
        _objects.Clear();

        Assert.Null(await FinalizeAsync());
        Assert.Equal("one", _groups.Secrets?.Password);
        Assert.DoesNotContain(_writes.Events, entry => entry.Note.Contains("one\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_Secret_that_was_deleted_before_the_connection_is_still_known()
    {
        _finalizer.Remember(Connection(), new KafkaSecrets { Username = "orders", Password = "known" });
        _reader.Password = null;

        Assert.Null(await FinalizeAsync());
        Assert.Equal("known", _groups.Secrets?.Password);
    }

    [Fact]
    public async Task A_Secret_that_may_no_longer_be_read_is_still_known()
    {
        _finalizer.Remember(Connection(), new KafkaSecrets { Username = "orders", Password = "known" });
        _reader.Refuses = true;

        Assert.Null(await FinalizeAsync());
        Assert.Equal("known", _groups.Secrets?.Password);
    }

    [Theory]
    [InlineData("kafka:9092", "shop-orders", false)]
    [InlineData("elsewhere:9092", "shop-orders", false)] // another Service of that namespace may stand before the same brokers
    [InlineData("kafka.shop:9093", "shop-orders", false)]
    [InlineData("kafka-0.kafka.shop:9092", "shop-orders", false)]
    [InlineData("KAFKA-0.kafka.shop.svc.cluster.local:9092", "shop-orders", false)]
    [InlineData("10.1.2.3:9092", "shop-orders", false)]
    [InlineData("broker.example.com:9092", "shop-orders", true)]
    [InlineData("kafka.elsewhere.svc:9092", "shop-orders", true)]
    [InlineData("kafka:9092", "another", true)]
    public async Task A_group_that_another_connection_reads_as_stays(string servers, string group, bool deleted)
    {
        var other = Connection("billing", "uid-billing");
        _objects.Add(other with
        {
            Spec = other.Spec with { Kafka = other.Spec.Kafka with { BootstrapServers = [servers] }, Input = other.Spec.Input! with { GroupId = group } },
        });

        Assert.Null(await FinalizeAsync());
        Assert.Equal(deleted ? 1 : 0, _groups.Attempts);
        Assert.Equal(deleted, !_writes.Events.Any(entry => entry.Note.Contains("connection shop/billing reads as the same group", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Who_changes_the_policy_while_it_waits_is_heeded()
    {
        _objects.Add(Pod("orders-logstash-1"));
        await FinalizeAsync();
        var connection = Connection();

        Assert.Null((await _finalizer.FinalizeAsync(connection with { Spec = connection.Spec with { DeletionPolicy = new DeletionPolicySpec() } }, TestContext.Current.CancellationToken)).After);
        Assert.Equal(0, _groups.Attempts);
        Assert.Empty(_writes.Events);
    }

    [Fact]
    public async Task What_is_over_is_not_begun_again_by_a_cache_that_lags_behind()
    {
        await FinalizeAsync();
        await FinalizeAsync();

        Assert.Equal(1, _groups.Attempts);
        Assert.Single(_writes.Events);
    }

    [Fact]
    public async Task An_API_server_that_refuses_does_not_block_the_deletion_for_ever()
    {
        _objects.Add(Deployment());
        _writes.Refuses = true;
        while (await FinalizeAsync() is { } pause)
        {
            _time.Advance(pause);
        }

        Assert.Equal("Warning GroupKept", Assert.Single(_writes.Events).Title);
    }

    private async Task<TimeSpan?> FinalizeAsync() => (await _finalizer.FinalizeAsync(Connection(), TestContext.Current.CancellationToken)).After;

    private static KafkaLogstashConnection Connection(string name = "orders", string uid = "uid-orders") => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "shop", Uid = uid },
        Spec = new ConnectionSpec
        {
            Kafka = new KafkaSpec
            {
                BootstrapServers = ["kafka:9092"],
                Authentication = new KafkaAuthenticationSpec
                {
                    Type = AuthenticationType.Plain,
                    Username = "orders",
                    PasswordFrom = new SecretKeyReference { SecretName = "credentials", Key = "password" },
                },
            },
            Input = new InputSpec { Topics = ["orders"] },
            DeletionPolicy = new DeletionPolicySpec { ConsumerGroup = DeletionAction.Delete },
        },
    };

    private static V1Deployment Deployment() => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = "orders-logstash",
            NamespaceProperty = "shop",
            Uid = "uid-deployment",
            OwnerReferences = [new V1OwnerReference { Uid = "uid-orders", Controller = true }],
        },
    };

    private static V1Pod Pod(string name, string phase = "Running") => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "shop", Uid = name, Labels = new Dictionary<string, string> { ["app.kubernetes.io/instance"] = "orders" } },
        Status = new V1PodStatus { Phase = phase },
    };

    private sealed class ScriptedGroups : IConsumerGroups
    {
        public GroupDeletion Answer { get; set; } = new(GroupDeletionResult.Gone, "The consumer group 'shop-orders' is deleted.");

        public int Attempts { get; private set; }

        public KafkaSecrets? Secrets { get; private set; }

        public Task<GroupDeletion> DeleteAsync(string ns, KafkaSpec kafka, KafkaSecrets secrets, string groupId, CancellationToken cancellationToken)
        {
            Assert.Equal(("shop", "shop-orders"), (ns, groupId));
            (Attempts, Secrets) = (Attempts + 1, secrets);
            return Task.FromResult(Answer);
        }
    }

    private sealed class ScriptedReader : IReferenceReader
    {
        public string? Password { get; set; } = "one";

        /// <summary>Whether the API server refuses to read.</summary>
        public bool Refuses { get; set; }

        public Task<ReferenceResolution> ReadAsync(string ns, IReadOnlyCollection<Reference> references, CancellationToken cancellationToken)
        {
            if (Refuses)
            {
                throw new ApiException($"GET {ns}/credentials", HttpStatusCode.Forbidden, null, null);
            }

            var objects = ImmutableDictionary<(ReferenceKind, string), ImmutableDictionary<string, byte[]>>.Empty;
            if (Password is { } password)
            {
                objects = objects.Add((ReferenceKind.Secret, "credentials"), ImmutableDictionary<string, byte[]>.Empty.Add("password", Encoding.UTF8.GetBytes(password)));
            }

            return Task.FromResult(new ReferenceResolution(new ResolvedReferences(objects), ReferenceReader.Missing(references, objects)));
        }

        public Task<ImmutableDictionary<string, byte[]>?> SecretAsync(NamespacedName name, CancellationToken cancellationToken) =>
            Task.FromResult<ImmutableDictionary<string, byte[]>?>(null);
    }
}
