using KafkaLogstash.Api;
using KafkaLogstash.Controller;
using KafkaLogstash.Kafka.Groups;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.Operator.Settings;
using KafkaLogstash.Operator.Webhook;
using KafkaLogstash.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace KafkaLogstash.Operator.Hosting;

/// <summary>Puts the operator together: the controller runtime, the controller of connections, Kafka's prober, and the server for health and metrics.</summary>
internal static class OperatorHost
{
    /// <summary>Builds the program.</summary>
    /// <exception cref="SettingsException">The cluster's address can't be found out.</exception>
    public static WebApplication Build(OperatorSettings settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelCore().UseUrls($"http://{settings.Listen}");
        builder.Logging.ClearProviders().SetMinimumLevel(settings.LogLevel)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("System", LogLevel.Warning)

            // Not being ready yet is no failure; who asks gets the answer.
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        if (settings.LogFormat == LogFormat.Json)
        {
            builder.Logging.AddJsonConsole(options => options.UseUtcTimestamp = true);
            builder.Services.Configure<Microsoft.Extensions.Logging.Console.JsonConsoleFormatterOptions>(options => options.TimestampFormat = "O");
        }
        else
        {
            builder.Logging.AddSimpleConsole(options =>
            {
                options.SingleLine = true;
                options.TimestampFormat = "HH:mm:ss ";
            });
        }

        var registry = Metrics.NewCustomRegistry();
        ProgramMetrics.Register(registry);
        builder.Services.AddSingleton(registry);
        builder.Services.AddSingleton(TimeProvider.System);
        var probing = new KafkaProberOptions { OwnNamespace = OwnNamespace.FindInCluster() };
        builder.Services.AddSingleton<IKafkaProber>(provider =>
        {
            var trigger = new Lazy<IReconcileTrigger<KafkaLogstashConnection>>(provider.GetRequiredService<IReconcileTrigger<KafkaLogstashConnection>>);
            return new KafkaProber(
                probing,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<KafkaProber>>(),
                key => trigger.Value.Enqueue(NamespacedName.Parse(key)),
                provider.GetRequiredService<IProbeObserver>());
        });
        builder.Services.AddSingleton<IConsumerGroups>(provider => new ConsumerGroups(
            probing, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<ConsumerGroups>>()));
        if (settings.Webhook is { } webhook)
        {
            builder.Services.AddAdmissionWebhook(webhook, settings.Policy);
        }

        builder.Services.AddConnectionController(settings.Policy, new ControllerOptions { ReloadTimeout = settings.ReloadTimeout, BridgeImage = settings.BridgeImage });
        builder.Services.AddControllerRuntime(Runtime(settings), ClusterAddress.Find(settings.Kubeconfig, settings.Context), runtime => runtime.AddConnectionController(settings.Concurrency));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(25));

        var app = builder.Build();
        app.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = check => check.Tags.Contains(RuntimeServiceCollectionExtensions.LiveTag) });
        app.MapHealthChecks("/readyz", new HealthCheckOptions { Predicate = check => check.Tags.Contains(RuntimeServiceCollectionExtensions.ReadyTag) });
        app.MapMetrics("/metrics", registry);
        return app;
    }

    private static RuntimeOptions Runtime(OperatorSettings settings) => new()
    {
        FieldManager = "kafka-logstash-operator",
        Identity = Environment.GetEnvironmentVariable("POD_NAME") is { Length: > 0 } pod ? pod : $"{Environment.MachineName}-{Environment.ProcessId}",
        Namespaces = settings.Namespaces,
        MetricsPrefix = "kafka_logstash_operator",
        LeaderElection = settings.LeaderElection
            ? new LeaderElectionOptions { Lease = new NamespacedName(settings.LeaseNamespace ?? OwnNamespace.Find(), settings.LeaseName) }
            : null,
    };
}
