using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json.Serialization;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.ApiServer.Resources;

/// <summary>The shape of a built-in type, read from KubernetesClient's model of it.</summary>
internal sealed class ModelShape
{
    private static readonly ConcurrentDictionary<Type, ModelShape> Known = new();

    private readonly Lazy<IReadOnlyDictionary<string, ModelShape>> _fields;

    private ModelShape(Type type, Form shape, ModelShape? element)
    {
        Type = type;
        Shape = shape;
        Element = element;
        _fields = new(() => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(property => (property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name, property.PropertyType))
            .Where(field => field.Name is not null)
            .ToDictionary(field => field.Name!, field => Of(field.PropertyType), StringComparer.Ordinal));
    }

    public enum Form
    {
        Any,
        Struct,
        Map,
        List,
        Text,
        Integer,
        Number,
        Flag,
        IntOrText,
        Quantity,
        Bytes,
        Time,
    }

    public Type Type { get; }

    public Form Shape { get; }

    /// <summary>Type of a list's items or a map's values.</summary>
    public ModelShape? Element { get; }

    public IReadOnlyDictionary<string, ModelShape> Fields => _fields.Value;

    /// <summary>The Go type's name, as decoding errors give it.</summary>
    public string GoName => Shape switch
    {
        Form.Text => "string",
        Form.Integer => Type == typeof(long) || Type == typeof(long?) ? "int64" : "int32",
        Form.Number => "float64",
        Form.Flag => "bool",
        Form.List => "[]" + Element!.GoName,
        Form.Map => "map[string]" + Element!.GoName,
        Form.Bytes => "[]uint8",
        _ => "v1." + (Type.Name.StartsWith("V1", StringComparison.Ordinal) ? Type.Name[2..] : Type.Name),
    };

    public static ModelShape Of(Type type) => Known.GetOrAdd(type, Make);

    private static ModelShape Make(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain.IsGenericType && plain.GetGenericTypeDefinition() == typeof(IDictionary<,>))
        {
            return new(plain, Form.Map, Of(plain.GetGenericArguments()[1]));
        }

        if (plain.IsGenericType && plain.GetGenericTypeDefinition() == typeof(IList<>))
        {
            return new(plain, Form.List, Of(plain.GetGenericArguments()[0]));
        }

        return new(plain, FormOf(plain), null);
    }

    private static Form FormOf(Type type) => type switch
    {
        _ when type == typeof(string) => Form.Text,
        _ when type == typeof(int) || type == typeof(long) => Form.Integer,
        _ when type == typeof(double) => Form.Number,
        _ when type == typeof(bool) => Form.Flag,
        _ when type == typeof(IntOrString) => Form.IntOrText,
        _ when type == typeof(ResourceQuantity) => Form.Quantity,
        _ when type == typeof(byte[]) => Form.Bytes,
        _ when type == typeof(DateTime) => Form.Time,
        _ when type.Namespace == "k8s.Models" && type.IsClass => Form.Struct,
        _ => Form.Any,
    };
}
