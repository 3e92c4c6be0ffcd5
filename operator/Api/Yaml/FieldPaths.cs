namespace KafkaLogstash.Api.Yaml;

/// <summary>Paths of fields as people read them: <c>spec.input.topics[0]</c>, <c>spec.kafka.properties[client.rack]</c>.</summary>
internal static class FieldPaths
{
    /// <summary>A field of an object.</summary>
    public static string Child(string path, string name)
    {
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
        {
            return $"{path}[{name}]";
        }

        return path.Length == 0 ? name : $"{path}.{name}";
    }

    /// <summary>An item of a list.</summary>
    public static string Item(string path, int index) => $"{path}[{index}]";

    /// <summary>What a field or item stands in; empty for the root.</summary>
    public static string Parent(string path)
    {
        var end = path.EndsWith(']') ? path.LastIndexOf('[') : path.LastIndexOf('.');
        return end < 0 ? "" : path[..end];
    }
}
