using System.Globalization;
using System.Text;
using Confluent.Kafka;
using KafkaLogstash.Bridge.Native;
using KafkaLogstash.Kafka.Catalogue;

namespace KafkaLogstash.Tests.Unit.Kafka.Catalogue;

/// <summary>What the catalogue says of librdkafka's properties, against the librdkafka that bridges run.</summary>
public sealed class LibrdkafkaCatalogueTests
{
    /// <summary><c>rd_kafka_conf_res_t</c> of rdkafka.h.</summary>
    private const int Taken = 0;
    private const int Invalid = -1;
    private const int Unknown = -2;

    /// <summary>What needs more than a text of its kind.</summary>
    private static readonly Dictionary<string, string> Texts = new(StringComparer.Ordinal)
    {
        ["builtin.features"] = "gzip",

        // The library would open what it names.
        ["plugin.library.paths"] = "",
    };

    public static TheoryData<string> Names => [.. LibrdkafkaCatalogue.Properties.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_property_and_every_value_that_the_catalogue_allows_is_taken(string name)
    {
        var property = LibrdkafkaCatalogue.Properties[name];
        foreach (var value in Allowed(property))
        {
            Assert.Null(property.Problem(value));
            Assert.True(Set(name, value) is (Taken, _), $"{name} = {value}: {Set(name, value).Message}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_value_that_the_catalogue_refuses_is_refused(string name)
    {
        var property = LibrdkafkaCatalogue.Properties[name];
        foreach (var value in Refused(property))
        {
            Assert.NotNull(property.Problem(value));
            Assert.True(Set(name, value) is (Invalid, _), $"{name} = {value} is taken.");
        }
    }

    [Theory]
    [InlineData("fetch.max.wait.ms")]
    [InlineData("buffer.memory")]
    [InlineData("key.deserializer")]
    [InlineData("no.such.property")]
    [InlineData("Acks")]
    public void A_name_that_the_catalogue_lacks_is_unknown(string name)
    {
        Assert.DoesNotContain(name, LibrdkafkaCatalogue.Properties.Keys);
        Assert.Equal(Unknown, Set(name, "1").Result);
        var failure = Assert.Throws<InvalidOperationException>(
            () => new ConsumerBuilder<Ignore, Ignore>(new Dictionary<string, string> { ["group.id"] = "orders", [name] = "1" }).Build().Dispose());
        Assert.Contains(name, failure.Message, StringComparison.Ordinal);
    }

    private static string[] Allowed(LibrdkafkaProperty property) => property.Type switch
    {
        "boolean" => ["true", "false"],
        "integer" => property.Values.Split(" .. "),
        "float" => [property.Values.Split(" .. ")[0]],
        "enum" or "flags" when property.Values.Length > 0 => property.Values.Split(", "),
        _ => [Texts.GetValueOrDefault(property.Name, "text")],
    };

    private static string[] Refused(LibrdkafkaProperty property) => property.Type switch
    {
        "boolean" => ["perhaps"],
        "integer" => [.. Beyond(property.Values.Split(" .. ")), "many"],
        "enum" => ["nonsense"],
        "flags" when property.Values.Length > 0 => ["nonsense"],
        _ => [],
    };

    private static string[] Beyond(string[] bounds) =>
        [(long.Parse(bounds[0], CultureInfo.InvariantCulture) - 1).ToString(CultureInfo.InvariantCulture), (long.Parse(bounds[1], CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture)];

    private static (int Result, string Message) Set(string name, string value)
    {
        // Confluent.Kafka loads the library.
        Assert.NotEqual(0, Library.Version);
        var configuration = Librdkafka.NewConfiguration();
        try
        {
            var message = new byte[512];
            var result = Librdkafka.Set(configuration, name, value, message, (nuint)message.Length);
            return (result, Encoding.UTF8.GetString(message).TrimEnd('\0'));
        }
        finally
        {
            Librdkafka.DestroyConfiguration(configuration);
        }
    }
}
