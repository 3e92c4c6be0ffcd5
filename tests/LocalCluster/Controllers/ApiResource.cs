using System.Collections.Concurrent;
using System.Reflection;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>A kind of object, and where the API server keeps such objects.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Version">Version of the group.</param>
/// <param name="Kind">Kind, such as <c>Pod</c>.</param>
/// <param name="Plural">Name in paths, such as <c>pods</c>.</param>
/// <param name="Namespaced">Whether its objects live in namespaces.</param>
internal sealed record ApiResource(string Group, string Version, string Kind, string Plural, bool Namespaced = true)
{
    private static readonly ConcurrentDictionary<Type, ApiResource> OfTypes = new();

    /// <summary>As owner references write it.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    private string Root => Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}";

    /// <summary>The resource of one of KubernetesClient's model types.</summary>
    public static ApiResource Of<T>() => OfTypes.GetOrAdd(typeof(T), static type =>
    {
        var entity = type.GetCustomAttribute<KubernetesEntityAttribute>()
            ?? throw new InvalidOperationException($"{type} is no Kubernetes entity.");
        return new(entity.Group, entity.ApiVersion, entity.Kind, entity.PluralName);
    });

    /// <summary>Path of all objects, or of those of one namespace.</summary>
    public string Collection(string? ns) => string.IsNullOrEmpty(ns) ? $"{Root}/{Plural}" : $"{Root}/namespaces/{ns}/{Plural}";

    /// <summary>Path of one object.</summary>
    public string Object(ObjectKey key) => $"{Collection(key.Namespace)}/{key.Name}";
}
