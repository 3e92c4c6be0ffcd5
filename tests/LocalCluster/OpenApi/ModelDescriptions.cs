using System.Collections.Frozen;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using k8s.Models;
using KafkaLogstash.LocalCluster.Fields;

namespace KafkaLogstash.LocalCluster.OpenApi;

/// <summary>The descriptions of the API's types and fields: the documentation beside KubernetesClient's assembly, if it is there.</summary>
internal static partial class ModelDescriptions
{
    private static readonly Lazy<FrozenDictionary<string, string>> Summaries = new(Read);

    /// <summary>The description of a type; null when there is none.</summary>
    public static string? Of(Type type) => Summaries.Value.GetValueOrDefault($"T:{type.FullName}");

    /// <summary>The description of a field; null when there is none.</summary>
    public static string? Of(Type type, string jsonName)
    {
        var property = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .FirstOrDefault(property => BuiltInFieldSchemas.JsonName(property) == jsonName);
        return property is null ? null : Summaries.Value.GetValueOrDefault($"P:{type.FullName}.{property.Name}");
    }

    private static FrozenDictionary<string, string> Read()
    {
        var file = Path.ChangeExtension(typeof(V1Pod).Assembly.Location, ".xml");
        var summaries = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(file))
        {
            return summaries.ToFrozenDictionary(StringComparer.Ordinal);
        }

        using var reader = XmlReader.Create(file);
        reader.MoveToContent();
        while (!reader.EOF)
        {
            if (reader.NodeType != XmlNodeType.Element || reader.Name != "member")
            {
                reader.Read();
            }
            else if (reader.GetAttribute("name") is { } name && IsOfModel(name))
            {
                var member = (XElement)XNode.ReadFrom(reader);
                summaries[name] = Spaces().Replace(member.Element("summary")?.Value ?? "", " ").Trim();
            }
            else
            {
                reader.Skip();
            }
        }

        return summaries.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static bool IsOfModel(string member) =>
        member.StartsWith("T:k8s.Models.", StringComparison.Ordinal) || member.StartsWith("P:k8s.Models.", StringComparison.Ordinal);

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Spaces();
}
