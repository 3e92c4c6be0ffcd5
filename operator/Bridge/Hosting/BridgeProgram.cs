using System.Reflection;
using System.Text.Json;
using KafkaLogstash.Bridge.Management;
using KafkaLogstash.Bridging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
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

    private const string Usage = $"""
        kafka-logstash-bridge: brings records from Kafka to Logstash, and events from Logstash to Kafka.

        Usage: kafka-logstash-bridge [--settings FILE] [--check]

          --settings FILE  the settings, by default {BridgeDefaults.SettingsFile}
          --check          only say whether the settings can be used
          --version        only say which version this is
          --help           only say this

        SIGTERM lets it finish what is under way, commit, and leave its consumer group.
        Exit status: 0 told to end, 1 settings or a port can't be used, 2 wrong command line.
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
                    await surroundings.Output.WriteLineAsync(Version);
                    return Success;
                case "--help" or "-h":
                    await surroundings.Output.WriteLineAsync(Usage);
                    return Success;
                default:
                    await surroundings.Error.WriteLineAsync($"'{args[i]}' is no option, or lacks its value. --help shows them.");
                    return WrongUsage;
            }
        }

        if (await ReadAsync(path, surroundings, stopping) is not { } settings)
        {
            return Unusable;
        }

        if (checkOnly)
        {
            await surroundings.Output.WriteLineAsync($"{path} can be used.");
            return Success;
        }

        return await RunAsync(settings, surroundings, stopping);
    }

    private static string Version => typeof(BridgeProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private static async Task<BridgeSettings?> ReadAsync(string path, BridgeSurroundings surroundings, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> wrong;
        try
        {
            var settings = BridgeSettingsFile.Read(await File.ReadAllBytesAsync(surroundings.Path(path), cancellationToken));
            wrong = SettingsChecks.Check(settings);
            if (wrong.Count == 0)
            {
                return settings;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            wrong = [$"It can't be read: {failure.Message} --settings names another file."];
        }
        catch (JsonException failure)
        {
            wrong = [failure.Message];
        }

        foreach (var text in wrong)
        {
            await surroundings.Error.WriteLineAsync($"{path}: {text}");
        }

        return null;
    }

    private static async Task<int> RunAsync(BridgeSettings settings, BridgeSurroundings surroundings, CancellationToken stopping)
    {
        using var services = Loggers((LogLevel)settings.LogLevel);
        var loggers = services.GetRequiredService<ILoggerFactory>();
        var logger = loggers.CreateLogger("KafkaLogstash.Bridge");
        var registry = Metrics.NewCustomRegistry();
        DotNetStats.Register(registry);
        var metrics = Metrics.WithCustomRegistry(registry);
        metrics.CreateGauge("kafka_logstash_bridge_build_info", "Which version of the bridge this is; always 1.", "version").WithLabels(Version).Set(1);
        var restarts = metrics.CreateCounter(
            "kafka_logstash_bridge_role_restarts_total", "Halves of the bridge that were started again: after a failure, or because their files changed.", "role", "reason");
        var supervisors = Supervisors(settings, surroundings, registry, restarts, loggers);

        await using var server = ManagementServer.Build(
            surroundings.ListenAddress, settings.ManagementPort, registry, () => new() { Roles = [.. supervisors.Select(supervisor => supervisor.Report)] });
        try
        {
            await server.StartAsync(stopping);
        }
        catch (IOException failure)
        {
            await surroundings.Error.WriteLineAsync($"managementPort {settings.ManagementPort} can't be listened on: {failure.Message}");
            return Unusable;
        }

        LogStarted(logger, Version, string.Join(" and ", supervisors.Select(supervisor => supervisor.Report.Name)), Address(server));
        await Task.WhenAll(supervisors.Select(supervisor => supervisor.RunAsync(stopping)));
        await server.StopAsync(CancellationToken.None);
        LogEnded(logger);
        return Success;
    }

    private static List<RoleSupervisor> Supervisors(
        BridgeSettings settings, BridgeSurroundings surroundings, CollectorRegistry registry, Counter restarts, ILoggerFactory loggers)
    {
        var starter = new RoleStarter(settings, surroundings, registry, TimeProvider.System, loggers);
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
            supervisor = new(name, token => start(message => supervisor!.Waits(message), token), restarts, TimeProvider.System, loggers.CreateLogger<RoleSupervisor>());
            supervisors.Add(supervisor);
        }
    }

    private static ServiceProvider Loggers(LogLevel level) => new ServiceCollection()
        .AddLogging(logging => logging.SetMinimumLevel(level).AddFilter("Microsoft", LogLevel.Warning).AddJsonConsole(options => options.UseUtcTimestamp = true))
        .Configure<JsonConsoleFormatterOptions>(options => options.TimestampFormat = "O")
        .BuildServiceProvider();

    private static string Address(WebApplication server) =>
        string.Join(", ", server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []);

    [LoggerMessage(Level = LogLevel.Information, Message = "Bridge {Version} starts as {Roles}; health and metrics are at {Address}")]
    private static partial void LogStarted(ILogger logger, string version, string roles, string address);

    [LoggerMessage(Level = LogLevel.Information, Message = "Bridge ended")]
    private static partial void LogEnded(ILogger logger);
}
