using System.Diagnostics;
using Confluent.Kafka;
using KafkaLogstash.LocalCluster.Kafka;
using KafkaLogstash.Soak.Faults;
using KafkaLogstash.Soak.Running;

namespace KafkaLogstash.Soak.Sink;

/// <summary>
/// Logstash → bridges → Kafka, with everything failing now and then. Whatever was answered with 200, or acknowledged, must have been in Kafka when it was; every event must arrive at least once, byte by byte
/// as it was sent; and duplicates stay within what was under way.
/// </summary>
internal sealed class SinkSoak : IAsyncDisposable
{
    private const string Topic = "soak";
    private const int Partitions = 6;
    private const int HttpSenders = 6;
    private const int LumberjackSenders = 4;
    private const int Senders = HttpSenders + LumberjackSenders;

    /// <summary>What misbehaving senders send goes under a number of its own: nobody sends it again.</summary>
    private const int Rude = Senders;

    /// <summary>What waits for an answer at the most.</summary>
    private const int UnderWay =
        (HttpSenders * HttpSender.BatchSize) + (LumberjackSenders * LumberjackSender.WindowsInFlight * LumberjackSender.WindowSize) + RudeSender.MostUnderWay;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly FaultKind[] Kinds =
    [
        FaultKind.KillBridge, FaultKind.StopBridge, FaultKind.RudeSender, FaultKind.RudeSender, FaultKind.RudeSender,
        FaultKind.BrokerDown, FaultKind.BrokerErrors, FaultKind.BrokerErrors, FaultKind.MoveLeader, FaultKind.LoseProducer,
    ];

    private readonly SoakOptions _options;
    private readonly TextWriter _output;
    private readonly Findings _findings = new();
    private readonly KafkaMockCluster _kafka = KafkaMockCluster.Start(brokers: 3);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("soak-sink-");
    private readonly SinkLedger _ledger;
    private readonly ISinkUnderTest[] _bridges;
    private readonly SemaphoreSlim[] _busy;
    private readonly int _each;
    private long _began = Stopwatch.GetTimestamp();
    private int _applied;
    private int _rewrites;

    /// <summary>A soak that has not begun.</summary>
    public SinkSoak(SoakOptions options, TextWriter output)
    {
        (_options, _output) = (options, output);
        _each = options.Records / Senders;
        _kafka.CreateTopic(Topic, Partitions);

        // Misbehaving senders are few, but each needs numbers.
        _ledger = new(Senders + 1, Math.Max(_each, 1 << 18), inOrder: !options.WithFaults, _findings);
        _bridges = [.. Enumerable.Range(0, options.Bridges).Select(MakeBridge)];
        _busy = [.. _bridges.Select(_ => new SemaphoreSlim(1))];
    }

    /// <summary>
    /// Each batch or window that a sender had to send again counts, as it was sent. And where a connection to a broker breaks, or a producer is given up, what was under way is written again: real brokers know such
    /// records by their producer's sequence numbers, as long as it lives; mock brokers write them twice.
    /// </summary>
    private long DuplicatesBound => !_options.WithFaults ? 0 : _ledger.SentAgainEvents + (_rewrites * (long)UnderWay);

    /// <summary>Runs it.</summary>
    public async Task<SoakOutcome> RunAsync()
    {
        using var client = new ConsumerBuilder<Ignore, Ignore>(
            new ConsumerConfig { BootstrapServers = _kafka.BootstrapServers, GroupId = "soak-ends", ReconnectBackoffMaxMs = 500, SocketTimeoutMs = 1000 }).SetLogHandler((_, _) => { }).Build();
        await using var reader = new WrittenReader(_kafka.BootstrapServers, Topic, Partitions, _ledger, _findings);
        await using var ends = new PartitionEnds(client, Topic, Partitions);
        foreach (var bridge in _bridges)
        {
            bridge.Start();
        }

        await ListeningAsync(_bridges);
        _began = Stopwatch.GetTimestamp();
        var pace = new Pace(_ledger, _each, _options.Length * 0.8);
        using var giveUp = new CancellationTokenSource();
        using var faulty = new CancellationTokenSource(_options.Length);
        using var watching = new CancellationTokenSource();
        var watch = WatchAsync(giveUp, watching.Token);
        var sending = Task.WhenAll(
            Enumerable.Range(0, Senders).Select(sender => Task.Run(() => IsHttp(sender)
                ? new HttpSender(sender, unchecked(_options.Seed + sender), _bridges, pace, _ledger, _findings).RunAsync(giveUp.Token)
                : new LumberjackSender(sender, _bridges, pace, _ledger, _findings).RunAsync(giveUp.Token))));
        if (_options.WithFaults)
        {
            await FailAsync(sending, faulty.Token);
        }
        else
        {
            await Task.WhenAny(sending, Task.Delay(Timeout.InfiniteTimeSpan, faulty.Token));
        }

        pace.End();
        await Task.WhenAny(sending);
        await watching.CancelAsync();
        await watch;
        if (sending.IsFaulted)
        {
            _findings.Add("soak itself", sending.Exception.GetBaseException().ToString());
        }

        foreach (var bridge in _bridges)
        {
            await bridge.StopAsync();
        }

        await ReadToAsync(reader, await ends.LastAsync());
        var (due, arrived) = _ledger.CheckAll(ends, stubborn: Senders);
        if (_ledger.Acknowledged == 0)
        {
            _findings.Add("soak itself", "not one event was acknowledged");
        }

        return new SoakOutcome(
            _options.WithFaults ? "sink, with faults" : "sink, in order",
            due,
            arrived,
            _ledger.Duplicates,
            DuplicatesBound,
            _applied,
            Stopwatch.GetElapsedTime(_began),
            _findings).Judged();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var bridge in _bridges)
        {
            await bridge.DisposeAsync();
        }

        await _kafka.DisposeAsync();
        foreach (var busy in _busy)
        {
            busy.Dispose();
        }

        if (_findings.IsEmpty || _options.Losing)
        {
            _folder.Delete(recursive: true);
        }
        else
        {
            await _output.WriteLineAsync($"The bridges' logs are in {_folder.FullName}");
        }
    }

    /// <summary>The sink that loses speaks HTTP alone.</summary>
    private bool IsHttp(int sender) => sender < HttpSenders || _options.Losing;

    private ISinkUnderTest MakeBridge(int number)
    {
        var kafka = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["bootstrap.servers"] = _kafka.BootstrapServers,
            ["reconnect.backoff.max.ms"] = "500",

            // A mock broker that was down may leave a request without an answer.
            ["socket.timeout.ms"] = "5000",
        };
        if (_options.WithFaults)
        {
            // Mock brokers don't look at sequence numbers: they take what follows a request that they were told to fail, and the client concludes from that that the failed one was written, too.
            kafka["max.in.flight.requests.per.connection"] = "1";
        }

        return _options.Losing
            ? new LosingSink(kafka, Topic)
            : new SinkProcess(
                $"bridge-{number}",
                _folder.FullName,
                kafka,
                new()
                {
                    Port = 0,
                    LumberjackPort = 0,
                    Topic = Topic,
                    MessageKey = "%{[k]}",
                    CompressionType = number % 2 == 0 ? "none" : "lz4",

                    // Less than brokers are down, so that senders hear of it.
                    DeliveryTimeout = TimeSpan.FromSeconds(2),
                    DrainTimeout = TimeSpan.FromSeconds(5),
                },
                _findings);
    }

    private async Task ListeningAsync(params ISinkUnderTest[] bridges)
    {
        var since = Stopwatch.GetTimestamp();
        while (Array.Exists(bridges, bridge => bridge.Http is null))
        {
            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                _findings.Add("not started", $"{bridges.Count(bridge => bridge.Http is null)} bridges do not listen");
                return;
            }

            await Task.Delay(20);
        }
    }

    private async Task FailAsync(Task sending, CancellationToken cancellationToken)
    {
        var brokers = new BrokerFaults(_kafka, Topic, Partitions, group: "", BrokerFaults.ForProducers);
        await FaultPlan.RunAsync(
            FaultPlan.Make(_options.Seed, Kinds, _options.Length, TimeSpan.FromSeconds(0.8)),
            _began,
            sending,
            fault =>
            {
                _applied++;
                return ApplyAsync(fault, brokers);
            },
            cancellationToken);
        brokers.Heal();
    }

    private async Task ApplyAsync(Fault fault, BrokerFaults brokers)
    {
        var number = fault.Target % _bridges.Length;
        switch (fault.Kind)
        {
            case FaultKind.KillBridge or FaultKind.StopBridge:
                await _busy[number].WaitAsync();
                await (fault.Kind == FaultKind.KillBridge ? _bridges[number].KillAsync() : _bridges[number].StopAsync());
                await Task.Delay(fault.Duration);
                _bridges[number].Start();

                // One that is told to end before it has begun ends as any process does.
                await ListeningAsync(_bridges[number]);
                _busy[number].Release();
                break;
            case FaultKind.RudeSender:
                await new RudeSender(Rude, _ledger, _findings).RunAsync((Rudeness)(fault.Variant % Enum.GetValues<Rudeness>().Length), _bridges[number], fault.Duration);
                break;
            case FaultKind.BrokerDown or FaultKind.BrokerErrors or FaultKind.MoveLeader or FaultKind.LoseProducer:
                // While a broker is down its records' time may run out, so that the Lumberjack server writes them once more.
                Interlocked.Add(ref _rewrites, fault.Kind switch { FaultKind.BrokerDown => 2, FaultKind.MoveLeader => 0, _ => 1 });
                await brokers.ApplyAsync(fault, CancellationToken.None);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fault));
        }
    }

    /// <summary>Tells how it goes, and gives up on senders when nothing goes on any more.</summary>
    private async Task WatchAsync(CancellationTokenSource giveUp, CancellationToken cancellationToken)
    {
        var (told, since, last) = (Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp(), -1L);
        while (!cancellationToken.IsCancellationRequested)
        {
            if (_ledger.Acknowledged is var now && now != last)
            {
                (last, since) = (now, Stopwatch.GetTimestamp());
            }

            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                _findings.Add("stuck", $"nothing was acknowledged for {Patience.TotalSeconds} s, with {_ledger.Begun - now} events under way");
                await giveUp.CancelAsync();
                return;
            }

            if (Stopwatch.GetElapsedTime(told) > TimeSpan.FromSeconds(5))
            {
                told = Stopwatch.GetTimestamp();
                await _output.WriteLineAsync(
                    $"{Stopwatch.GetElapsedTime(_began).TotalSeconds,6:0} s  {_ledger.Begun,10} sent  {_ledger.Acknowledged,10} acknowledged  {_ledger.Distinct,10} read  {_ledger.Duplicates,8} again  {_applied,4} faults");
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }

    private async Task ReadToAsync(WrittenReader reader, IReadOnlyList<long> ends)
    {
        var since = Stopwatch.GetTimestamp();
        while (!reader.HasRead(ends))
        {
            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                _findings.Add("soak itself", "what was written could not be read to its end");
                return;
            }

            await Task.Delay(20);
        }
    }
}
