using System.Text.Json;
using KafkaLogstash.Bridge.Hosting.Logging;
using KafkaLogstash.Bridge.Management;
using KafkaLogstash.Bridge.Metering;
using KafkaLogstash.Bridging;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace KafkaLogstash.Bridge.Hosting;

/// <summary>The program: reads its settings, runs its halves until it is stopped, and lets them drain.</summary>
internal static partial class BridgeProgram
{
    /// <summary>It ended because it was told to.</summary>
    public const int Success = 0;

    /// <summary>The settings, or a port, can't be used.</summary>
    public const int Unusable = 1;

    /// <summary>The command line is wrong.</summary>
    public const int WrongUsage = 2;

    private const string LogCategory = "KafkaLogstash.Bridge";

    internal const string Usage = $"""
        kafka-logstash-bridge: brings records from Kafka to Logstash, and events from Logstash to Kafka.

        Usage: kafka-logstash-bridge [--settings FILE] [--check]

          --settings FILE  the settings, by default {BridgeDefaults.SettingsFile}
          --check          only say whether the settings can be used, and if not, why
          --version        only say which version this is
          --help           only say this

        SIGTERM or SIGINT lets it finish what is under way, commit, and leave its consumer group; a second one ends it at once.
        Exit status: 0 told to end, 1 settings or a port can't be used, 2 wrong command line, 143 or 130 by the second SIGTERM or SIGINT.
        """;

    /// <summary>Runs the program.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="surroundings">What it finds where it runs.</param>
    /// <param name="stopping">Stops it.</param>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(string[] args, BridgeSurroundings surroundings, CancellationToken stopping)
    {
        var path = BridgeDefaults.SettingsFile;
        var checkOnly = false;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--settings" when i + 1 < args.Length:
                    path = args[++i];
                    break;
                case "--check":
                    checkOnly = true;
                    break;
                case "--version":
                    await surroundings.Output.WriteLineAsync(BuildInfo.Version);
                    return Success;
                case "--help" or "-h":
                    await surroundings.Output.WriteLineAsync(Usage);
                    return Success;
                default:
                    await surroundings.Error.WriteLineAsync($"'{args[i]}' is no option, or lacks its value. --help shows them.");
                    return WrongUsage;
            }
        }

        if (checkOnly)
        {
            return await CheckAsync(path, surroundings, stopping);
        }

        using var log = new JsonLog(surroundings.Log, surroundings.Time);
        try
        {
            var (settings, wrong) = await WaitAsync(path, surroundings, log.CreateLogger(LogCategory), stopping);
            return settings is null ? Refuse(path, wrong, log) : await RunAsync(settings, surroundings, log, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Told to end while there were no settings yet.
            return Success;
        }
    }

    private static async Task<int> CheckAsync(string path, BridgeSurroundings surroundings, CancellationToken stopping)
    {
        IReadOnlyList<string> wrong;
        try
        {
            (_, wrong) = await ReadAsync(path, surroundings, stopping);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            wrong = [$"It can't be read: {failure.Message} --settings names another file."];
        }

        foreach (var text in wrong)
        {
            await surroundings.Error.WriteLineAsync($"{path}: {text}");
        }

        if (wrong.Count > 0)
        {
            return Unusable;
        }

        await surroundings.Output.WriteLineAsync($"{path} can be used.");
        return Success;
    }

    private static int Refuse(string path, IReadOnlyList<string> wrong, JsonLog log)
    {
        var logger = log.CreateLogger(LogCategory);
        foreach (var text in wrong)
        {
            LogWrong(logger, path, text);
        }

        return Unusable;
    }

    /// <summary>Reads the settings, and waits while the file can't be read: it may come later than the process.</summary>
    private static async Task<(BridgeSettings? Settings, IReadOnlyList<string> Wrong)> WaitAsync(
        string path, BridgeSurroundings surroundings, ILogger logger, CancellationToken stopping)
    {
        var told = "";
        while (true)
        {
            try
            {
                return await ReadAsync(path, surroundings, stopping);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                if (told != failure.Message)
                {
                    LogWaits(logger, path, told = failure.Message);
                }
            }

            await Task.Delay(surroundings.FileInterval, surroundings.Time, stopping);
        }
    }

    private static async Task<(BridgeSettings? Settings, IReadOnlyList<string> Wrong)> ReadAsync(
        string path, BridgeSurroundings surroundings, CancellationToken cancellationToken)
    {
        try
        {
            var settings = BridgeSettingsFile.Read(await File.ReadAllBytesAsync(surroundings.Path(path), cancellationToken));
            var wrong = SettingsChecks.Check(settings);
            return wrong.Count == 0 ? (settings, wrong) : (null, wrong);
        }
        catch (JsonException failure)
        {
            return (null, [$"{failure.Message} docs/bridge.md says what belongs there."]);
        }
    }

    private static async Task<int> RunAsync(BridgeSettings settings, BridgeSurroundings surroundings, JsonLog log, CancellationToken stopping)
    {
        log.Level = (LogLevel)settings.LogLevel;
        using var loggers = new LoggerFactory([log], new LoggerFilterOptions { MinLevel = LogLevel.Trace });
        var logger = loggers.CreateLogger(LogCategory);
        var registry = Metrics.NewCustomRegistry();
        var supervisors = Supervisors(settings, surroundings, registry, log, loggers);
        try
        {
            await using var server = await ManagementServer.StartAsync(
                new(surroundings.ListenAddress, settings.ManagementPort),
                registry,
                () => supervisors.TrueForAll(supervisor => supervisor.IsAlive),
                () => new() { Roles = [.. supervisors.Select(supervisor => Report(supervisor, log, stopping))] },
                stopping);
            LogStarted(logger, BuildInfo.Version, string.Join(" and ", supervisors.Select(supervisor => supervisor.Report.Name)), server.Endpoint.ToString());
            surroundings.Listening(server.Endpoint);
            await using var told = stopping.Register(() => LogEnding(logger));
            await Task.WhenAll(supervisors.Select(supervisor => supervisor.RunAsync(stopping)));
        }
        catch (IOException failure)
        {
            LogPortUnusable(logger, settings.ManagementPort, failure.Message);
            return Unusable;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Told to end before it had begun.
        }

        LogEnded(logger);
        return Success;
    }

    /// <summary>A role that drains may still say that it is ready, but whoever asks must go elsewhere.</summary>
    private static BridgeRoleReport Report(RoleSupervisor supervisor, JsonLog log, CancellationToken stopping)
    {
        var report = supervisor.Report;
        return report with
        {
            Ready = report.Ready && !stopping.IsCancellationRequested,
            Message = stopping.IsCancellationRequested ? "It finishes what is under way, and ends." : log.Clean(report.Message),
        };
    }

    private static List<RoleSupervisor> Supervisors(
        BridgeSettings settings, BridgeSurroundings surroundings, CollectorRegistry registry, JsonLog log, ILoggerFactory loggers)
    {
        var metrics = new BridgeMetrics(registry);
        var starter = new RoleStarter(settings, surroundings, registry, metrics, log, loggers);
        var supervisors = new List<RoleSupervisor>();
        if (settings.Source is not null)
        {
            Add("source", starter.SourceAsync);
        }

        if (settings.Sink is not null)
        {
            Add("sink", starter.SinkAsync);
        }

        return supervisors;

        void Add(string name, Func<Action<string>, CancellationToken, Task<StartedRole>> start)
        {
            RoleSupervisor? supervisor = null;
            supervisor = new(name, token => start(message => supervisor!.Waits(message), token), metrics, surroundings.Time, loggers.CreateLogger<RoleSupervisor>());
            supervisors.Add(supervisor);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Bridge {Version} starts as {Roles}; health and metrics are at {Address}")]
    private static partial void LogStarted(ILogger logger, string version, string roles, string address);

    [LoggerMessage(Level = LogLevel.Information, Message = "Bridge ended")]
    private static partial void LogEnded(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Bridge ends: what is under way finishes first")]
    private static partial void LogEnding(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "managementPort {Port} can't be listened on: {Reason}")]
    private static partial void LogPortUnusable(ILogger logger, int port, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waits for the settings {File}: {Reason}")]
    private static partial void LogWaits(ILogger logger, string file, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The settings {File} can't be used: {Problem}")]
    private static partial void LogWrong(ILogger logger, string file, string problem);
}
