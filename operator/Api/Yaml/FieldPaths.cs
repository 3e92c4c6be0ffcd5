namespace KafkaLogstash.Api.Yaml;

/// <summary>Paths of fields as people read them: <c>spec.input.topics[0]</c>, <c>spec.kafka.properties[client.rack]</c>.</summary>
public static class FieldPaths
{
    /// <summary>A field of an object.</summary>
    /// <param name="path">The object; empty for the root.</param>
    /// <param name="name">The name of the field.</param>
    public static string Child(string path, string name)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
        {
            return $"{path}[{name}]";
        }

        return path.Length == 0 ? name : $"{path}.{name}";
    }

    /// <summary>An item of a list.</summary>
    /// <param name="path">The list.</param>
    /// <param name="index">The item, from 0 on.</param>
    public static string Item(string path, int index) => $"{path}[{index}]";

    /// <summary>What a field or item stands in; empty for the root.</summary>
    /// <param name="path">The field or item.</param>
    public static string Parent(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var end = path.EndsWith(']') ? path.LastIndexOf('[') : path.LastIndexOf('.');
        return end < 0 ? "" : path[..end];
    }
}
