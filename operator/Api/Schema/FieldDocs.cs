using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace KafkaLogstash.Api.Schema;

/// <summary>The descriptions of types, fields and values: the summaries of their XML docs, as plain text.</summary>
internal sealed partial class FieldDocs
{
    private readonly Dictionary<string, string> _summaries;

    private FieldDocs(Dictionary<string, string> summaries) => _summaries = summaries;

    /// <summary>No descriptions at all, where only the shape of the schema matters.</summary>
    public static FieldDocs None { get; } = new(new(StringComparer.Ordinal));

    /// <summary>Reads the file that the compiler writes beside the assembly; a published program carries it along.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public static FieldDocs Load()
    {
        var path = Path.Combine(AppContext.BaseDirectory, $"{typeof(FieldDocs).Assembly.GetName().Name}.xml");
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"The descriptions of the resource's fields are in {path}, which is missing: put it back beside the program.", path);
        }

        return new FieldDocs(XDocument.Load(path).Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => Plain(member.Element("summary")!), StringComparer.Ordinal));
    }

    /// <summary>What a type is.</summary>
    public string? Of(Type type) => _summaries.GetValueOrDefault($"T:{type.FullName}");

    /// <summary>What a constant stands for.</summary>
    public string? Of(FieldInfo constant) => _summaries.GetValueOrDefault($"F:{constant.DeclaringType!.FullName}.{constant.Name}");

    /// <summary>What a field holds; of an enumeration, what its values mean, too.</summary>
    public string? Of(PropertyInfo property)
    {
        if (_summaries.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}") is not { } summary)
        {
            return null;
        }

        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type.IsEnum
            ? string.Join(' ', [summary, .. type.GetEnumNames().Select(name => $"{WireFormat.Name(type, name)}: {LowerFirst(_summaries[$"F:{type.FullName}.{name}"])}")])
            : summary;
    }

    /// <summary>Begins a sentence as the continuation of one; names stay as they are.</summary>
    private static string LowerFirst(string sentence) =>
        sentence.Length > 1 && char.IsLower(sentence[1]) && !sentence.StartsWith("Logstash", StringComparison.Ordinal) && !sentence.StartsWith("Kafka", StringComparison.Ordinal) ? char.ToLowerInvariant(sentence[0]) + sentence[1..] : sentence;

    private static string Plain(XElement summary) => Blanks().Replace(string.Concat(summary.Nodes().Select(Text)), " ").Trim();

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see => see.Attribute("cref")!.Value.Split('.')[^1],
        XElement element => element.Value,
        _ => "",
    };

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blanks();
}
