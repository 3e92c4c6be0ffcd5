using System.Collections.Immutable;

namespace KafkaLogstash.LocalCluster.ApiServer;

/// <summary>What the server does instead of, or before, answering.</summary>
public abstract record FaultAction
{
    private FaultAction()
    {
    }

    /// <summary>Answers with an error, such as 500, 429 or 503.</summary>
    /// <param name="Code">HTTP status.</param>
    /// <param name="Reason">Reason of the Status object, such as <c>InternalError</c>.</param>
    /// <param name="Message">Message of the Status object.</param>
    /// <param name="RetryAfterSeconds">Value of the Retry-After header; null sends none.</param>
    public sealed record Error(int Code, string Reason, string Message, int? RetryAfterSeconds = null) : FaultAction;

    /// <summary>Waits, then answers as usual.</summary>
    /// <param name="Time">How long.</param>
    public sealed record Delay(TimeSpan Time) : FaultAction;

    /// <summary>Aborts the connection without an answer.</summary>
    public sealed record DropConnection : FaultAction;

    /// <summary>Carries the request out, then aborts the connection: the client can't know that it succeeded.</summary>
    public sealed record DropAnswer : FaultAction;

    /// <summary>Answers a write with 409 Conflict, as if somebody else had changed the object.</summary>
    public sealed record Conflict : FaultAction;

    /// <summary>Answers a watch with an ERROR event 410 Expired.</summary>
    public sealed record ExpireWatch : FaultAction;
}

/// <summary>A fault: which requests it hits, how often, and what happens to them. Null stands for any.</summary>
/// <param name="Action">What happens.</param>
public sealed record Fault(FaultAction Action)
{
    /// <summary>A verb such as <c>patch</c> or <c>watch</c>.</summary>
    public string? Verb { get; init; }

    /// <summary>Plural name of a resource.</summary>
    public string? Resource { get; init; }

    /// <summary>Name of a subresource; empty for the resource itself.</summary>
    public string? Subresource { get; init; }

    /// <summary>A namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Name of an object.</summary>
    public string? Name { get; init; }

    /// <summary>A further condition.</summary>
    public Func<LoggedRequest, bool>? When { get; init; }

    /// <summary>How many requests it hits before it is over; null means until it is removed.</summary>
    public int? Count { get; init; }

    internal bool Hits(LoggedRequest request) =>
        (Verb is null || Verb == request.Verb)
        && (Resource is null || Resource == request.Resource)
        && (Subresource is null || Subresource == request.Subresource)
        && (Namespace is null || Namespace == request.Namespace)
        && (Name is null || Name == request.Name)
        && (When is null || When(request));
}

/// <summary>Makes the server misbehave. Faults are tried in the order in which they were added; the first that fits is taken.</summary>
public sealed class FaultInjector
{
    private readonly Lock _lock = new();
    private readonly List<Armed> _armed = [];
    private ImmutableHashSet<CancellationTokenSource> _watches = [];
    private Action _compact = static () => { };

    /// <summary>Adds a fault; dispose the result to remove it before its count is used up.</summary>
    public IDisposable Add(Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        var armed = new Armed(fault, this);
        lock (_lock)
        {
            _armed.Add(armed);
        }

        return armed;
    }

    /// <summary>Removes all faults.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _armed.Clear();
        }
    }

    /// <summary>Ends all running watches, as a restart of the server or of a load balancer does.</summary>
    public void CutWatches()
    {
        foreach (var watch in _watches)
        {
            watch.Cancel();
        }
    }

    /// <summary>Forgets the history of changes: watches and lists from an earlier resource version answer 410.</summary>
    public void CompactHistory() => _compact();

    internal void OnCompact(Action compact) => _compact = compact;

    internal FaultAction? Take(LoggedRequest request)
    {
        lock (_lock)
        {
            if (_armed.FirstOrDefault(armed => armed.Fault.Hits(request)) is not { } hit)
            {
                return null;
            }

            if (hit.Fault.Count is { } count && ++hit.Hits >= count)
            {
                _armed.Remove(hit);
            }

            return hit.Fault.Action;
        }
    }

    internal IDisposable Register(CancellationTokenSource watch)
    {
        ImmutableInterlocked.Update(ref _watches, static (all, added) => all.Add(added), watch);
        return new Registration(() => ImmutableInterlocked.Update(ref _watches, static (all, gone) => all.Remove(gone), watch));
    }

    private sealed class Armed(Fault fault, FaultInjector owner) : IDisposable
    {
        public Fault Fault { get; } = fault;

        public int Hits { get; set; }

        public void Dispose()
        {
            lock (owner._lock)
            {
                owner._armed.Remove(this);
            }
        }
    }

    private sealed class Registration(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
