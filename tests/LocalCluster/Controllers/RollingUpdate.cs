namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>A replica set as a rolling update sees it.</summary>
/// <param name="Wished">Replicas that its spec asks for.</param>
/// <param name="Available">Replicas that are available.</param>
internal sealed record ReplicaCount(int Wished, int Available);

/// <summary>Decides the next step of a rolling update: how many replicas each replica set should have now.</summary>
internal static class RollingUpdate
{
    /// <summary>How many pods there may be beyond the wish, and how many may be missing.</summary>
    /// <remarks>Both can't be none: then nothing could ever move.</remarks>
    public static (int Surge, int Unavailable) Limits(k8s.Models.V1RollingUpdateDeployment? strategy, int replicas)
    {
        var surge = Share.Of(strategy?.MaxSurge ?? "25%", replicas, roundUp: true);
        var unavailable = Share.Of(strategy?.MaxUnavailable ?? "25%", replicas, roundUp: false);
        return surge == 0 && unavailable == 0 ? (0, 1) : (surge, Math.Min(unavailable, replicas));
    }

    /// <summary>The next numbers of replicas; the same numbers when there is nothing to do but wait.</summary>
    /// <param name="replicas">Replicas that the deployment asks for.</param>
    /// <param name="surge">How many pods there may be beyond that.</param>
    /// <param name="unavailable">How many of them may be missing.</param>
    /// <param name="newest">The replica set of the current template.</param>
    /// <param name="old">All others, oldest first.</param>
    public static (int Newest, IReadOnlyList<int> Old) Next(
        int replicas, int surge, int unavailable, ReplicaCount newest, IReadOnlyList<ReplicaCount> old)
    {
        var wished = old.Select(set => set.Wished).ToArray();
        if (newest.Wished > replicas)
        {
            return (replicas, wished);
        }

        var all = newest.Wished + wished.Sum();
        var room = replicas + surge - all;
        if (newest.Wished < replicas && room > 0)
        {
            return (newest.Wished + Math.Min(room, replicas - newest.Wished), wished);
        }

        var minAvailable = replicas - unavailable;
        RemoveBroken(all - minAvailable - (newest.Wished - newest.Available), old, wished);
        var available = newest.Available + old.Zip(wished, (set, count) => Math.Min(set.Available, count)).Sum();
        RemoveWorking(available - minAvailable, wished);
        return (newest.Wished, wished);
    }

    /// <summary>Pods that don't work hold nothing up: they go first.</summary>
    private static void RemoveBroken(int limit, IReadOnlyList<ReplicaCount> old, int[] wished)
    {
        for (var i = 0; i < wished.Length && limit > 0; i++)
        {
            var step = Math.Clamp(wished[i] - old[i].Available, 0, limit);
            wished[i] -= step;
            limit -= step;
        }
    }

    private static void RemoveWorking(int limit, int[] wished)
    {
        for (var i = 0; i < wished.Length && limit > 0; i++)
        {
            var step = Math.Min(wished[i], limit);
            wished[i] -= step;
            limit -= step;
        }
    }
}
