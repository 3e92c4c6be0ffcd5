using System.Text.Json.Nodes;
using CsCheck;
using KafkaLogstash.LocalCluster.Fields;

namespace KafkaLogstash.Tests.Unit.LocalCluster.Fields;

public sealed class JsonMergePatchTests
{
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", "{}")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [InlineData("""{"a":"b"}""", """["c"]""", """["c"]""")]
    [InlineData("""{"a":"foo"}""", "null", "null")]
    [InlineData("""{"a":"foo"}""", "\"bar\"", "\"bar\"")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("[1,2]", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [InlineData("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void The_examples_of_RFC_7396_hold(string target, string patch, string expected)
    {
        var patched = JsonMergePatch.Apply(JsonNode.Parse(target), JsonNode.Parse(patch));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), patched), patched?.ToJsonString());
    }

    [Fact]
    public void Patching_twice_is_patching_once_and_leaves_the_target_alone() =>
        Gen.Select(Documents.Objects, Documents.Objects).Seeded().Sample((target, patch) =>
        {
            var before = target.ToJsonString();
            var once = JsonMergePatch.Apply(target, patch);

            return JsonNode.DeepEquals(once, JsonMergePatch.Apply(once, patch)) && target.ToJsonString() == before;
        });

    [Fact]
    public void An_empty_patch_changes_nothing() =>
        Documents.Objects.Seeded().Sample(target => JsonNode.DeepEquals(target, JsonMergePatch.Apply(target, new JsonObject())));
}
