using System.Collections.Immutable;

namespace KafkaLogstash.LocalCluster.ApiServer;

/// <summary>One question of access that the server put to its roles on behalf of a request.</summary>
/// <param name="User">Who asked.</param>
/// <param name="Verb">What for: that of the request, or one that the request needs besides, such as <c>create</c> of an apply to what does not exist.</param>
/// <param name="Group">API group; empty for the core group and for paths that are no resources.</param>
/// <param name="Resource">Plural name, with its subresource behind a slash; empty for paths that are no resources.</param>
/// <param name="Namespace">Null for cluster scope.</param>
/// <param name="Name">Null for collections.</param>
/// <param name="Path">The path where it is no resource.</param>
/// <param name="Allowed">The answer.</param>
public sealed record AccessDecision(string User, string Verb, string Group, string Resource, string? Namespace, string? Name, string? Path, bool Allowed);

/// <summary>All decisions on access, in order, as an audit has them: it tells which rules of a role are used.</summary>
public sealed class AccessLog
{
    private ImmutableList<AccessDecision> _decisions = [];

    /// <summary>All decisions since the start or the last <see cref="Clear"/>.</summary>
    public IReadOnlyList<AccessDecision> All => _decisions;

    /// <summary>Forgets all decisions so far.</summary>
    public void Clear() => _decisions = [];

    internal void Add(AccessDecision decision) => ImmutableInterlocked.Update(ref _decisions, static (all, added) => all.Add(added), decision);
}
