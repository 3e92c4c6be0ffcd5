using System.Collections.Concurrent;
using System.Reflection;
using k8s.Models;

namespace KafkaLogstash.Runtime;

/// <summary>A kind of Kubernetes object and where the API server keeps it.</summary>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Version">The version within the group, for instance <c>v1</c>.</param>
/// <param name="Kind">The kind, for instance <c>Deployment</c>.</param>
/// <param name="Plural">The name in URLs, for instance <c>deployments</c>.</param>
public sealed record ResourceKind(string Group, string Version, string Kind, string Plural)
{
    private static readonly ConcurrentDictionary<Type, ResourceKind> Known = new();

    /// <summary>The <c>apiVersion</c> of objects of this kind: <c>group/version</c>, or <c>version</c> in the core group.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The kind that a class with a <see cref="KubernetesEntityAttribute"/> stands for.</summary>
    /// <exception cref="InvalidOperationException">The class carries no such attribute.</exception>
    public static ResourceKind Of<T>() => Of(typeof(T));

    /// <inheritdoc cref="Of{T}"/>
    public static ResourceKind Of(Type type) => Known.GetOrAdd(type, static t =>
    {
        var described = t.IsGenericType && t.GetGenericTypeDefinition() == typeof(PartialObjectMetadata<>) ? t.GetGenericArguments()[0] : t;
        var entity = described.GetCustomAttribute<KubernetesEntityAttribute>()
            ?? throw new InvalidOperationException($"{described} has no [KubernetesEntity] attribute, so its place in the Kubernetes API is unknown.");
        return new ResourceKind(entity.Group ?? "", entity.ApiVersion, entity.Kind, entity.PluralName);
    });

    /// <summary>The path of the collection, relative to the API server's address, without a leading slash.</summary>
    /// <param name="ns">The namespace; null for all namespaces or for cluster scope.</param>
    internal string CollectionPath(string? ns)
    {
        var root = Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}";
        return ns is null ? $"{root}/{Plural}" : $"{root}/namespaces/{Uri.EscapeDataString(ns)}/{Plural}";
    }

    internal string ObjectPath(NamespacedName name, string? subresource)
    {
        var path = $"{CollectionPath(name.Namespace)}/{Uri.EscapeDataString(name.Name)}";
        return subresource is null ? path : $"{path}/{subresource}";
    }

    /// <summary><c>Kind.group</c>, as people write it in messages.</summary>
    public override string ToString() => Group.Length == 0 ? Kind : $"{Kind}.{Group}";
}
