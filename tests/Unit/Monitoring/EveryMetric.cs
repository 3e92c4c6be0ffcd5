using System.Text;
using Confluent.Kafka;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Bridge.Metering;
using KafkaLogstash.Bridge.Sink;
using KafkaLogstash.Bridge.Source;
using KafkaLogstash.Controller.Autoscaling;
using KafkaLogstash.Controller.Certificates;
using KafkaLogstash.Controller.Metering;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.Operator.Hosting;
using KafkaLogstash.Operator.Settings;
using KafkaLogstash.Operator.Webhook;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Prometheus;

namespace KafkaLogstash.Tests.Monitoring;

/// <summary>The metrics of both programs, each with a series at least: what a scrape shows once everything has happened.</summary>
internal static class EveryMetric
{
    private const string Kubeconfig = """
        {"apiVersion": "v1", "kind": "Config", "current-context": "none",
         "clusters": [{"name": "none", "cluster": {"server": "http://none.invalid"}}], "users": [{"name": "none", "user": {"token": "none"}}],
         "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}]}
        """;

    /// <summary>The page of the operator, which is put together and not started.</summary>
    public static async Task<string> OfOperatorAsync()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, Kubeconfig, TestContext.Current.CancellationToken);
            await using var program = OperatorHost.Build(OperatorSettings.Read(name => name switch
            {
                SettingsTable.Kubeconfig => file,
                SettingsTable.Webhook => "true",
                _ => SettingsTable.All.First(setting => setting.Name == name).Default,
            }));
            var services = program.Services;
            _ = services.GetServices<IEntityLoop>().ToList();
            Show(services.GetRequiredService<RuntimeMetrics>());
            Show(services.GetRequiredService<ConnectionMetrics>());
            services.GetRequiredService<IProbeObserver>().Looked("Reachable", TimeSpan.FromSeconds(1));
            services.GetRequiredService<WebhookMetrics>().Serves(DateTimeOffset.UnixEpoch);
            return await PageAsync(services.GetRequiredService<CollectorRegistry>());
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The page of a bridge that has both roles.</summary>
    public static Task<string> OfBridgeAsync()
    {
        var registry = Metrics.NewCustomRegistry();
        var bridge = new BridgeMetrics(registry);
        bridge.Follow("source", () => true);
        bridge.FollowCertificate("source", () => DateTimeOffset.UnixEpoch);
        _ = new SourceMetrics(registry);
        var sink = new SinkMetrics(registry);
        sink.RequestEnded(200);
        sink.TurnedAway("kafka");
        sink.DeliveryFailed(ErrorCode.RequestTimedOut, 1);
        sink.Disconnected("frame");
        return PageAsync(registry);
    }

    private static void Show(RuntimeMetrics metrics)
    {
        var kind = ResourceKind.Of<V1ConfigMap>();
        metrics.Wrote(kind, "create");
        metrics.Watches(kind);
        metrics.Requested(new RequestSubject("get", "configmaps"), "200", TimeSpan.FromSeconds(1));
        metrics.ForController("kafkalogstashconnection", 1).Reconciled("success", TimeSpan.FromSeconds(1));
    }

    private static void Show(ConnectionMetrics metrics)
    {
        var key = new NamespacedName("shop", "orders");
        var now = DateTimeOffset.UnixEpoch;
        metrics.Show(
            key,
            new ConnectionStatus { Conditions = [new V1Condition { Type = "Ready", Status = "True", Reason = "Ready" }] },
            new KafkaFacts
            {
                Reachable = new KafkaFinding(true, "Reachable", ""),
                TopicsAvailable = new KafkaFinding(true, "Available", ""),
                Topics = [new TopicFacts("orders", 1, 1)],
                Lag = 1,
                At = now,
            });
        metrics.Show(key, WorkloadPods.OfBridge(1, 1, [], new Dictionary<string, Controller.Observation.BridgeObservation>()));
        metrics.Show(key, [new CertificateEnd("kafka_client", now)]);
        metrics.Show(
            key,
            new ScalingStep(1, new ScalingDecision(2, ScalingLimit.None, "", ScalingState.Begin(now), IsShort: false), null),
            new ScalingRules(1, 2, 1, TimeSpan.Zero));
    }

    private static async Task<string> PageAsync(CollectorRegistry registry)
    {
        using var text = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(text, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(text.ToArray());
    }
}
