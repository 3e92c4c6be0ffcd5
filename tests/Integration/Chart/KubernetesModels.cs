using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace KafkaLogstash.Tests.Integration.Chart;

/// <summary>Reads objects as KubernetesClient's models, or those of <see cref="MonitoringModels"/> and <see cref="CertManagerModels"/>, where a field that a model does not know is an error.</summary>
internal static class KubernetesModels
{
    private static readonly JsonSerializerOptions Strict = new() { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    private static readonly Dictionary<string, Type> Types = typeof(V1Deployment).Assembly.GetTypes().Concat(typeof(MonitoringModels).GetNestedTypes()).Concat(typeof(CertManagerModels).GetNestedTypes())
        .Select(static type => (Type: type, Kind: type.GetCustomAttribute<KubernetesEntityAttribute>()))
        .Where(static model => model.Kind is not null && !model.Type.Name.EndsWith("List", StringComparison.Ordinal))
        .GroupBy(static model => $"{(model.Kind!.Group.Length == 0 ? "" : $"{model.Kind.Group}/")}{model.Kind.ApiVersion} {model.Kind.Kind}", StringComparer.Ordinal)
        .ToDictionary(static models => models.Key, static models => models.First().Type, StringComparer.Ordinal);

    /// <summary>Reads an object.</summary>
    /// <exception cref="JsonException">It has a field that its kind does not have, or a value of a wrong type; the message says where.</exception>
    public static IKubernetesObject Read(JsonObject item)
    {
        var kind = $"{item["apiVersion"]} {item["kind"]}";
        Assert.True(Types.TryGetValue(kind, out var type), $"There is no model of {kind}.");
        return (IKubernetesObject)item.Deserialize(type, Strict)!;
    }
}
