using System.Collections.Frozen;

namespace KafkaLogstash.Kafka.Catalogue;

/// <summary>The properties of the librdkafka that bridges run, as far as they are set by text.</summary>
public static class LibrdkafkaCatalogue
{
    /// <summary>The properties by name.</summary>
    public static FrozenDictionary<string, LibrdkafkaProperty> Properties { get; } = Read();

    private static FrozenDictionary<string, LibrdkafkaProperty> Read()
    {
        const string Name = "librdkafka-properties";
        using var stream = typeof(LibrdkafkaCatalogue).Assembly.GetManifestResourceStream(Name) ?? throw new InvalidOperationException($"The table {Name} is not embedded.");
        using var reader = new StreamReader(stream);
        var properties = new List<LibrdkafkaProperty>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Split(" | ") is [var name, var owner, var type, var values] && line[0] != '#')
            {
                properties.Add(new LibrdkafkaProperty(name, Enum.Parse<PropertyOwner>(owner, ignoreCase: true), type, values == "-" ? "" : values));
            }
        }

        return properties.ToFrozenDictionary(property => property.Name, StringComparer.Ordinal);
    }
}
