using System.Text.Json.Nodes;
using CsCheck;
using KafkaLogstash.LocalCluster.Fields;

namespace KafkaLogstash.Tests.Unit.LocalCluster.Fields;

public sealed class FieldSetTests
{
    private static readonly Gen<FieldSet> Sets = Documents.Objects.Select(value => AppliedFields.Of(value, FieldSchema.Any, strict: false));

    [Fact]
    public void What_is_written_is_read_again() =>
        Sets.Seeded().Sample(set => JsonNode.DeepEquals(set.ToJson(), FieldSet.Parse(set.ToJson()).ToJson()));

    [Fact]
    public void Sets_obey_the_laws_of_sets() =>
        Gen.Select(Sets, Sets).Seeded().Sample((left, right) =>
            Same(left.Union(right), right.Union(left))
            && Same(left.Intersect(right), right.Intersect(left))
            && Same(left.Union(right).Except(right), left.Except(right))
            && Same(left.Except(right).Union(left.Intersect(right)), left)
            && Same(FieldSet.Of(left.Paths()), left));

    [Fact]
    public void Fields_are_written_in_the_servers_order()
    {
        var fields = JsonNode.Parse("""{"k:{\"port\":443}":{},"f:b":{"f:x":{},".":{}},"v:\"z\"":{},"k:{\"port\":80}":{},"f:a":{}}""")!.AsObject();

        Assert.Equal(
            ["f:a", "f:b", "k:{\"port\":80}", "k:{\"port\":443}", "v:\"z\""],
            FieldSet.Parse(fields).ToJson().Select(field => field.Key));
        Assert.Equal("""{".":{},"f:x":{}}""", FieldSet.Parse(fields).ToJson()["f:b"]!.ToJsonString());
    }

    [Theory]
    [InlineData("x:1")]
    [InlineData("k:{")]
    [InlineData("k:1")]
    [InlineData("i:x")]
    [InlineData("f")]
    public void What_is_no_path_element_is_refused(string text) =>
        Assert.Throws<FormatException>(() => FieldSet.Parse(new JsonObject { [text] = new JsonObject() }));

    private static bool Same(FieldSet left, FieldSet right) => JsonNode.DeepEquals(left.ToJson(), right.ToJson());
}
