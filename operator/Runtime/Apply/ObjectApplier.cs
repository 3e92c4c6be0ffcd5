using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Runtime;

/// <summary>
/// Applies objects, and remembers for each what was found equal or written last. The memory saves comparing, bridges the time until a cache has seen a write,
/// and ends what would be a loop: differences that an apply left standing (the API server's way of writing the same thing) are no reason for another one.
/// </summary>
internal sealed class ObjectApplier(KubernetesApi api, RuntimeOptions runtime, RuntimeMetrics metrics, ILogger<ObjectApplier> logger) : IObjectApplier
{
    // Objects that the garbage collector takes leave their entry behind; past this many, all are forgotten, at the price of one comparison each.
    private const int MostMemories = 20_000;

    private readonly ConcurrentDictionary<Target, Memory> _memories = new();

    public async Task<ApplyResult> ApplyAsync(
        ResourceKind kind,
        JsonObject desired,
        IKubernetesObject<V1ObjectMeta>? live,
        ApplyOptions? options,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(desired);
        var how = options ?? new ApplyOptions();
        var wanted = DesiredObject.Canonical(desired);
        var target = new Target(kind, DesiredObject.NameOf(wanted), how.Subresource);
        var hash = Hash(wanted.ToJsonString());
        var known = _memories.GetValueOrDefault(target);
        var current = live is null ? await ReadAsync(target, cancellationToken) : LiveObject.Of(live);
        if (current is null)
        {
            return await WriteAsync(target, wanted, hash, null, [], how, cancellationToken);
        }

        if (how.Subresource is null)
        {
            RefuseForeign(target, wanted, current.Metadata, how);
            if (current.Metadata.DeletionTimestamp is not null)
            {
                // On its way out: what is written now is lost. Its end will be an event of its own.
                return Unchanged(current.Metadata);
            }
        }

        if (known is not null && known.Confirms(current.Metadata, hash))
        {
            return Unchanged(current.Metadata);
        }

        current = live is IPartialObjectMetadata ? await ReadAsync(target, cancellationToken) : current;
        if (current is null)
        {
            return await WriteAsync(target, wanted, hash, null, [], how, cancellationToken);
        }

        var differences = ObjectDifference.Find(wanted, current.Contents(), runtime.FieldManager, how.Subresource);
        var residue = Residue(differences);
        if (differences.Count == 0 || (known is not null && known.DesiredHash == hash && known.Residue == residue))
        {
            Remember(target, new Memory(current.Metadata.Uid, current.Metadata.ResourceVersion, hash, residue));
            return Unchanged(current.Metadata);
        }

        return await WriteAsync(target, wanted, hash, current, differences, how, cancellationToken);
    }

    public async Task<bool> DeleteAsync(
        ResourceKind kind, IKubernetesObject<V1ObjectMeta> live, DeleteRequest? request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(live);
        var how = request ?? new DeleteRequest();
        var body = new V1DeleteOptions
        {
            ApiVersion = "v1",
            Kind = "DeleteOptions",
            PropagationPolicy = how.Propagation.ToString(),
            Preconditions = new V1Preconditions
            {
                Uid = live.Metadata.Uid,
                ResourceVersion = how.OnlyIfUnchanged ? live.Metadata.ResourceVersion : null,
            },
            DryRun = how.DryRun ? ["All"] : null,
        };
        try
        {
            var deleted = await api.DeleteAsync(kind, live.Key(), body, cancellationToken);
            if (!how.DryRun)
            {
                _memories.TryRemove(new Target(kind, live.Key(), null), out _);
                metrics.Wrote(kind, "delete");
            }

            return deleted;
        }
        catch (ApiException e) when (e.StatusCode == HttpStatusCode.Conflict && !how.OnlyIfUnchanged)
        {
            return false;
        }
    }

    private static ApplyResult Unchanged(V1ObjectMeta live) => new(ApplyOutcome.Unchanged, live.ResourceVersion, []);

    private async Task<ApplyResult> WriteAsync(
        Target target,
        JsonObject wanted,
        string hash,
        LiveObject? current,
        IReadOnlyList<Difference> differences,
        ApplyOptions how,
        CancellationToken cancellationToken)
    {
        var paths = differences.Select(static d => d.ToString()).ToList();
        var written = await api.ApplyAsync(target.Kind, target.Name, wanted, runtime.FieldManager, how, cancellationToken);
        var result = LiveObject.Of(written);
        if (!how.DryRun)
        {
            var left = ObjectDifference.Find(wanted, written, runtime.FieldManager, how.Subresource);
            Remember(target, new Memory(result.Metadata.Uid, result.Metadata.ResourceVersion, hash, Residue(left)));
            metrics.Wrote(target.Kind, current is null ? "create" : "update");
            if (left.Count > 0)
            {
                logger.LogDebug("Applying {Kind} {Name} left {Differences}; they will not be tried again", target.Kind, target.Name, left);
            }
        }

        if (current is null)
        {
            return new ApplyResult(ApplyOutcome.Created, result.Metadata.ResourceVersion, paths);
        }

        logger.LogDebug("Applied {Kind} {Name} because of {Differences}", target.Kind, target.Name, paths);
        var outcome = current.Metadata.ResourceVersion == result.Metadata.ResourceVersion ? ApplyOutcome.Unchanged : ApplyOutcome.Updated;
        return new ApplyResult(outcome, result.Metadata.ResourceVersion, paths);
    }

    private async Task<LiveObject?> ReadAsync(Target target, CancellationToken cancellationToken) =>
        await api.GetAsync(target.Kind, target.Name, cancellationToken) is { } json ? LiveObject.Of(json) : null;

    private void RefuseForeign(Target target, JsonObject wanted, V1ObjectMeta live, ApplyOptions how)
    {
        var controller = live.OwnerReferences?.FirstOrDefault(static r => r.Controller == true);
        var mine = DesiredObject.ControllerUidOf(wanted);
        if (controller is not null)
        {
            if (controller.Uid != mine)
            {
                throw new ForeignObjectException(target.Kind, target.Name, $"belongs to {controller.Kind} {controller.Name} (uid {controller.Uid})");
            }
        }
        else if (!how.Adopt && !ManagedFields.IsAppliedBy(live, runtime.FieldManager))
        {
            throw new ForeignObjectException(target.Kind, target.Name, $"was not made by {runtime.FieldManager}");
        }
    }

    private void Remember(Target target, Memory memory)
    {
        if (_memories.Count >= MostMemories)
        {
            _memories.Clear();
        }

        _memories[target] = memory;
    }

    private static string Residue(IReadOnlyList<Difference> differences) =>
        differences.Count == 0 ? "" : Hash(string.Join('\n', differences.Select(static d => $"{d} {d.Live}").Order(StringComparer.Ordinal)));

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private sealed record Target(ResourceKind Kind, NamespacedName Name, string? Subresource);

    private sealed record Memory(string Uid, string ResourceVersion, string DesiredHash, string Residue)
    {
        /// <summary>Whether the live object is the one remembered, or an older state of it that a cache has not yet caught up from.</summary>
        public bool Confirms(V1ObjectMeta live, string desiredHash) =>
            DesiredHash == desiredHash && Uid == live.Uid && (ResourceVersion == live.ResourceVersion || IsNewerThan(live.ResourceVersion));

        private bool IsNewerThan(string other) => ulong.TryParse(ResourceVersion, out var mine) && ulong.TryParse(other, out var theirs) && mine > theirs;
    }

    /// <summary>A live object; its contents are only written out when they are looked at.</summary>
    private sealed record LiveObject(V1ObjectMeta Metadata, Func<JsonObject> Contents)
    {
        public static LiveObject Of(JsonObject json) => new(KubernetesJson.Deserialize<V1ObjectMeta>(json["metadata"]!), () => json);

        public static LiveObject Of(IKubernetesObject<V1ObjectMeta> live) => new(live.Metadata, () => DesiredObject.Of(live));
    }
}
