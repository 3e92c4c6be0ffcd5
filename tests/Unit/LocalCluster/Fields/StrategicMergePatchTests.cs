using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.Fields;

namespace KafkaLogstash.Tests.Unit.LocalCluster.Fields;

public sealed class StrategicMergePatchTests
{
    private static readonly FieldSchema Pod = BuiltInFieldSchemas.For("", "v1", "Pod");

    [Theory]
    [InlineData("""{"containers":[{"name":"a","image":"1"}]}""", """{"containers":[{"name":"a","image":"2"}]}""", """{"containers":[{"name":"a","image":"2"}]}""")]
    [InlineData("""{"containers":[{"name":"a"}]}""", """{"containers":[{"name":"b"}]}""", """{"containers":[{"name":"b"},{"name":"a"}]}""")]
    [InlineData("""{"containers":[{"name":"a"},{"name":"b"}]}""", """{"containers":[{"name":"a","$patch":"delete"}]}""", """{"containers":[{"name":"b"}]}""")]
    [InlineData("""{"containers":[{"name":"a"}]}""", """{"containers":[{"name":"b"},{"$patch":"replace"}]}""", """{"containers":[{"name":"b"}]}""")]
    [InlineData(
        """{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]}""",
        """{"$setElementOrder/containers":[{"name":"c"},{"name":"a"}]}""",
        """{"containers":[{"name":"b"},{"name":"c"},{"name":"a"}]}""")]
    [InlineData("""{"tolerations":[{"key":"a"}]}""", """{"tolerations":[{"key":"b"}]}""", """{"tolerations":[{"key":"b"}]}""")]
    [InlineData("""{"nodeSelector":{"a":"1"}}""", """{"nodeSelector":{"b":"2"}}""", """{"nodeSelector":{"a":"1","b":"2"}}""")]
    [InlineData("""{"nodeSelector":{"a":"1"}}""", """{"nodeSelector":{"$patch":"replace","b":"2"}}""", """{"nodeSelector":{"b":"2"}}""")]
    [InlineData("""{"nodeSelector":{"a":"1"}}""", """{"nodeSelector":{"$patch":"delete"}}""", "{}")]
    [InlineData("""{"nodeSelector":{"a":"1"}}""", """{"nodeSelector":null}""", "{}")]
    [InlineData("{}", """{"nodeSelector":{"a":"1","b":null}}""", """{"nodeSelector":{"a":"1"}}""")]
    [InlineData("{}", """{"containers":[{"name":"a","$patch":"delete"},{"name":"b","env":[{"name":"c","$patch":"merge"}]}]}""", """{"containers":[{"name":"b","env":[{"name":"c"}]}]}""")]
    [InlineData(
        """{"volumes":[{"name":"v","emptyDir":{}}]}""",
        """{"volumes":[{"name":"v","$retainKeys":["name","secret"],"secret":{"secretName":"s"}}]}""",
        """{"volumes":[{"name":"v","secret":{"secretName":"s"}}]}""")]
    public void Lists_merge_by_key_and_directives_are_obeyed(string spec, string patch, string expected)
    {
        var patched = StrategicMergePatch.Apply(Of(spec), Of(patch), Pod);

        Assert.True(JsonNode.DeepEquals(Of(expected), patched), patched.ToJsonString());
    }

    [Theory]
    [InlineData("""{"containers":[{"image":"2"}]}""", """containers: {"image":"2"} does not contain declared merge key: name""")]
    [InlineData("""{"nodeSelector":{"$patch":"twist"}}""", "unknown patch type: twist")]
    public void A_patch_that_cannot_be_understood_is_malformed(string patch, string message)
    {
        var invalid = Assert.Throws<InvalidPatchException>(
            () => StrategicMergePatch.Apply(Of("""{"containers":[{"name":"a"}],"nodeSelector":{}}"""), Of(patch), Pod));

        Assert.Equal((PatchFailure.Malformed, message), (invalid.Failure, invalid.Message));
    }

    private static JsonObject Of(string spec) => new() { ["spec"] = JsonNode.Parse(spec) };
}
