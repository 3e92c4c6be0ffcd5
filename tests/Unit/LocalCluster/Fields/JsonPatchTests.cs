using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.Fields;

namespace KafkaLogstash.Tests.Unit.LocalCluster.Fields;

public sealed class JsonPatchTests
{
    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b","value":2}]""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":[1,3]}""", """[{"op":"add","path":"/a/1","value":2}]""", """{"a":[1,2,3]}""")]
    [InlineData("""{"a":[1]}""", """[{"op":"add","path":"/a/-","value":[2]}]""", """{"a":[1,[2]]}""")]
    [InlineData("""{"a":1,"b":2}""", """[{"op":"remove","path":"/b"}]""", """{"a":1}""")]
    [InlineData("""{"a":[1,2]}""", """[{"op":"remove","path":"/a/0"}]""", """{"a":[2]}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"replace","path":"/a/b","value":null}]""", """{"a":{"b":null}}""")]
    [InlineData("""{"a":{"b":1},"c":{}}""", """[{"op":"move","from":"/a/b","path":"/c/d"}]""", """{"a":{},"c":{"d":1}}""")]
    [InlineData("""{"a":[1,2,3]}""", """[{"op":"move","from":"/a/0","path":"/a/2"}]""", """{"a":[2,3,1]}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"copy","from":"/a","path":"/c"}]""", """{"a":{"b":1},"c":{"b":1}}""")]
    [InlineData("""{"a/b":1,"c~d":2}""", """[{"op":"test","path":"/a~1b","value":1},{"op":"remove","path":"/c~0d"}]""", """{"a/b":1}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"","value":{"b":2}}]""", """{"b":2}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"/b","value":2},{"op":"add","path":"/c"}]""", """{"a":1,"b":2,"c":null}""")]
    [InlineData("""{"a":1.0}""", """[{"op":"test","path":"/a","value":1}]""", """{"a":1}""")]
    public void Operations_are_applied_in_order(string target, string patch, string expected)
    {
        var patched = JsonPatch.Apply(JsonNode.Parse(target), JsonNode.Parse(patch)!.AsArray());

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), patched), patched?.ToJsonString());
    }

    [Theory]
    [InlineData("""[{"op":"remove","path":"/none"}]""", "remove operation does not apply: doc is missing path: /none: missing value")]
    [InlineData("""[{"op":"replace","path":"/a/7","value":1}]""", "replace operation does not apply: doc is missing path: /a/7: missing value")]
    [InlineData("""[{"op":"add","path":"/x/y","value":1}]""", "add operation does not apply: doc is missing path: /x/y: missing value")]
    [InlineData("""[{"op":"add","path":"/a/01x","value":1}]""", "add operation does not apply: doc is missing path: /a/01x: missing value")]
    [InlineData("""[{"op":"copy","from":"/x","path":"/y"}]""", "copy operation does not apply: doc is missing path: /x: missing value")]
    [InlineData("""[{"op":"move","from":"/a","path":"/a/0"}]""", "move operation moves /a into itself, to /a/0")]
    [InlineData("""[{"op":"test","path":"/a","value":2}]""", "testing value /a failed: test failed")]
    [InlineData("""[{"op":"twist","path":"/a"}]""", "Unexpected kind: twist")]
    [InlineData("""[{"op":"remove","path":"a"}]""", "JSON pointer \"a\" does not start with a slash")]
    [InlineData("""[{"path":"/a"}]""", "an operation of the JSON patch has no \"op\"")]
    [InlineData("""[{"op":"remove"}]""", "an operation of the JSON patch has no \"path\"")]
    public void An_operation_that_does_not_fit_is_refused(string patch, string message) =>
        AssertRefused(patch, PatchFailure.Inapplicable, message);

    [Theory]
    [InlineData("[1]", "an operation of the JSON patch is no object")]
    [InlineData("[[]]", "an operation of the JSON patch is no object")]
    public void A_patch_that_is_none_is_malformed(string patch, string message) => AssertRefused(patch, PatchFailure.Malformed, message);

    [Fact]
    public void A_refused_patch_leaves_the_target_alone()
    {
        var target = JsonNode.Parse("""{"a":[1]}""");

        Assert.Throws<InvalidPatchException>(
            () => JsonPatch.Apply(target, JsonNode.Parse("""[{"op":"add","path":"/b","value":1},{"op":"remove","path":"/c"}]""")!.AsArray()));

        Assert.Equal("""{"a":[1]}""", target!.ToJsonString());
    }

    [Fact]
    public void Ten_thousand_operations_are_the_most()
    {
        var patch = new JsonArray([.. Enumerable.Range(0, 10001).Select(_ => new JsonObject { ["op"] = "test", ["path"] = "" })]);

        Assert.Contains("10000", Assert.Throws<InvalidPatchException>(() => JsonPatch.Apply(new JsonObject(), patch)).Message, StringComparison.Ordinal);
    }

    private static void AssertRefused(string patch, PatchFailure failure, string message)
    {
        var invalid = Assert.Throws<InvalidPatchException>(
            () => JsonPatch.Apply(JsonNode.Parse("""{"a":[1]}"""), JsonNode.Parse(patch)!.AsArray()));

        Assert.Equal((failure, message), (invalid.Failure, invalid.Message));
    }
}
