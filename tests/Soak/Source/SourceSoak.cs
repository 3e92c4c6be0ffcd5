using System.Diagnostics;
using Confluent.Kafka;
using KafkaLogstash.Bridging;
using KafkaLogstash.LocalCluster.Kafka;
using KafkaLogstash.Soak.Faults;
using KafkaLogstash.Soak.Running;

namespace KafkaLogstash.Soak.Source;

/// <summary>
/// Kafka → bridges → Logstash, with everything failing now and then. Every record must have been acknowledged by a Logstash at least once, nothing may ever be committed that was
/// not, and duplicates stay within what was under way.
/// </summary>
internal sealed class SourceSoak : IAsyncDisposable
{
    public const string Topic = "soak";
    public const string Group = "soak";

    private const int Partitions = 12;
    private const int Servers = 3;
    private const int WindowSize = 512;
    private const int WindowsInFlight = 4;

    /// <summary>Uncommitted records of a partition: 12,000 of 150 bytes stay far below the 5 MiB that mock brokers keep.</summary>
    private const int Ahead = 12_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly FaultKind[] Kinds =
    [
        FaultKind.KillBridge, FaultKind.StopBridge, FaultKind.MisbehaveLogstash, FaultKind.MisbehaveLogstash, FaultKind.MisbehaveLogstash,
        FaultKind.BrokerDown, FaultKind.BrokerErrors, FaultKind.BrokerErrors, FaultKind.MoveLeader, FaultKind.MoveCoordinator,
    ];

    private readonly SoakOptions _options;
    private readonly TextWriter _output;
    private readonly Findings _findings = new();
    private readonly KafkaMockCluster _kafka = KafkaMockCluster.Start(brokers: 3);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("soak-source-");
    private readonly AcknowledgementLedger _ledger;
    private readonly StrictLogstash[] _servers;
    private readonly IBridgeUnderTest[] _bridges;
    private readonly SemaphoreSlim[] _busy;
    private readonly int _each;
    private readonly long _began = Stopwatch.GetTimestamp();
    private int _rereads;
    private long _mostUncommitted;
    private int _applied;

    /// <summary>A soak that has not begun.</summary>
    public SourceSoak(SoakOptions options, TextWriter output)
    {
        (_options, _output) = (options, output);
        _each = options.Records / Partitions;
        _kafka.CreateTopic(Topic, Partitions);
        _ledger = new(Partitions, _each, inOrder: !options.WithFaults, _findings);
        _servers = [.. Enumerable.Range(0, Servers).Select(_ => new StrictLogstash(WindowSize, _ledger, _findings))];
        _bridges = [.. Enumerable.Range(0, options.Bridges).Select(MakeBridge)];
        _busy = [.. _bridges.Select(_ => new SemaphoreSlim(1))];
    }

    /// <summary>Runs it.</summary>
    public async Task<SoakOutcome> RunAsync()
    {
        using var producer = new PacedProducer(_kafka.BootstrapServers, Topic, Partitions, _each, Ahead, _options.Length * 0.8, _findings);
        using var watching = new CancellationTokenSource();
        using var faulty = new CancellationTokenSource();
        var watch = WatchAsync(producer, watching.Token);
        foreach (var bridge in _bridges)
        {
            bridge.Start();
        }

        if (!_options.WithFaults)
        {
            await GroupSettledAsync();
        }

        faulty.CancelAfter(_options.Length);
        var producing = producer.RunAsync(faulty.Token);
        if (_options.WithFaults)
        {
            await FailAsync(producing, faulty.Token);
        }

        await producing;
        await SettleAsync(producer);
        foreach (var bridge in _bridges)
        {
            await bridge.StopAsync();
        }

        await watching.CancelAsync();
        await watch;
        _ledger.CheckAll(producer.Produced);
        if (producer.Produced.Sum() == 0)
        {
            _findings.Add("soak itself", "not one record was written");
        }

        CheckEnd(producer);
        return new SoakOutcome(
            _options.WithFaults ? "source, with faults" : "source, in order",
            producer.Produced.Sum(),
            _ledger.Distinct,
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

        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        await _kafka.DisposeAsync();
        foreach (var busy in _busy)
        {
            busy.Dispose();
        }

        if (_findings.IsEmpty)
        {
            _folder.Delete(recursive: true);
        }
        else
        {
            await _output.WriteLineAsync($"The bridges' logs are in {_folder.FullName}");
        }
    }

    /// <summary>
    /// A cut connection sends its windows again; a bridge that ends or loses its partitions lets what was acknowledged and not committed be read again. While a mock group waits for
    /// members it refuses commits, as brokers don't: that is most of it.
    /// </summary>
    private long DuplicatesBound => !_options.WithFaults ? 0 : (_servers.Sum(server => server.Cut) * WindowSize * WindowsInFlight) + (_rereads * _mostUncommitted);

    private IBridgeUnderTest MakeBridge(int number)
    {
        var kafka = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["bootstrap.servers"] = _kafka.BootstrapServers,

            // A mock group waits for the members' time-out in each rebalance.
            ["session.timeout.ms"] = "2000",
            ["heartbeat.interval.ms"] = "200",
            ["reconnect.backoff.max.ms"] = "500",

            // A mock broker that was down may leave a request without an answer.
            ["socket.timeout.ms"] = "5000",
        };
        return _options.Losing
            ? new LosingBridge(kafka, [.. _servers.Select(server => server.Address)])
            : new BridgeProcess(
                $"bridge-{number}",
                _folder.FullName,
                kafka,
                client => new()
                {
                    ManagementPort = 0,
                    Kafka = client,
                    Source = new()
                    {
                        Topics = [Topic],
                        GroupId = Group,
                        AutoOffsetReset = "earliest",
                        Decoration = RecordDecoration.Basic,
                        Logstash = new() { Hosts = [.. _servers.Select(server => server.Address.ToString())] },
                        WindowSize = WindowSize,
                        MaxWindowsInFlight = WindowsInFlight,
                        CompressionLevel = number % 2,
                        AcknowledgementTimeout = TimeSpan.FromSeconds(2),
                        RevocationTimeout = TimeSpan.FromSeconds(3),
                        DrainTimeout = TimeSpan.FromSeconds(5),
                    },
                },
                _findings);
    }

    /// <summary>
    /// Waits until every bridge has its share. A mock group takes no commits while members join, so that what a member reads before comes again from the next one.
    /// </summary>
    private async Task GroupSettledAsync()
    {
        var since = Stopwatch.GetTimestamp();
        while (_bridges.OfType<BridgeProcess>().Sum(bridge => bridge.Partitions) != Partitions
            || _bridges.OfType<BridgeProcess>().Any(bridge => bridge.Partitions < Partitions / _bridges.Length))
        {
            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                _findings.Add("not settled", $"the bridges read {string.Join(", ", _bridges.OfType<BridgeProcess>().Select(bridge => bridge.Partitions))} partitions");
                return;
            }

            await Task.Delay(20);
        }
    }

    private async Task FailAsync(Task producing, CancellationToken cancellationToken)
    {
        var brokers = new BrokerFaults(_kafka, Topic, Partitions, Group, BrokerFaults.ForConsumers);
        await FaultPlan.RunAsync(
            FaultPlan.Make(_options.Seed, Kinds, _options.Length, TimeSpan.FromSeconds(1.5)),
            _began,
            producing,
            fault =>
            {
                _applied++;
                return ApplyAsync(fault, brokers);
            },
            cancellationToken);
        brokers.Heal();
        foreach (var server in _servers)
        {
            server.Behave(Manners.Good);
        }
    }

    private async Task ApplyAsync(Fault fault, BrokerFaults brokers)
    {
        switch (fault.Kind)
        {
            case FaultKind.KillBridge or FaultKind.StopBridge:
                var number = fault.Target % _bridges.Length;
                await _busy[number].WaitAsync();

                // Its partitions go to others, and come back.
                Interlocked.Add(ref _rereads, 2);
                await (fault.Kind == FaultKind.KillBridge ? _bridges[number].KillAsync() : _bridges[number].StopAsync());
                await Task.Delay(fault.Duration);
                _bridges[number].Start();
                _busy[number].Release();
                break;
            case FaultKind.MisbehaveLogstash:
                var server = _servers[fault.Target % _servers.Length];
                server.Behave((Manners)(1 + (fault.Variant % (int)Manners.Down)));
                await Task.Delay(fault.Duration);
                server.Behave(Manners.Good);
                break;
            case FaultKind.BrokerDown or FaultKind.BrokerErrors or FaultKind.MoveLeader or FaultKind.MoveCoordinator:
                // A member that the coordinator does not hear of loses its partitions.
                Interlocked.Increment(ref _rereads);
                await brokers.ApplyAsync(fault, CancellationToken.None);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fault));
        }
    }

    private async Task SettleAsync(PacedProducer producer)
    {
        var since = Stopwatch.GetTimestamp();
        var last = -1L;
        while (_ledger.Distinct < producer.Produced.Sum() || (!_options.Losing && !IsCommitted(producer)))
        {
            if (_ledger.Distinct != last)
            {
                (last, since) = (_ledger.Distinct, Stopwatch.GetTimestamp());
            }

            if (Stopwatch.GetElapsedTime(since) > (_options.Losing ? TimeSpan.FromSeconds(10) : Patience))
            {
                return;
            }

            await Task.Delay(20);
        }
    }

    private bool IsCommitted(PacedProducer producer) =>
        Enumerable.Range(0, Partitions).All(partition => producer.CommittedOf(partition) == _ledger.FrontierOf(partition));

    private async Task WatchAsync(PacedProducer producer, CancellationToken cancellationToken)
    {
        using var group = Committed();
        var told = Stopwatch.GetTimestamp();
        while (!cancellationToken.IsCancellationRequested)
        {
            var uncommitted = 0L;
            foreach (var (partition, offset) in Committed(group))
            {
                // Read before the ledger is: what it has by then was acknowledged.
                _ledger.Committed(partition, offset);
                producer.Committed(partition, offset);
                uncommitted += _ledger.FrontierOf(partition) - offset;
            }

            _mostUncommitted = Math.Max(_mostUncommitted, uncommitted);

            if (Stopwatch.GetElapsedTime(told) > TimeSpan.FromSeconds(5))
            {
                told = Stopwatch.GetTimestamp();
                await _output.WriteLineAsync(
                    $"{Stopwatch.GetElapsedTime(_began).TotalSeconds,6:0} s  {producer.Produced.Sum(),10} written  {_ledger.Distinct,10} acknowledged  {_ledger.Duplicates,8} again  {_applied,4} faults");
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>Whatever was acknowledged is committed in the end, and stays so when the bridges leave.</summary>
    private void CheckEnd(PacedProducer producer)
    {
        if (_options.Losing)
        {
            return;
        }

        using var group = Committed();
        var committed = Committed(group).ToDictionary();
        for (var partition = 0; partition < Partitions; partition++)
        {
            if (producer.Produced[partition] > 0 && committed.GetValueOrDefault(partition) != _ledger.FrontierOf(partition))
            {
                _findings.Add(
                    "not committed at the end",
                    $"partition {partition} at {committed.GetValueOrDefault(partition)}, acknowledged is what lies before {_ledger.FrontierOf(partition)}");
            }
        }
    }

    private IConsumer<Ignore, Ignore> Committed() => new ConsumerBuilder<Ignore, Ignore>(
        new ConsumerConfig { BootstrapServers = _kafka.BootstrapServers, GroupId = Group, ReconnectBackoffMaxMs = 500, SocketTimeoutMs = 5000 }).SetLogHandler((_, _) => { }).Build();

    private static IEnumerable<(int Partition, long Offset)> Committed(IConsumer<Ignore, Ignore> group)
    {
        try
        {
            return
            [
                .. group.Committed(Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(Topic, partition)), TimeSpan.FromSeconds(5))
                    .Select(item => (item.Partition.Value, Math.Max(0, item.Offset.Value))),
            ];
        }
        catch (KafkaException)
        {
            // A broker is down; the next time is soon.
            return [];
        }
    }
}
