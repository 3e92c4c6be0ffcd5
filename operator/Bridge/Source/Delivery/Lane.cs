using System.Net;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridge.Lumberjack;

namespace KafkaLogstash.Bridge.Source.Delivery;

/// <summary>
/// A way to one Logstash: a connection that is made again whenever it ends, and the windows that wait for it. Its state belongs to the thread that consumes; its connection
/// lives on other threads and tells that thread by <see cref="LaneEvent"/>s.
/// </summary>
/// <param name="endpoint">Where it leads.</param>
/// <param name="number">Which of several to the same endpoint, from 1 on.</param>
internal sealed class Lane(LogstashEndpoint endpoint, int number)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>Where it leads.</summary>
    public LogstashEndpoint Endpoint => endpoint;

    /// <summary>Which of several to the same endpoint.</summary>
    public int Number => number;

    /// <summary>The connection; null while there is none.</summary>
    public LumberjackConnection? Connection { get; set; }

    /// <summary>The window that is being filled; null: the next event begins one.</summary>
    public RecordWindow? Open { get; set; }

    /// <summary>Full windows that wait until they may be sent.</summary>
    public Queue<RecordWindow> Waiting { get; } = [];

    /// <summary>Windows on the connection.</summary>
    public int InFlight { get; set; }

    /// <summary>Bytes in all its windows.</summary>
    public long Bytes { get; set; }

    /// <summary>Partitions whose records take it.</summary>
    public int Partitions { get; set; }

    /// <summary>Whether its endpoint is gone: it takes nothing new.</summary>
    public bool IsRetired { get; set; }

    /// <summary>What is wrong with it, for people; null while nothing is.</summary>
    public string? Trouble { get; set; } = "No connection has been made yet.";

    /// <summary>Whether a connection broke, and none has held since: that one can be made then says little.</summary>
    public bool IsOnTrial { get; set; }

    /// <summary>When its connection was made.</summary>
    public long ConnectedAt { get; set; }

    /// <summary>When a window was acknowledged last; 0 for never.</summary>
    public long AcknowledgedAt { get; set; }

    /// <summary>Since when an acknowledgement is waited for, where windows are on the connection.</summary>
    public long WaitsSince { get; set; }

    /// <summary>Whether it says that it is alive, and takes nothing.</summary>
    public bool IsBusy { get; set; }

    /// <summary>Whether it was given up because it took nothing, and has acknowledged nothing since: it gets one window, to show that it does.</summary>
    public bool IsOnProbation { get; set; }

    /// <summary>Whether it can take no more at present.</summary>
    public bool IsFull => Waiting.Count > 0;

    /// <summary>Ends its connection for good.</summary>
    public CancellationTokenSource Ending { get; } = new();

    /// <summary>What serves its connection.</summary>
    public Task Serving { get; set; } = Task.CompletedTask;

    /// <summary>Connects, serves the connection until it ends, and begins again, until <see cref="Ending"/>.</summary>
    public async Task ServeAsync(LaneSurroundings surroundings)
    {
        var pause = ShortestPause;
        while (!Ending.IsCancellationRequested)
        {
            LumberjackConnection? connection = null;
            var observer = new Observer(this, surroundings);
            try
            {
                await using var transport = await ConnectAsync(surroundings, Ending.Token);
                connection = new LumberjackConnection(
                    transport, surroundings.CompressionLevel, surroundings.AcknowledgementTimeout, surroundings.Time, observer);
                surroundings.Tell(new(LaneEventKind.Connected, this, connection, Window: null, Failure: null));
                await connection.RunAsync(Ending.Token);
            }
            catch (LumberjackException failure)
            {
                surroundings.Tell(new(LaneEventKind.Disconnected, this, connection, Window: null, failure));
            }
            catch (OperationCanceledException)
            {
                surroundings.Tell(new(LaneEventKind.Disconnected, this, connection, Window: null, Failure: null));
                return;
            }

            pause = observer.WasUseful ? ShortestPause : pause;
            try
            {
                await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), surroundings.Time, Ending.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task<WindowTransport> ConnectAsync(LaneSurroundings surroundings, CancellationToken cancellationToken)
    {
        var addresses = endpoint.Address is { } known ? [known] : await ResolveAsync(surroundings.Resolver, cancellationToken);
        for (var i = 0; ; i++)
        {
            try
            {
                return await surroundings.Connector.ConnectAsync(new IPEndPoint(addresses[i], endpoint.Port), endpoint.Host, cancellationToken);
            }
            catch (LumberjackException) when (i < addresses.Count - 1)
            {
                // The name has further addresses.
            }
        }
    }

    private async Task<IReadOnlyList<IPAddress>> ResolveAsync(IHostResolver resolver, CancellationToken cancellationToken)
    {
        try
        {
            var addresses = await resolver.ResolveAsync(endpoint.Host, cancellationToken);
            return addresses.Count > 0 ? addresses : throw new LumberjackException($"The name {endpoint.Host} has no address.");
        }
        catch (System.Net.Sockets.SocketException failure)
        {
            throw new LumberjackException($"The name {endpoint.Host} can't be resolved: {failure.Message}", failure);
        }
    }

    /// <summary>Passes on what a connection says.</summary>
    private sealed class Observer(Lane lane, LaneSurroundings surroundings) : ILumberjackObserver
    {
        /// <summary>Whether a window was acknowledged.</summary>
        public bool WasUseful { get; private set; }

        public void Acknowledged(LumberjackConnection connection, Window window)
        {
            WasUseful = true;
            surroundings.Tell(new(LaneEventKind.Acknowledged, lane, connection, (RecordWindow)window, Failure: null));
        }

        public void KeptAlive(LumberjackConnection connection) => surroundings.Metrics.KeptAlive();
    }
}

/// <summary>What lanes need of their surroundings.</summary>
/// <param name="Connector">Makes connections.</param>
/// <param name="Resolver">Resolves names.</param>
/// <param name="CompressionLevel">zlib's level; 0 for none.</param>
/// <param name="AcknowledgementTimeout">How long Logstash may be silent.</param>
/// <param name="Metrics">What is counted.</param>
/// <param name="Time">The clock.</param>
/// <param name="Tell">Takes events to the thread that consumes; called on any thread.</param>
internal sealed record LaneSurroundings(
    LumberjackConnector Connector,
    IHostResolver Resolver,
    int CompressionLevel,
    TimeSpan AcknowledgementTimeout,
    SourceMetrics Metrics,
    TimeProvider Time,
    Action<LaneEvent> Tell);

/// <summary>What can happen to a lane.</summary>
internal enum LaneEventKind
{
    /// <summary>There is a connection.</summary>
    Connected,

    /// <summary>Logstash took a window.</summary>
    Acknowledged,

    /// <summary>The connection has ended, or could not be made.</summary>
    Disconnected,
}

/// <summary>Something that happened to a lane.</summary>
/// <param name="Kind">What.</param>
/// <param name="Lane">To which.</param>
/// <param name="Connection">On which connection; null where there was none.</param>
/// <param name="Window">Which window.</param>
/// <param name="Failure">Why; null where it was wanted.</param>
internal readonly record struct LaneEvent(
    LaneEventKind Kind, Lane Lane, LumberjackConnection? Connection, RecordWindow? Window, LumberjackException? Failure);
