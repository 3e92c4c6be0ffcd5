using k8s;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Prometheus;

namespace KafkaLogstash.Runtime;

/// <summary>Puts the controller runtime into a host.</summary>
public static class RuntimeServiceCollectionExtensions
{
    /// <summary>The tag of the health check that tells readiness: every cache is filled.</summary>
    public const string ReadyTag = "ready";

    /// <summary>The tag of the health check that tells liveness: the loops turn.</summary>
    public const string LiveTag = "live";

    /// <summary>
    /// Registers the runtime and its hosted service. Offers <see cref="KubernetesApi"/>, <see cref="IInformers"/>, <see cref="IObjectApplier"/>,
    /// <see cref="IEventRecorder"/> and an <see cref="IReconcileTrigger{TEntity}"/> for each controller's entity; health checks with the tags
    /// <see cref="ReadyTag"/> and <see cref="LiveTag"/>.
    /// </summary>
    /// <param name="services">
    /// The services. They must hold a <see cref="CollectorRegistry"/>; a <see cref="TimeProvider"/> and a <see cref="KubernetesApi"/> are used if they are there.
    /// </param>
    /// <param name="options">The settings.</param>
    /// <param name="kubernetes">How to reach the API server.</param>
    /// <param name="configure">Names the informers and controllers.</param>
    public static IServiceCollection AddControllerRuntime(
        this IServiceCollection services,
        RuntimeOptions options,
        KubernetesClientConfiguration kubernetes,
        Action<ControllerRuntimeBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(configure);
        var catalogue = new InformerCatalogue();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            return new KubernetesApi(kubernetes, time, new RequestMeter(provider.GetRequiredService<RuntimeMetrics>(), time));
        });
        services.AddSingleton(options);
        services.AddSingleton(catalogue);
        services.AddSingleton<RuntimeMetrics>();
        services.AddSingleton<InformerContext>();
        services.AddSingleton<InformerSet>();
        services.AddSingleton<IInformers>(static provider => provider.GetRequiredService<InformerSet>());
        services.AddSingleton<IObjectApplier, ObjectApplier>();
        services.AddSingleton<IEventRecorder, EventRecorder>();
        services.AddSingleton<LeaderTerm>();
        configure(new ControllerRuntimeBuilder(services, catalogue));
        services.AddHostedService<RuntimeHost>();
        services.AddHealthChecks()
            .AddCheck<SyncedHealthCheck>("synced", tags: [ReadyTag])
            .AddCheck<LoopHealthCheck>("loops", tags: [LiveTag]);
        return services;
    }
}
