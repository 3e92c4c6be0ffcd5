using k8s;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Autoscaling;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Controller.Deletion;
using KafkaLogstash.Controller.Metering;
using KafkaLogstash.Controller.Observation;
using KafkaLogstash.Controller.References;
using KafkaLogstash.Controller.Rendering;
using KafkaLogstash.Kafka.Groups;
using KafkaLogstash.Kafka.Probing;
using KafkaLogstash.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace KafkaLogstash.Controller;

/// <summary>Puts the controller of connections into a host.</summary>
public static class ControllerServices
{
    /// <summary>How long a pod may take to answer a question, before it counts as silent.</summary>
    private static readonly TimeSpan PodTimeout = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Registers what the controller needs, and an <see cref="IProbeObserver"/>. The services must hold an <see cref="IConsumerGroups"/> and an <see cref="IKafkaProber"/>;
    /// the latter should enqueue a connection when what it knows of Kafka changes, and tell that observer of its looks.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="policy">What the platform decides for all connections.</param>
    /// <param name="options">How the controller behaves; null for the defaults.</param>
    public static IServiceCollection AddConnectionController(this IServiceCollection services, ConnectionPolicy policy, ControllerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSingleton(policy);
        services.AddSingleton(options ?? new ControllerOptions());
        services.AddSingleton<IReferenceReader, ReferenceReader>();
        services.AddSingleton(_ => new PodHttp(PodTimeout));
        services.AddSingleton<INodeApi, NodeApi>();
        services.AddSingleton<IBridgeApi, BridgeApi>();
        services.AddSingleton(provider => new LogstashObserver(provider.GetRequiredService<INodeApi>(), provider.GetRequiredService<TimeProvider>(), Trigger(provider)));
        services.AddSingleton(provider => new BridgeObserver(provider.GetRequiredService<IBridgeApi>(), provider.GetRequiredService<TimeProvider>(), Trigger(provider)));
        services.AddSingleton<ConnectionScaler>();
        services.AddSingleton<ConnectionMetrics>();
        services.AddSingleton<IProbeObserver, ProbeMetrics>();
        services.AddSingleton<ConsumerGroupFinalizer>();
        services.AddSingleton<ConnectionController>();
        return services;
    }

    /// <summary>Says what the controller watches, and what wakes it.</summary>
    /// <param name="runtime">The runtime.</param>
    /// <param name="concurrency">Connections reconciled side by side.</param>
    public static ControllerRuntimeBuilder AddConnectionController(this ControllerRuntimeBuilder runtime, int concurrency)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        Owned<PartialObjectMetadata<V1Secret>>(transform: ConnectionLabels.KeepOwn);
        Owned<PartialObjectMetadata<V1ConfigMap>>(transform: ConnectionLabels.KeepOwn);
        Owned<V1Service>(ConnectionLabels.AllManaged);
        Owned<V1Deployment>(ConnectionLabels.AllManaged);
        Owned<V1PodDisruptionBudget>(ConnectionLabels.AllManaged);
        Owned<V1NetworkPolicy>(ConnectionLabels.AllManaged);
        runtime.Informer(new InformerOptions<V1Pod>
        {
            LabelSelector = ConnectionLabels.AllManaged,
            Indexes = new Dictionary<string, Func<V1Pod, IEnumerable<string>>> { [ConnectionController.PodIndex] = ConnectionController.ConnectionOf },
        });

        return runtime.Controller<KafkaLogstashConnection, ConnectionController>(controller => controller
            .WithConcurrency(concurrency)
            .WithFinalizer<ConsumerGroupFinalizer>()
            .Owns<PartialObjectMetadata<V1Secret>>()
            .Owns<PartialObjectMetadata<V1ConfigMap>>()
            .Owns<V1Service>()
            .Owns<V1Deployment>()
            .Owns<V1PodDisruptionBudget>()
            .Owns<V1NetworkPolicy>()
            .Watches<V1Pod>((pod, _) => ConnectionController.ConnectionOf(pod).Select(NamespacedName.Parse))
            .References<PartialObjectMetadata<V1Secret>>(connection => Names(connection, ReferenceKind.Secret))
            .References<PartialObjectMetadata<V1ConfigMap>>(connection => Names(connection, ReferenceKind.ConfigMap)));

        void Owned<T>(string? selector = null, Action<T>? transform = null)
            where T : class, IKubernetesObject<V1ObjectMeta> => runtime.Informer(new InformerOptions<T>
            {
                LabelSelector = selector,
                Transform = transform,
                Indexes = new Dictionary<string, Func<T, IEnumerable<string>>> { [OwnedKinds.OwnerIndex] = OwnedKinds.OwnerOf },
            });
    }

    /// <summary>Wakes a connection. The trigger comes with the loop that the observers are a part of: it is looked up when it is first needed.</summary>
    private static Action<string> Trigger(IServiceProvider provider)
    {
        var trigger = new Lazy<IReconcileTrigger<KafkaLogstashConnection>>(provider.GetRequiredService<IReconcileTrigger<KafkaLogstashConnection>>);
        return key => trigger.Value.Enqueue(NamespacedName.Parse(key));
    }

    private static IEnumerable<NamespacedName> Names(KafkaLogstashConnection connection, ReferenceKind kind) =>
        ConnectionReferences.Names(connection.Spec, kind).Select(name => new NamespacedName(connection.Metadata.NamespaceProperty, name));
}
