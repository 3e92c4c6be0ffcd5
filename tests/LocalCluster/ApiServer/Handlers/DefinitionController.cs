using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.ApiServer.Storage;

namespace KafkaLogstash.LocalCluster.ApiServer.Handlers;

/// <summary>Follows CustomResourceDefinitions: establishes and serves them, and removes their objects when they go.</summary>
internal sealed class DefinitionController(ObjectStore store, ResourceRegistry registry, DeleteHandler deletes, TimeProvider time)
{
    /// <summary>To be called after each write, before it is answered, so that a client never sees a definition half served.</summary>
    public void AfterWrite(ResourceType type)
    {
        if (type.StorageKey == CustomResources.Definitions || type.Strategy.Schema is not null)
        {
            Reconcile();
        }
    }

    private void Reconcile()
    {
        var definitions = store.Read(CustomResources.Definitions).Objects;
        foreach (var definition in definitions.List(null))
        {
            if (definition.Body.IsTerminating())
            {
                Remove(definition);
                continue;
            }

            var established = definition.Clone();
            CustomResources.Establish(established, time.GetUtcNow());
            if (!JsonNodes.Same(established, definition.Body))
            {
                store.Replace(CustomResources.Definitions, definition, established);
            }

            registry.PublishOnce(definition.Name, definition.Body.Uid()!, definition.Body.Number("metadata", "generation") ?? 0, () => CustomResources.TypesOf(established));
        }

        foreach (var gone in registry.Definitions.Where(name => definitions.Find(null, name) is null).ToList())
        {
            registry.Withdraw(gone);
        }
    }

    private void Remove(StoredObject definition)
    {
        var types = CustomResources.TypesOf(definition.Clone()).Take(1).ToList();
        foreach (var type in types)
        {
            foreach (var item in store.Read(type.StorageKey).Objects.List(null))
            {
                deletes.Delete(type, type.Namespaced ? item.Namespace : null, item.Name, new DeleteOptions());
            }

            if (store.Read(type.StorageKey).Objects.List(null).Any())
            {
                return;
            }
        }

        var last = definition.Clone();
        var finalizers = last.Finalizers().Where(item => item != CustomResources.CleanupFinalizer).ToList();
        if (finalizers.Count == 0)
        {
            last.Meta().Remove("finalizers");
            store.Delete(CustomResources.Definitions, definition, last);
            registry.Withdraw(definition.Name);
        }
        else if (finalizers.Count != last.Finalizers().Count)
        {
            last.Meta()["finalizers"] = JsonNodes.Strings(finalizers);
            store.Replace(CustomResources.Definitions, definition, last);
        }
    }
}
