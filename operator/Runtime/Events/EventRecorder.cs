using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Runtime;

/// <summary>
/// Writes events in the background. The first of a kind is created at once; its repeats are counted, and the count is written from time to time.
/// </summary>
internal sealed class EventRecorder : IEventRecorder, IAsyncDisposable
{
    private const int LongestNote = 1024;
    private const int LongestWord = 128;
    private const char Ellipsis = '…';

    private readonly KubernetesApi _api;
    private readonly RuntimeOptions _runtime;
    private readonly EventOptions _options;
    private readonly RuntimeMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<EventRecorder> _logger;
    private readonly Channel<Occurrence> _queue;
    private readonly Dictionary<SeriesKey, Series> _series = [];
    private readonly CancellationTokenSource _abort = new();
    private readonly Task _writing;

    public EventRecorder(
        KubernetesApi api, RuntimeOptions runtime, RuntimeMetrics metrics, TimeProvider time, ILogger<EventRecorder> logger, EventOptions? options = null)
    {
        _api = api;
        _runtime = runtime;
        _options = options ?? new EventOptions();
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _queue = Channel.CreateBounded<Occurrence>(
            new BoundedChannelOptions(_options.QueueLength) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true },
            _ => _metrics.EventLost());
        _writing = WriteAllAsync(_abort.Token);
    }

    public void Record(IKubernetesObject<V1ObjectMeta> regarding, EventType type, string reason, string action, string note)
    {
        ArgumentNullException.ThrowIfNull(regarding);
        ArgumentNullException.ThrowIfNull(reason);
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(note);
        var about = new V1ObjectReference
        {
            ApiVersion = regarding.ApiVersion,
            Kind = regarding.Kind,
            Name = regarding.Metadata.Name,
            NamespaceProperty = regarding.Metadata.NamespaceProperty,
            Uid = regarding.Metadata.Uid,
            ResourceVersion = regarding.Metadata.ResourceVersion,
        };
        var key = new SeriesKey(regarding.Kind, regarding.Key(), regarding.Metadata.Uid, type, Shorten(reason, LongestWord), Shorten(action, LongestWord), Shorten(note, LongestNote));
        _queue.Writer.TryWrite(new Occurrence(key, about, _time.GetUtcNow()));
    }

    /// <summary>Writes what waits, for two seconds at most.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _abort.CancelAfter(TimeSpan.FromSeconds(2));
        await _writing;
        _abort.Dispose();
    }

    /// <summary>Cuts a text so that its UTF-8 form fits, never within a character.</summary>
    internal static string Shorten(string text, int bytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= bytes)
        {
            return text;
        }

        var room = bytes - Encoding.UTF8.GetByteCount([Ellipsis]);
        var kept = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0)
            {
                break;
            }

            kept.Append(rune);
        }

        return kept.Append(Ellipsis).ToString();
    }

    private async Task WriteAllAsync(CancellationToken abort)
    {
        var more = _queue.Reader.WaitToReadAsync(abort).AsTask();
        try
        {
            while (true)
            {
                // Open counts are written when their time comes, whether or not anything new happens.
                using var woken = CancellationTokenSource.CreateLinkedTokenSource(abort);
                var pause = _series.Values.Any(static s => s.Unwritten) ? Task.Delay(_options.SeriesInterval, _time, woken.Token) : Task.Delay(Timeout.Infinite, woken.Token);
                await Task.WhenAny(more, pause);
                await woken.CancelAsync();
                if (more.IsCompleted)
                {
                    if (!await more)
                    {
                        break;
                    }

                    while (_queue.Reader.TryRead(out var occurrence))
                    {
                        await WriteAsync(occurrence, abort);
                    }

                    more = _queue.Reader.WaitToReadAsync(abort).AsTask();
                }

                await WriteCountsAsync(all: false, abort);
            }

            await WriteCountsAsync(all: true, abort);
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            _logger.LogDebug("Events that were not written yet are lost");
        }
    }

    private async Task WriteAsync(Occurrence occurrence, CancellationToken cancellationToken)
    {
        if (_series.TryGetValue(occurrence.Key, out var series) && occurrence.At - series.LastSeen <= _options.SeriesWindow)
        {
            series.Count++;
            series.LastSeen = occurrence.At;
            series.Unwritten = true;
            return;
        }

        if (_series.Count >= _options.MostSeries)
        {
            _series.Clear();
        }

        _series.Remove(occurrence.Key);
        if (await TryAsync(occurrence.Key, () => _api.CreateAsync(EventOf(occurrence), cancellationToken), cancellationToken) is { } created)
        {
            _series[occurrence.Key] = new Series(created.Key(), occurrence.At) { LastWritten = _time.GetUtcNow() };
        }
    }

    private async Task WriteCountsAsync(bool all, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        foreach (var (key, series) in _series.ToList())
        {
            if (series.Unwritten && (all || now - series.LastWritten >= _options.SeriesInterval))
            {
                await WriteCountAsync(key, series, cancellationToken);
            }
            else if (!series.Unwritten && now - series.LastSeen > _options.SeriesWindow)
            {
                _series.Remove(key);
            }
        }
    }

    private async Task WriteCountAsync(SeriesKey key, Series series, CancellationToken cancellationToken)
    {
        var patch = new JsonObject
        {
            ["series"] = new JsonObject { ["count"] = series.Count, ["lastObservedTime"] = Micro(series.LastSeen) },
        };
        series.Unwritten = false;
        series.LastWritten = _time.GetUtcNow();
        try
        {
            await _api.MergePatchAsync<Eventsv1Event>(series.Event, patch, cancellationToken);
        }
        catch (ApiException e) when (e.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            // Events live for an hour only: the next repeat makes a new one.
            _series.Remove(key);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Lose(key, e);
        }
    }

    private async Task<Eventsv1Event?> TryAsync(SeriesKey key, Func<Task<Eventsv1Event>> write, CancellationToken cancellationToken)
    {
        try
        {
            return await write();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Lose(key, e);
            return null;
        }
    }

    private void Lose(SeriesKey key, Exception e)
    {
        _metrics.EventLost();
        _logger.LogWarning("The event {Reason} of {Kind} {Name} is lost: {Error}", key.Reason, key.Kind, key.Name, e.Message);
    }

    private Eventsv1Event EventOf(Occurrence occurrence)
    {
        var key = occurrence.Key;
        var suffix = $".{occurrence.At.UtcTicks:x}{Random.Shared.Next(0x10000):x4}";
        var name = key.Name.Name.Length + suffix.Length > 253 ? key.Name.Name[..(253 - suffix.Length)].TrimEnd('.', '-') : key.Name.Name;
        return new Eventsv1Event
        {
            ApiVersion = "events.k8s.io/v1",
            Kind = "Event",
            Metadata = new V1ObjectMeta { Name = name + suffix, NamespaceProperty = key.Name.Namespace ?? "default" },
            EventTime = occurrence.At.UtcDateTime,
            Type = key.Type.ToString(),
            Reason = key.Reason,
            Action = key.Action,
            Note = key.Note,
            Regarding = occurrence.Regarding,
            ReportingController = _runtime.FieldManager,
            ReportingInstance = Shorten(_runtime.Identity, LongestWord),
        };
    }

    private static string Micro(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'");

    private sealed record SeriesKey(string Kind, NamespacedName Name, string? Uid, EventType Type, string Reason, string Action, string Note);

    private sealed record Occurrence(SeriesKey Key, V1ObjectReference Regarding, DateTimeOffset At);

    private sealed class Series(NamespacedName created, DateTimeOffset first)
    {
        public NamespacedName Event { get; } = created;

        public int Count { get; set; } = 1;

        public DateTimeOffset LastSeen { get; set; } = first;

        public DateTimeOffset LastWritten { get; set; }

        public bool Unwritten { get; set; }
    }
}
