using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using NamespaceObjects = System.Collections.Immutable.ImmutableSortedDictionary<
    string, KafkaLogstash.LocalCluster.ApiServer.Storage.StoredObject>;

namespace KafkaLogstash.LocalCluster.ApiServer.Storage;

/// <summary>
/// All objects, under one counter of revisions. Writes compare and swap; readers get immutable snapshots; the last
/// <c>historyLimit</c> changes of each resource are kept for watches and for reading the past.
/// </summary>
internal sealed class ObjectStore(int historyLimit)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Shelf> _shelves = new(StringComparer.Ordinal);
    private long _revision = 1;

    public StoredObject? Find(string resource, string? ns, string name)
    {
        lock (_lock)
        {
            return Open(resource).Objects.Find(ns, name);
        }
    }

    /// <summary>Everything of a resource, now.</summary>
    public (Snapshot Objects, long Revision) Read(string resource)
    {
        lock (_lock)
        {
            return (Open(resource).Objects, _revision);
        }
    }

    /// <summary>Everything of a resource as it was at a revision; null when that is no longer known.</summary>
    public Snapshot? ReadAt(string resource, long revision)
    {
        lock (_lock)
        {
            var shelf = Open(resource);
            if (revision < shelf.Compacted)
            {
                return null;
            }

            var index = shelf.History.FindLastIndex(change => change.Revision <= revision);
            return index >= 0 ? shelf.History[index].After : shelf.BeforeHistory;
        }
    }

    /// <summary>Stores a new object; null when its name is taken.</summary>
    public StoredObject? Create(string resource, JsonObject body)
    {
        lock (_lock)
        {
            var shelf = Open(resource);
            if (shelf.Objects.Find(body.Namespace(), body.Name()!) is not null)
            {
                return null;
            }

            return Commit(shelf, null, body);
        }
    }

    /// <summary>Replaces exactly the object that was read; null when it has changed or gone since.</summary>
    public StoredObject? Replace(string resource, StoredObject expected, JsonObject body)
    {
        lock (_lock)
        {
            var shelf = Open(resource);
            return ReferenceEquals(shelf.Objects.Find(expected.Namespace, expected.Name), expected) ? Commit(shelf, expected, body) : null;
        }
    }

    /// <summary>Removes exactly the object that was read, its last form being <paramref name="body"/>; null when it has changed or gone since.</summary>
    public StoredObject? Delete(string resource, StoredObject expected, JsonObject body)
    {
        lock (_lock)
        {
            var shelf = Open(resource);
            if (!ReferenceEquals(shelf.Objects.Find(expected.Namespace, expected.Name), expected))
            {
                return null;
            }

            var last = StoredObject.Freeze(body, Interlocked.Increment(ref _revision));
            shelf.Record(new Change(last.Revision, expected, null, last, shelf.Objects.Remove(expected)), historyLimit);
            return last;
        }
    }

    /// <summary>
    /// Follows a resource. With a revision, changes after it come first; null means from now on, with what there is now in
    /// <see cref="Subscription.Initial"/>. Returns null when the revision is older than the history.
    /// </summary>
    public Subscription? Watch(string resource, long? revision)
    {
        lock (_lock)
        {
            var shelf = Open(resource);
            if (revision < shelf.Compacted)
            {
                return null;
            }

            var channel = Channel.CreateUnbounded<Change>(new UnboundedChannelOptions { SingleReader = true });
            if (revision is { } since)
            {
                foreach (var change in shelf.History.Where(change => change.Revision > since))
                {
                    channel.Writer.TryWrite(change);
                }
            }

            shelf.Watchers.Add(channel);
            return new Subscription(
                channel.Reader,
                shelf.Objects,
                _revision,
                () => Bookmark(channel),
                () =>
                {
                    lock (_lock)
                    {
                        shelf.Watchers.Remove(channel);
                        channel.Writer.TryComplete();
                    }
                });
        }
    }

    /// <summary>The oldest revision from which a watch of the resource can start.</summary>
    public long OldestRevision(string resource)
    {
        lock (_lock)
        {
            return Open(resource).Compacted;
        }
    }

    /// <summary>Forgets all changes up to now, as a compaction of etcd does.</summary>
    public void Compact()
    {
        lock (_lock)
        {
            foreach (var shelf in _shelves.Values)
            {
                shelf.Forget(_revision);
            }
        }
    }

    private void Bookmark(Channel<Change> channel)
    {
        lock (_lock)
        {
            channel.Writer.TryWrite(Change.BookmarkAt(_revision));
        }
    }

    private StoredObject Commit(Shelf shelf, StoredObject? before, JsonObject body)
    {
        var after = StoredObject.Freeze(body, Interlocked.Increment(ref _revision));
        shelf.Record(new Change(after.Revision, before, after, after, shelf.Objects.Set(after)), historyLimit);
        return after;
    }

    private Shelf Open(string resource)
    {
        if (!_shelves.TryGetValue(resource, out var shelf))
        {
            shelf = new Shelf();
            _shelves[resource] = shelf;
        }

        return shelf;
    }

    private sealed class Shelf
    {
        public Snapshot Objects { get; private set; } = Snapshot.Empty;

        public Snapshot BeforeHistory { get; private set; } = Snapshot.Empty;

        public List<Change> History { get; } = [];

        public List<Channel<Change>> Watchers { get; } = [];

        /// <summary>The revision at which the history begins: what came before is unknown.</summary>
        public long Compacted { get; private set; }

        public void Record(Change change, int limit)
        {
            Objects = change.After!;
            History.Add(change);
            foreach (var watcher in Watchers)
            {
                watcher.Writer.TryWrite(change);
            }

            // Dropping a quarter at a time keeps the cost of a write constant.
            if (History.Count > limit)
            {
                Forget(History[Math.Max(limit / 4, 1) - 1].Revision);
            }
        }

        public void Forget(long revision)
        {
            var kept = History.FindIndex(change => change.Revision > revision);
            var dropped = kept < 0 ? History.Count : kept;
            if (dropped > 0)
            {
                BeforeHistory = History[dropped - 1].After!;
                History.RemoveRange(0, dropped);
            }

            Compacted = Math.Max(Compacted, revision);
        }
    }
}

/// <summary>
/// One change of a resource, or a bookmark. <paramref name="Object"/> is what a watcher is shown: the new form, or the last one
/// of a deleted object.
/// </summary>
internal sealed record Change(long Revision, StoredObject? Before, StoredObject? Now, StoredObject? Object, Snapshot? After)
{
    public bool IsBookmark => Object is null;

    public static Change BookmarkAt(long revision) => new(revision, null, null, null, null);
}

/// <summary>A watch of one resource: what there was when it began, and the changes since.</summary>
internal sealed class Subscription(
    ChannelReader<Change> changes, Snapshot initial, long revision, Action requestBookmark, Action end) : IDisposable
{
    public ChannelReader<Change> Changes { get; } = changes;

    public Snapshot Initial { get; } = initial;

    public long Revision { get; } = revision;

    /// <summary>Queues a bookmark behind the changes so far.</summary>
    public void RequestBookmark() => requestBookmark();

    public void Dispose() => end();
}

/// <summary>All objects of a resource at one moment, by namespace and name.</summary>
internal sealed class Snapshot
{
    public static readonly Snapshot Empty = new(ImmutableSortedDictionary.Create<string, NamespaceObjects>(StringComparer.Ordinal));

    private static readonly NamespaceObjects None = ImmutableSortedDictionary.Create<string, StoredObject>(StringComparer.Ordinal);

    private readonly ImmutableSortedDictionary<string, NamespaceObjects> _namespaces;

    private Snapshot(ImmutableSortedDictionary<string, NamespaceObjects> namespaces) => _namespaces = namespaces;

    public StoredObject? Find(string? ns, string name) => In(ns ?? "").GetValueOrDefault(name);

    /// <summary>Objects of one namespace, or of all when it is null, ordered by namespace and name.</summary>
    public IEnumerable<StoredObject> List(string? ns) => ns is null ? _namespaces.Values.SelectMany(items => items.Values) : In(ns).Values;

    public Snapshot Set(StoredObject item) =>
        new(_namespaces.SetItem(item.Namespace, In(item.Namespace).SetItem(item.Name, item)));

    public Snapshot Remove(StoredObject item)
    {
        var left = In(item.Namespace).Remove(item.Name);
        return new(left.IsEmpty ? _namespaces.Remove(item.Namespace) : _namespaces.SetItem(item.Namespace, left));
    }

    private NamespaceObjects In(string ns) => _namespaces.GetValueOrDefault(ns, None);
}
