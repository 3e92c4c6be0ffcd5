using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Runtime;

/// <summary>Collects the informers and controllers of a program.</summary>
public sealed class ControllerRuntimeBuilder
{
    private readonly IServiceCollection _services;
    private readonly InformerCatalogue _catalogue;

    internal ControllerRuntimeBuilder(IServiceCollection services, InformerCatalogue catalogue)
    {
        _services = services;
        _catalogue = catalogue;
    }

    /// <summary>
    /// Registers the informer of a kind. It is only needed to give options: <see cref="Controller{TEntity, TController}"/> registers what it watches.
    /// Options given later replace earlier ones; indexes add up.
    /// </summary>
    public ControllerRuntimeBuilder Informer<T>(InformerOptions<T>? options = null)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        _catalogue.Add(options);
        return this;
    }

    /// <summary>Registers a controller. <typeparamref name="TController"/> comes from the service provider, as a singleton.</summary>
    public ControllerRuntimeBuilder Controller<TEntity, TController>(Action<ControllerBuilder<TEntity>> configure)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
        where TController : class, IEntityController<TEntity>
    {
        ArgumentNullException.ThrowIfNull(configure);
        Informer<TEntity>();
        var builder = new ControllerBuilder<TEntity>(this);
        configure(builder);
        _services.TryAddSingleton<TController>();
        foreach (var finalizer in builder.Finalizers)
        {
            _services.TryAddSingleton(finalizer);
        }

        _services.AddSingleton(provider => new EntityLoop<TEntity>(
            builder,
            provider.GetRequiredService<TController>(),
            new FinalizerSet<TEntity>(
                provider.GetRequiredService<KubernetesApi>(),
                [.. builder.Finalizers.Select(finalizer => (IEntityFinalizer<TEntity>)provider.GetRequiredService(finalizer))]),
            provider.GetRequiredService<InformerSet>(),
            provider.GetRequiredService<RuntimeOptions>(),
            provider.GetRequiredService<RuntimeMetrics>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<TController>>()));
        _services.AddSingleton<IEntityLoop>(static provider => provider.GetRequiredService<EntityLoop<TEntity>>());
        _services.AddSingleton<IReconcileTrigger<TEntity>>(static provider => new ReconcileTrigger<TEntity>(
            new Lazy<EntityLoop<TEntity>>(provider.GetRequiredService<EntityLoop<TEntity>>)));
        return this;
    }

    internal void Index<T>(string name, Func<T, IEnumerable<string>> values)
        where T : class, IKubernetesObject<V1ObjectMeta> => _catalogue.AddIndex(name, values);
}
