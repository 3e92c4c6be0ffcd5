using System.Collections.Concurrent;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridge.Lumberjack;
using KafkaLogstash.Bridging;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Source.Delivery;

/// <summary>Whom deliveries are reported to, on the thread that consumes.</summary>
internal interface IDeliveryOwner
{
    /// <summary>A partition's position has moved on.</summary>
    void Advanced(PartitionProgress progress);

    /// <summary>Logstash can't take an event: it ends every connection that the event comes over, though it takes others.</summary>
    /// <param name="segment">The segment that the record is what is left of.</param>
    /// <param name="offset">The record's offset.</param>
    /// <param name="text">The event.</param>
    void Undeliverable(DeliverySegment segment, long offset, ReadOnlyMemory<byte> text);
}

/// <summary>
/// Brings windows to Logstash: fills them, chooses their lanes, sends them again over another where one fails, and reports what was acknowledged. All members are for the thread
/// that consumes; what happens on lanes comes in by <see cref="Process"/>.
/// </summary>
internal sealed partial class WindowDelivery : IAsyncDisposable
{
    /// <summary>The beats input holds a whole window in memory before it takes the first event.</summary>
    private const long MostWindowBytes = 2 << 20;

    /// <summary>A window that is filled for longer, twice as long at most, is sent as it is. Neighbours that take all records must not hold it up.</summary>
    private static readonly TimeSpan LongestFilling = TimeSpan.FromMilliseconds(20);

    /// <summary>A connection that lives as long as this holds: what is there does not just accept connections and end them.</summary>
    private static readonly TimeSpan Holding = TimeSpan.FromSeconds(5);

    private readonly SourceSettings _settings;
    private readonly IDeliveryOwner _owner;
    private readonly SourceMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BlockPool _pool;

    /// <summary>Never all the room there is: it has to be sealed before reading stops.</summary>
    private readonly long _mostWindowBytes;
    private readonly LaneSurroundings _surroundings;
    private readonly EndpointDiscovery _discovery;
    private readonly ConcurrentQueue<LaneEvent> _events = new();
    private readonly AutoResetEvent _happened = new(initialState: false);
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Lane> _lanes = [];

    /// <summary>Where windows wait while there is no lane at all.</summary>
    private readonly Lane _nowhere = new(new("", 0, Address: null), 0);
    private Lane? _current;
    private IReadOnlyList<LogstashEndpoint>? _found;
    private volatile string? _discoveryTrouble;
    private Task _discovering = Task.CompletedTask;
    private long _acknowledged;
    private long _overdueLookedFor;

    /// <summary>A delivery that has not begun.</summary>
    public WindowDelivery(
        SourceSettings settings, IDeliveryOwner owner, LumberjackConnector connector, IHostResolver resolver, SourceMetrics metrics, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _owner = owner;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _pool = new(settings.MaxBytesInFlight);
        _mostWindowBytes = Math.Min(MostWindowBytes, settings.MaxBytesInFlight / 2);
        _overdueLookedFor = time.GetTimestamp();
        _surroundings = new(connector, resolver, settings.CompressionLevel, settings.AcknowledgementTimeout, metrics, time, Tell);
        _discovery = new(settings.Logstash, resolver, time);
    }

    /// <summary>Bytes of events that wait for their acknowledgement, those in open windows among them.</summary>
    public long Bytes { get; private set; }

    /// <summary>Those of them that wait for a Logstash that says it is alive and takes nothing.</summary>
    public long HeldBytes
    {
        get
        {
            var held = 0L;
            foreach (var lane in _lanes)
            {
                held += lane.IsBusy ? lane.Bytes : 0;
            }

            return held;
        }
    }

    /// <summary>Whether no lane can take more at present.</summary>
    public bool IsFull
    {
        get
        {
            foreach (var lane in _lanes)
            {
                if (!lane.IsRetired && !lane.IsFull)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Whether windows wait to be sent: filled in part, or full.</summary>
    public bool HasUnsent
    {
        get
        {
            foreach (var lane in _lanes)
            {
                if (lane.Open is { Count: > 0 } || lane.Waiting.Count > 0)
                {
                    return true;
                }
            }

            return _nowhere.Bytes > 0;
        }
    }

    /// <summary>What is wrong with Logstash, for people; null while one of them is as it should be.</summary>
    public string? Trouble
    {
        get
        {
            string? trouble = null;
            foreach (var lane in _lanes)
            {
                if (lane.Trouble is null)
                {
                    return null;
                }

                trouble ??= $"{lane.Endpoint}: {lane.Trouble}";
            }

            return trouble ?? _discoveryTrouble ?? "No connection to Logstash has been made yet.";
        }
    }

    /// <summary>Which Logstash says that it is alive and takes nothing, for people; null while there is none. See <see cref="Look"/>.</summary>
    public string? Busy { get; private set; }

    /// <summary>Looks for Logstash and connects.</summary>
    public void Start() => _discovering = _discovery.RunAsync(
        endpoints =>
        {
            Volatile.Write(ref _found, endpoints);
            _happened.Set();
        },
        trouble => _discoveryTrouble = trouble,
        _ending.Token);

    /// <summary>Waits until something happened on a lane, or until the time is over.</summary>
    public void Wait(TimeSpan atMost) => _happened.WaitOne(atMost);

    /// <summary>The lane for a partition's next record.</summary>
    public Lane LaneFor(PartitionProgress progress)
    {
        if (!_settings.KeepPartitionOrder)
        {
            return _current is { IsRetired: false, IsFull: false, Connection: not null } current ? current : _current = BestLane();
        }

        if (progress.Lane is null or { Connection: null, Bytes: 0 } or { IsRetired: true, Bytes: 0 })
        {
            progress.Lane = BestLane();
        }

        return progress.Lane!;
    }

    /// <summary>Whether a partition does better to leave its lane for another as soon as it can: its lane is full or ends, and the other has much less to do.</summary>
    public bool ShouldMove(Lane lane)
    {
        if (!lane.IsFull && !lane.IsRetired)
        {
            return false;
        }

        foreach (var other in _lanes)
        {
            if (other != lane && other is { Connection: not null, IsRetired: false, IsFull: false } && (lane.IsRetired || other.Bytes < lane.Bytes / 2))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The window that a lane fills.</summary>
    public RecordWindow Open(Lane lane) => lane.Open ??= new RecordWindow(_pool);

    /// <summary>An event was added to a lane's window.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="bytes">What the window has grown by.</param>
    public void Added(Lane lane, long bytes)
    {
        lane.Bytes += bytes;
        Bytes += bytes;
        var window = lane.Open!;
        if (window.Count >= _settings.WindowSize || window.Bytes >= _mostWindowBytes)
        {
            Seal(lane);
        }
    }

    /// <summary>Sends windows that are filled in part, where nothing waits before them: nobody gains by waiting then.</summary>
    public void Flush()
    {
        foreach (var lane in _lanes)
        {
            if (HasToSend(lane))
            {
                Seal(lane);
            }
        }
    }

    /// <summary>Sends windows that are filled in part and have waited for more for a while. To be called again and again where there is no occasion to <see cref="Flush"/>.</summary>
    public void SendOverdue()
    {
        if (_time.GetElapsedTime(_overdueLookedFor) < LongestFilling)
        {
            return;
        }

        _overdueLookedFor = _time.GetTimestamp();
        foreach (var lane in _lanes)
        {
            if (!HasToSend(lane))
            {
                continue;
            }

            if (lane.Open!.IsOverdue)
            {
                Seal(lane);
            }
            else
            {
                lane.Open.IsOverdue = true;
            }
        }
    }

    /// <summary>Takes in what happened on the lanes.</summary>
    public void Process()
    {
        if (Interlocked.Exchange(ref _found, null) is { } found)
        {
            Follow(found);
        }

        while (_events.TryDequeue(out var happened))
        {
            switch (happened.Kind)
            {
                case LaneEventKind.Connected:
                    Connected(happened.Lane, happened.Connection!);
                    break;
                case LaneEventKind.Acknowledged:
                    Acknowledged(happened.Lane, happened.Window!);
                    break;
                case LaneEventKind.Disconnected:
                    Disconnected(happened);
                    break;
            }
        }
    }

    /// <summary>Looks which connections have held, and which take nothing although their Logstash says that it is alive. To be called once in a while.</summary>
    public void Look()
    {
        Busy = null;
        foreach (var lane in _lanes)
        {
            if (lane.Connection is null)
            {
                continue;
            }

            if (lane.Trouble is not null && _time.GetElapsedTime(lane.ConnectedAt) > Holding)
            {
                Recovered(lane);
            }

            var waited = lane.InFlight == 0 ? TimeSpan.Zero : _time.GetElapsedTime(lane.WaitsSince);
            if (waited > _settings.AcknowledgementTimeout)
            {
                TakesNothing(lane, waited);
            }
        }
    }

    /// <summary>Counts what is under way.</summary>
    public void Measure()
    {
        int connections = 0, windows = 0;
        foreach (var lane in _lanes)
        {
            connections += lane.Connection is null ? 0 : 1;
            windows += lane.InFlight;
        }

        _metrics.Delivering(connections, windows, Bytes);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        foreach (var lane in _lanes)
        {
            await lane.Ending.CancelAsync();
        }

        await _discovering;
        foreach (var lane in _lanes)
        {
            await lane.Serving;
            lane.Ending.Dispose();
        }

        _nowhere.Ending.Dispose();
        _metrics.Delivering(connections: 0, windows: 0, bytes: 0);
        _happened.Dispose();
        _ending.Dispose();
    }

    private void Tell(LaneEvent happened)
    {
        _events.Enqueue(happened);
        _happened.Set();
    }

    private void Follow(IReadOnlyList<LogstashEndpoint> endpoints)
    {
        foreach (var lane in _lanes)
        {
            lane.IsRetired = lane.Ending.IsCancellationRequested || !endpoints.Contains(lane.Endpoint);
            EndIfDone(lane);
        }

        _lanes.RemoveAll(lane => lane is { IsRetired: true, Bytes: 0, Connection: null } && lane.Serving.IsCompleted);
        foreach (var endpoint in endpoints)
        {
            for (var number = 1; number <= _settings.Logstash.ConnectionsPerHost; number++)
            {
                if (!_lanes.Exists(lane => lane.Endpoint == endpoint && lane.Number == number && !lane.Ending.IsCancellationRequested))
                {
                    var lane = new Lane(endpoint, number);
                    _lanes.Add(lane);
                    lane.Serving = lane.ServeAsync(_surroundings);
                }
            }
        }

        LogEndpoints(_logger, string.Join(", ", endpoints));
    }

    private void Connected(Lane lane, LumberjackConnection connection)
    {
        lane.Connection = connection;
        lane.ConnectedAt = _time.GetTimestamp();
        lane.IsBusy = false;
        if (!lane.IsOnTrial)
        {
            Recovered(lane);
        }

        foreach (var other in _lanes.Append(_nowhere))
        {
            if (other is { Connection: null, Bytes: > 0 })
            {
                Move(other, lane);
            }
        }

        Dispatch(lane);
        Measure();
    }

    private void Acknowledged(Lane lane, RecordWindow window)
    {
        _acknowledged++;
        lane.InFlight--;
        lane.WaitsSince = lane.AcknowledgedAt = _time.GetTimestamp();
        lane.IsBusy = lane.IsOnProbation = false;
        Recovered(lane);
        Forget(lane, window);
        foreach (var segment in window.Segments)
        {
            segment.Delivered();
            if (segment.Progress.Advance())
            {
                _owner.Advanced(segment.Progress);
            }
        }

        _metrics.Acknowledged(window.Count, window.Bytes, window.LastTimestamp < 0 ? null : _time.GetUtcNow().ToUnixTimeMilliseconds() - window.LastTimestamp);
        window.Release();
        Dispatch(lane);
        EndIfDone(lane);
        Measure();
    }

    private void Disconnected(LaneEvent happened)
    {
        var lane = happened.Lane;
        lane.Connection = null;
        lane.InFlight = 0;
        var unacknowledged = happened.Connection?.Unacknowledged() ?? [];
        if (happened.Failure is { } failure)
        {
            Failed(lane, failure, happened.Connection is not null, wasIdle: unacknowledged.Count == 0);
        }

        if (unacknowledged.Count > 0)
        {
            _metrics.SentAgain(unacknowledged.Count);
            var windows = unacknowledged.Cast<RecordWindow>().Concat(lane.Waiting).ToList();
            lane.Waiting.Clear();
            if (happened is { Failure.WindowRefused: true, Connection: { } connection })
            {
                Suspect(lane, windows, connection.HasAcknowledged);
            }

            foreach (var window in windows)
            {
                lane.Waiting.Enqueue(window);
            }
        }

        if (lane.Bytes > 0 && _lanes.Find(other => other is { Connection: not null, IsRetired: false }) is not null)
        {
            Move(lane, BestLane());
        }

        EndIfDone(lane);
        Measure();
    }

    /// <summary>
    /// Logstash ended a connection after all of the oldest window had come in. Once may be a restart; when it does so again and again, the window is halved until the event is
    /// found that it can't take.
    /// </summary>
    /// <param name="lane">The lane.</param>
    /// <param name="windows">Its windows, the refused one first.</param>
    /// <param name="tookOthers">Whether Logstash had taken others over the same connection.</param>
    private void Suspect(Lane lane, List<RecordWindow> windows, bool tookOthers)
    {
        var oldest = windows[0];
        oldest.WasSingledOut |= tookOthers;
        if (oldest.Refusals++ == 0)
        {
            oldest.AcknowledgedAtFirstRefusal = _acknowledged;
        }

        if (oldest.Refusals < RecordWindow.SuspiciousFailures)
        {
            return;
        }

        windows.RemoveAt(0);
        if (oldest.Count > 1)
        {
            var (first, second) = oldest.Split();
            windows.InsertRange(0, [first, second]);
            oldest.Release();
        }
        else if (oldest.WasSingledOut && oldest.Refusals >= RecordWindow.DamningFailures && _acknowledged > oldest.AcknowledgedAtFirstRefusal)
        {
            Forget(lane, oldest);
            _owner.Undeliverable(oldest.Segments[0], oldest.RecordOf(0).Offset, oldest.Events().First().ToArray());
            oldest.Release();
        }
        else
        {
            // Others first: if they get through, it is this one.
            windows.Add(oldest);
            LogRefused(_logger, lane.Endpoint, oldest.Segments[0].Progress.Partition.ToString()!, oldest.RecordOf(0).Offset, oldest.Refusals);
        }
    }

    /// <summary>Whether a lane's window is filled in part, and could be sent at once.</summary>
    private bool HasToSend(Lane lane) =>
        lane is { Open.Count: > 0, Connection: not null, IsFull: false } && lane.InFlight < MostInFlight(lane);

    private int MostInFlight(Lane lane) => lane.IsOnProbation ? 1 : _settings.MaxWindowsInFlight;

    private void Seal(Lane lane)
    {
        var window = lane.Open!;
        lane.Open = null;
        window.Seal();
        lane.Waiting.Enqueue(window);
        Dispatch(lane);
        if (_current == lane)
        {
            _current = null;
        }
    }

    private void Dispatch(Lane lane)
    {
        while (lane.Connection is { } connection && lane.InFlight < MostInFlight(lane) && lane.Waiting.TryDequeue(out var window))
        {
            if (lane.InFlight++ == 0)
            {
                lane.WaitsSince = _time.GetTimestamp();
            }

            connection.Send(window);
        }
    }

    /// <summary>Moves all that waits at one lane behind what waits at another, and its partitions with it, so that their records stay in order.</summary>
    private void Move(Lane from, Lane to)
    {
        if (from.Open is { Count: > 0 } open)
        {
            open.Seal();
            from.Waiting.Enqueue(open);
        }

        from.Open = null;
        if (to.Open is { Count: > 0 })
        {
            Seal(to);
        }

        while (from.Waiting.TryDequeue(out var window))
        {
            foreach (var segment in window.Segments)
            {
                if (segment.Progress.Lane == from)
                {
                    segment.Progress.Lane = to;
                }
            }

            to.Waiting.Enqueue(window);
        }

        to.Bytes += from.Bytes;
        from.Bytes = 0;
        Dispatch(to);
    }

    /// <summary>The lane with the least to do; one that is connected if there is any, and has no trouble.</summary>
    private Lane BestLane()
    {
        Lane? best = null;
        foreach (var lane in _lanes)
        {
            if (!lane.IsRetired && (best is null || IsBetter(lane, best)))
            {
                best = lane;
            }
        }

        return best ?? _nowhere;
    }

    private static bool IsBetter(Lane one, Lane other) => Rank(one).CompareTo(Rank(other)) < 0;

    private static (bool IsAway, bool IsInTrouble, bool IsFull, long Bytes, int Partitions) Rank(Lane lane) =>
        (lane.Connection is null, lane.Trouble is not null || lane.IsBusy || lane is { IsOnProbation: true, Bytes: > 0 }, lane.IsFull, lane.Bytes, lane.Partitions);

    private void Forget(Lane lane, RecordWindow window)
    {
        lane.Bytes -= window.Bytes;
        Bytes -= window.Bytes;
    }

    private static void EndIfDone(Lane lane)
    {
        if (lane is { IsRetired: true, Bytes: 0 })
        {
            lane.Ending.Cancel();
        }
    }

    /// <summary>A connection can be made, or holds.</summary>
    private void Recovered(Lane lane)
    {
        lane.IsOnTrial = false;
        if (lane.Trouble is not null)
        {
            lane.Trouble = null;
            LogConnected(_logger, lane.Endpoint);
        }
    }

    private void Failed(Lane lane, LumberjackException failure, bool wasConnected, bool wasIdle)
    {
        _metrics.Disconnected(wasConnected);
        if (wasConnected && wasIdle && lane.Trouble is null && _time.GetElapsedTime(lane.ConnectedAt) > Holding)
        {
            // A beats input ends connections that nothing came over for a minute.
            LogIdle(_logger, lane.Endpoint, failure.Message);
            return;
        }

        if (lane.Trouble != failure.Message)
        {
            LogDisconnected(_logger, lane.Endpoint, failure.Message);
        }

        lane.Trouble = failure.Message;
        lane.IsOnTrial |= wasConnected;
    }

    private void TakesNothing(Lane lane, TimeSpan waited)
    {
        var busy = $"Logstash at {lane.Endpoint} has acknowledged nothing for {waited.TotalSeconds:0} s, but says that it is alive. Do the outputs of its pipeline get on, and is its queue full?";
        Busy ??= busy;
        if (!lane.IsBusy)
        {
            lane.IsBusy = true;
            LogBusy(_logger, busy);
        }

        if (waited > _settings.BusyTimeout && _lanes.Exists(other => other.AcknowledgedAt > lane.WaitsSince && other is { Connection: not null, IsBusy: false }))
        {
            lane.IsOnProbation = true;
            lane.Connection!.Abandon(new($"It acknowledged nothing for {waited.TotalSeconds:0} s, while others did: they get its events."));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason}")]
    private static partial void LogBusy(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The connection to Logstash at {Endpoint} ended while there was nothing to send, and is made again: {Reason}")]
    private static partial void LogIdle(ILogger logger, LogstashEndpoint endpoint, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Logstash is at {Endpoints}")]
    private static partial void LogEndpoints(ILogger logger, string endpoints);

    [LoggerMessage(Level = LogLevel.Information, Message = "Connected to Logstash at {Endpoint}")]
    private static partial void LogConnected(ILogger logger, LogstashEndpoint endpoint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No connection to Logstash at {Endpoint}: {Reason} It is tried again")]
    private static partial void LogDisconnected(ILogger logger, LogstashEndpoint endpoint, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Logstash at {Endpoint} ended the connection over the record at offset {Offset} of {Partition}, {Refusals} times by now; others are sent before it, to see whether it is the record")]
    private static partial void LogRefused(ILogger logger, LogstashEndpoint endpoint, string partition, long offset, int refusals);
}
