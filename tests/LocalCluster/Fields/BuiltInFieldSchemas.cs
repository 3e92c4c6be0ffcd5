using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>The field schemas of the built-in API, built from KubernetesClient's model types and <see cref="BuiltInFieldRules"/>.</summary>
internal static class BuiltInFieldSchemas
{
    private static readonly FrozenDictionary<(string Group, string Version, string Kind), Type> Kinds = FindKinds();
    private static readonly ConcurrentDictionary<Type, ObjectSchema> Structs = new();

    /// <summary>The schema of <c>metadata</c>.</summary>
    public static FieldSchema ObjectMeta { get; } = OfStruct(typeof(V1ObjectMeta));

    /// <summary>The schema of a built-in kind.</summary>
    /// <param name="group">The API group; empty for the core group.</param>
    /// <param name="version">The version, such as <c>v1</c>.</param>
    /// <param name="kind">The kind, such as <c>Deployment</c>.</param>
    /// <exception cref="ArgumentException">KubernetesClient has no model of that kind.</exception>
    public static FieldSchema For(string group, string version, string kind) =>
        TryGet(group, version, kind) ?? throw new ArgumentException($"No built-in kind {kind} in '{group}/{version}'.", nameof(kind));

    /// <summary>The schema of a built-in kind; null when KubernetesClient has no model of it.</summary>
    /// <inheritdoc cref="For"/>
    public static FieldSchema? TryGet(string group, string version, string kind) =>
        Kinds.TryGetValue((group, version, kind), out var type) ? OfStruct(type) : null;

    /// <summary>The model types of the built-in kinds.</summary>
    internal static IReadOnlyDictionary<(string Group, string Version, string Kind), Type> ModelTypes => Kinds;

    /// <summary>The JSON name of a model's property; null when it is not part of the wire format.</summary>
    internal static string? JsonName(PropertyInfo property) => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name;

    /// <summary>The type of a list's items; null when the type is no list.</summary>
    internal static Type? ItemType(Type type) => Argument(type, typeof(IList<>), 0);

    /// <summary>The type of a map's values; null when the type is no map.</summary>
    internal static Type? ValueType(Type type) => Argument(type, typeof(IDictionary<,>), 1);

    /// <summary>True for a model type that is written as a JSON object.</summary>
    internal static bool IsStruct(Type type) =>
        type.IsClass && type.Namespace == typeof(V1Pod).Namespace && type != typeof(IntOrString) && type != typeof(ResourceQuantity);

    private static FrozenDictionary<(string Group, string Version, string Kind), Type> FindKinds() =>
        (from type in typeof(V1Pod).Assembly.GetExportedTypes()
         let entity = type.GetCustomAttribute<KubernetesEntityAttribute>()
         where entity is not null && !type.IsAbstract && IsStruct(type)
         group type by (entity.Group, entity.ApiVersion, entity.Kind))
        .ToFrozenDictionary(types => types.Key, types => types.First());

    internal static FieldSchema OfStruct(Type type) => Struct(type);

    private static ObjectSchema Struct(Type type) =>
        Structs.GetOrAdd(type, static type => new ObjectSchema(() => FieldsOf(type), values: null, BuiltInFieldRules.For(type).IsAtomic));

    private static FrozenDictionary<string, FieldDeclaration> FieldsOf(Type type)
    {
        var rules = BuiltInFieldRules.For(type);
        var fields = from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                     let name = JsonName(property)
                     where name is not null
                     select KeyValuePair.Create(name, Declare(type, property.PropertyType, name, rules));
        return fields.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static FieldDeclaration Declare(Type owner, Type type, string name, FieldRules rules) => new(Read(type, name, rules))
    {
        WhenAbsent = WhenAbsent(owner, type, name, rules),
        PatchStrategy = rules.PatchStrategies.GetValueOrDefault(name),
        RetainsKeys = rules.KeyRetainingFields.Contains(name),
        PatchMergeKey = rules.PatchMergeKeys.GetValueOrDefault(name),
    };

    private static AbsentField WhenAbsent(Type owner, Type type, string name, FieldRules rules) => name switch
    {
        _ when rules.PresentFields.Contains(name) => IsStruct(type) ? AbsentField.EmptyObject : AbsentField.Null,
        "metadata" or "spec" or "status" when IsStruct(type) && owner.IsAssignableTo(typeof(IKubernetesObject)) => AbsentField.EmptyObject,
        _ => AbsentField.Absent,
    };

    private static FieldSchema Read(Type type, string name, FieldRules rules)
    {
        if (ItemType(type) is { } item)
        {
            var kind = rules.ListKinds.GetValueOrDefault(name);
            return new ListSchema(Read(item, name, FieldRules.None), kind, rules.ListKeys.GetValueOrDefault(name) ?? []);
        }

        if (ValueType(type) is { } value)
        {
            return new ObjectSchema(
                () => FrozenDictionary<string, FieldDeclaration>.Empty,
                Read(value, name, FieldRules.None),
                rules.AtomicMaps.Contains(name));
        }

        if (type == typeof(object))
        {
            return FieldSchema.Any;
        }

        if (!IsStruct(type))
        {
            return FieldSchema.Scalar;
        }

        var schema = Struct(type);
        return rules.GranularFields.Contains(name) ? schema.With(isAtomic: false) : schema;
    }

    private static Type? Argument(Type type, Type definition, int index) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == definition ? type.GetGenericArguments()[index] : null;
}
