using System.Net;
using Confluent.Kafka;
using KafkaLogstash.Api;
using KafkaLogstash.Kafka.Clients;
using KafkaLogstash.Kafka.Groups;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.LocalCluster.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaLogstash.Tests.Unit.Kafka.Groups;

/// <summary>Deleting consumer groups, with the real client over TCP.</summary>
public sealed class ConsumerGroupsTests
{
    private const string Password = "s3cret-of-orders";

    private static readonly ConsumerGroups Groups = new(
        new KafkaProberOptions { Timeout = TimeSpan.FromSeconds(3) }, TimeProvider.System, NullLogger<ConsumerGroups>.Instance);

    [Fact]
    public async Task A_group_without_members_is_deleted()
    {
        await using var kafka = Broker(new ScriptedGroup { State = "Empty", Members = 0 });

        var deletion = await DeleteAsync(kafka);

        Assert.Equal((GroupDeletionResult.Gone, "The consumer group 'shop-orders' is deleted."), (deletion.Result, deletion.Message));
        Assert.Empty(kafka.Groups);
    }

    [Fact]
    public async Task A_group_that_is_not_there_is_as_good_as_deleted()
    {
        await using var kafka = Broker(null);

        Assert.Equal(GroupDeletionResult.Gone, (await DeleteAsync(kafka)).Result);
    }

    [Theory]
    [InlineData(ErrorCode.NoError, 1, GroupDeletionResult.NotYet, "still has members")]
    [InlineData(ErrorCode.NonEmptyGroup, 0, GroupDeletionResult.NotYet, "still has members")]
    [InlineData(ErrorCode.GroupAuthorizationFailed, 0, GroupDeletionResult.Refused, "grant it the operation Delete")]
    public async Task What_stands_in_the_way_is_said(ErrorCode error, int members, GroupDeletionResult result, string part)
    {
        await using var kafka = Broker(new ScriptedGroup { Error = error, Members = members });

        var deletion = await DeleteAsync(kafka);

        Assert.Equal(result, deletion.Result);
        Assert.Contains("'shop-orders'", deletion.Message, StringComparison.Ordinal);
        Assert.Contains(part, deletion.Message, StringComparison.Ordinal);
        Assert.NotEmpty(kafka.Groups);
    }

    [Fact]
    public async Task Brokers_that_are_too_old_for_it_are_named_as_the_reason()
    {
        await using var kafka = Broker(new ScriptedGroup { Members = 0 });
        kafka.Release = ScriptedRelease.Release0110;

        var deletion = await DeleteAsync(kafka);

        Assert.Equal(GroupDeletionResult.Refused, deletion.Result);
        Assert.Contains("Kafka 1.1", deletion.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Brokers_that_are_away_are_tried_again_later()
    {
        var deletion = await Groups.DeleteAsync(
            "shop", new KafkaSpec { BootstrapServers = ["127.0.0.1:1"] }, new KafkaSecrets(), "shop-orders", TestContext.Current.CancellationToken);

        Assert.Equal(GroupDeletionResult.NotYet, deletion.Result);
        Assert.Contains("127.0.0.1:1", deletion.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_short_name_is_that_of_the_connections_namespace()
    {
        var groups = new ConsumerGroups(
            ObservedProber.Fast with { OwnNamespace = "operators", LookUp = static (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]) },
            TimeProvider.System,
            NullLogger<ConsumerGroups>.Instance);

        var deletion = await groups.DeleteAsync(
            "shop", new KafkaSpec { BootstrapServers = ["kafka:1"] }, new KafkaSecrets(), "shop-orders", TestContext.Current.CancellationToken);

        Assert.Contains("kafka.shop.svc:1", deletion.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Brokers_that_never_answer_end_the_attempt_in_time()
    {
        await using var kafka = Broker(new ScriptedGroup { Members = 0 });
        kafka.IsSilent = true;

        Assert.Equal(GroupDeletionResult.NotYet, (await DeleteAsync(kafka)).Result);
    }

    [Fact]
    public async Task A_password_that_is_refused_is_not_quoted()
    {
        await using var kafka = Broker(new ScriptedGroup { Members = 0 });
        kafka.Mechanisms = ["PLAIN"];
        kafka.Users["orders"] = "another";

        var deletion = await Groups.DeleteAsync(
            "shop", new KafkaSpec
            {
                BootstrapServers = [kafka.Address],
                Authentication = new KafkaAuthenticationSpec { Type = AuthenticationType.Plain, Username = "orders" },
            },
            new KafkaSecrets { Username = "orders", Password = Password },
            "shop-orders",
            TestContext.Current.CancellationToken);

        Assert.Equal(GroupDeletionResult.NotYet, deletion.Result);
        Assert.Contains("'orders'", deletion.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, deletion.Message, StringComparison.Ordinal);
    }

    private static ScriptedBroker Broker(ScriptedGroup? group)
    {
        var kafka = ScriptedBroker.Start();
        kafka.Release = ScriptedRelease.Release11;
        if (group is not null)
        {
            kafka.Groups["shop-orders"] = group;
        }

        return kafka;
    }

    private static Task<GroupDeletion> DeleteAsync(ScriptedBroker kafka) =>
        Groups.DeleteAsync("shop", new KafkaSpec { BootstrapServers = [kafka.Address] }, new KafkaSecrets(), "shop-orders", TestContext.Current.CancellationToken);
}
