using System.Text;
using KafkaLogstash.LocalCluster.Controllers;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>The ConfigMaps and Secrets that pods are configured from.</summary>
internal sealed class Configuration(Mirror<V1ConfigMap> configMaps, Mirror<V1Secret> secrets)
{
    /// <summary>The entries of a ConfigMap; null when it is not there and need not be.</summary>
    /// <exception cref="ContainerConfigException">It is not there.</exception>
    public IReadOnlyDictionary<string, byte[]>? ConfigMap(string ns, string name, bool? optional)
    {
        if (configMaps.Find(new(ns, name)) is { } found)
        {
            var entries = (found.Data ?? new Dictionary<string, string>()).ToDictionary(pair => pair.Key, pair => Encoding.UTF8.GetBytes(pair.Value));
            foreach (var (key, value) in found.BinaryData ?? new Dictionary<string, byte[]>())
            {
                entries[key] = value;
            }

            return entries;
        }

        return optional == true ? null : throw new ContainerConfigException($"configmap \"{name}\" not found");
    }

    /// <summary>The entries of a Secret; null when it is not there and need not be.</summary>
    /// <exception cref="ContainerConfigException">It is not there.</exception>
    public IReadOnlyDictionary<string, byte[]>? Secret(string ns, string name, bool? optional)
    {
        if (secrets.Find(new(ns, name)) is { } found)
        {
            return (found.Data ?? new Dictionary<string, byte[]>()).ToDictionary();
        }

        return optional == true ? null : throw new ContainerConfigException($"secret \"{name}\" not found");
    }

    /// <summary>The environment of a container.</summary>
    /// <exception cref="ContainerConfigException">Something it comes from is not there; the message names it.</exception>
    public IReadOnlyDictionary<string, string> Environment(V1Pod pod, V1Container container, System.Net.IPAddress address)
    {
        var ns = pod.Metadata.NamespaceProperty;
        var result = new Dictionary<string, string>();
        foreach (var source in container.EnvFrom ?? [])
        {
            var entries = source switch
            {
                { ConfigMapRef: { } reference } => ConfigMap(ns, reference.Name, reference.Optional),
                { SecretRef: { } reference } => Secret(ns, reference.Name, reference.Optional),
                _ => null,
            };
            foreach (var (key, value) in entries ?? new Dictionary<string, byte[]>())
            {
                result[source.Prefix + key] = Encoding.UTF8.GetString(value);
            }
        }

        foreach (var variable in container.Env ?? [])
        {
            var value = variable.ValueFrom switch
            {
                null => Expansion.Expand(variable.Value ?? "", result),
                { FieldRef: { } field } => DownwardApi.Field(pod, field.FieldPath, address),
                { ResourceFieldRef: { } field } => DownwardApi.Resource(container, field),
                { ConfigMapKeyRef: { } key } => Entry(ConfigMap(ns, key.Name, key.Optional), key.Key, key.Optional, $"ConfigMap {ns}/{key.Name}"),
                { SecretKeyRef: { } key } => Entry(Secret(ns, key.Name, key.Optional), key.Key, key.Optional, $"Secret {ns}/{key.Name}"),
                _ => throw new ContainerConfigException($"the source of variable {variable.Name} is of a kind that this node does not know"),
            };
            if (value is not null)
            {
                result[variable.Name] = value;
            }
        }

        return result;
    }

    private static string? Entry(IReadOnlyDictionary<string, byte[]>? entries, string key, bool? optional, string where) =>
        entries?.TryGetValue(key, out var value) == true ? Encoding.UTF8.GetString(value)
            : optional == true || entries is null ? null
            : throw new ContainerConfigException($"couldn't find key {key} in {where}");
}
