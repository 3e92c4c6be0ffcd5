using k8s;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>
/// The loop's queue for those whom the controller itself needs: the loop needs the controller, so it can't be there before them.
/// </summary>
internal sealed class ReconcileTrigger<TEntity>(Lazy<EntityLoop<TEntity>> loop) : IReconcileTrigger<TEntity>
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    public void Enqueue(NamespacedName key) => loop.Value.Enqueue(key);
}
