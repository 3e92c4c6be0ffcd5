using System.Collections.Immutable;

namespace KafkaLogstash.LocalCluster.ApiServer;

/// <summary>One request that reached the server.</summary>
/// <param name="Verb">get, list, watch, create, update, patch, delete, deletecollection; the lower-case method for other paths.</param>
/// <param name="Group">API group; empty for the core group and for paths that are no resources.</param>
/// <param name="Resource">Plural name; empty for paths that are no resources.</param>
/// <param name="Subresource">Such as <c>status</c>; empty for the resource itself.</param>
/// <param name="Namespace">Null for cluster-scoped resources and requests across all namespaces.</param>
/// <param name="Name">Null for collections.</param>
/// <param name="Path">The path as sent, without the query.</param>
/// <param name="User">Name of the authenticated user.</param>
/// <param name="UserAgent">The client's <c>User-Agent</c>; empty when it sent none.</param>
public sealed record LoggedRequest(
    string Verb, string Group, string Resource, string Subresource, string? Namespace, string? Name, string Path, string User, string UserAgent)
{
    /// <summary>True for requests that may change something.</summary>
    public bool IsWrite => Verb is "create" or "update" or "patch" or "delete" or "deletecollection";
}

/// <summary>All requests that reached the server, in order, so that a test can say how many a piece of work took.</summary>
public sealed class RequestLog
{
    private ImmutableList<LoggedRequest> _requests = [];

    /// <summary>All requests since the start or the last <see cref="Clear"/>.</summary>
    public IReadOnlyList<LoggedRequest> All => _requests;

    /// <summary>Forgets all requests so far.</summary>
    public void Clear() => _requests = [];

    /// <summary>Number of requests of a verb and a resource; null stands for any.</summary>
    public int Count(string? verb = null, string? resource = null) =>
        _requests.Count(request => (verb is null || request.Verb == verb) && (resource is null || request.Resource == resource));

    /// <summary>Number of requests for which the condition holds.</summary>
    public int Count(Func<LoggedRequest, bool> condition) => _requests.Count(condition);

    internal void Add(LoggedRequest request) => ImmutableInterlocked.Update(ref _requests, static (all, added) => all.Add(added), request);
}
