using CsCheck;
using k8s.Models;
using KafkaLogstash.LocalCluster.Controllers;

namespace KafkaLogstash.Tests.Unit.LocalCluster.Controllers;

public sealed class RollingUpdateTests
{
    [Fact]
    public void A_first_rollout_asks_for_all_replicas_at_once() =>
        Assert.Equal(3, RollingUpdate.Next(3, 1, 0, new(0, 0), []).Newest);

    [Fact]
    public void A_broken_old_pod_is_given_up_before_a_new_one_works() =>
        Assert.Equal([2], RollingUpdate.Next(3, 1, 1, new(1, 0), [new(3, 2)]).Old);

    [Theory]
    [InlineData("25%", "25%", 4, 1, 1)]
    [InlineData("25%", "25%", 1, 1, 0)]
    [InlineData("0", "0", 3, 0, 1)]
    [InlineData("1", "5", 3, 1, 3)]
    public void Limits_are_rounded_so_that_it_moves_and_serves(string surge, string unavailable, int replicas, int expectedSurge, int expectedUnavailable) =>
        Assert.Equal(
            (expectedSurge, expectedUnavailable),
            RollingUpdate.Limits(new V1RollingUpdateDeployment { MaxSurge = surge, MaxUnavailable = unavailable }, replicas));

    [Fact]
    public void It_always_arrives_and_never_leaves_the_limits() => Gen.Select(Gen.Int[0, 12], Gen.Int[0, 4], Gen.Int[0, 4], Gen.Int[0, 12]).Seeded().Sample(
        (replicas, surge, unavailable, before) =>
        {
            (surge, unavailable) = surge + unavailable == 0 ? (0, 1) : (surge, Math.Min(unavailable, replicas));
            if (surge + unavailable == 0)
            {
                surge = 1;
            }

            var newest = new ReplicaCount(0, 0);
            var old = new ReplicaCount(Math.Min(before, replicas), Math.Min(before, replicas));
            var least = Math.Min(old.Available, replicas - unavailable);
            for (var steps = 0; (newest.Available, old.Wished) != (replicas, 0); steps++)
            {
                Assert.True(steps < 100, "It does not arrive.");
                var next = RollingUpdate.Next(replicas, surge, unavailable, newest, [old]);
                Assert.InRange(next.Newest + next.Old[0], 0, replicas + surge);
                Assert.True(newest.Available + Math.Min(old.Available, next.Old[0]) >= least, "Too few pods work.");
                newest = new(next.Newest, next.Newest);
                old = new(next.Old[0], next.Old[0]);
            }
        });
}
