using System.Text.Json.Nodes;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Contract;

/// <summary>What a definition of a custom resource makes of the objects that are sent.</summary>
public sealed class DefinitionTests(SharedCluster shared, SampleResource resource) : SampleTest(shared, resource)
{
    [Fact]
    public async Task A_definition_is_established_with_names_and_stored_version()
    {
        var definition = (await Api.GetAsync($"{SampleResource.Definitions}/{Resource.FullName}")).Body;

        Assert.True(SampleResource.IsTrue(definition, "NamesAccepted"));
        Assert.True(SampleResource.IsTrue(definition, "Established"));
        Assert.Equal("SampleList", (string?)definition["status"]!["acceptedNames"]!["listKind"]);
        Assert.Equal("""["v1"]""", definition["status"]!["storedVersions"]!.ToJsonString());
    }

    [Fact]
    public async Task A_defined_resource_is_discovered_with_its_subresources()
    {
        var resources = await Eventually.AsksAsync(() => Api.GetAsync($"/apis/{Resource.GroupVersion}"), static answer => answer.Code == 200);

        var byName = resources.Body["resources"]!.AsArray().ToDictionary(static item => (string)item!["name"]!);
        Assert.Equal(["samples", "samples/scale", "samples/status"], byName.Keys.Order());
        Assert.Equal("Sample", (string?)byName["samples"]!["kind"]);
        Assert.Equal("Scale", (string?)byName["samples/scale"]!["kind"]);
        Assert.Contains("watch", byName["samples"]!["verbs"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_definition_can_be_applied_again_and_changed()
    {
        var path = $"{SampleResource.Definitions}/{Resource.FullName}";
        var first = (await Api.ApplyAsync(path, "tests", Resource.Definition(), force: true)).Body;
        var second = (await Api.ApplyAsync(path, "tests", Resource.Definition(), force: true)).Body;

        Assert.Equal((string?)first["metadata"]!["resourceVersion"], (string?)second["metadata"]!["resourceVersion"]);
    }

    [Theory]
    [InlineData("""{"size":{"minimum":1}}""", "type: Required value: must not be empty for specified object fields")]
    [InlineData("""{"size":{"type":"integer","default":"many"}}""", "default: Invalid value")]
    [InlineData("""{"size":{"type":"string","x-kubernetes-validations":[{"rule":"self.size() >"}]}}""", "compilation failed")]
    [InlineData(
        """{"size":{"type":"array","items":{"type":"array","items":{"type":"string","x-kubernetes-validations":[{"rule":"self.matches('a.*b')"}]}}}}""",
        "exceeds budget by factor of")]
    public async Task A_schema_that_is_not_sound_is_refused(string properties, string expected)
    {
        var definition = Parse(Resource.Definition().ToJsonString().Replace(Resource.Group, $"bad{Resource.Group}", StringComparison.Ordinal));
        definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["spec"] =
            new JsonObject { ["type"] = "object", ["properties"] = JsonNode.Parse(properties) };

        var message = (await Api.CreateAsync(SampleResource.Definitions, definition)).Refused(422, "Invalid");

        Assert.StartsWith($"CustomResourceDefinition.apiextensions.k8s.io \"samples.bad{Resource.Group}\" is invalid: ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Defaults_are_filled_in_and_written_down()
    {
        var created = (await Api.CreateAsync(Samples, Sample("a", """{"size":3,"colour":null,"parts":[{"name":"x"}]}"""))).Body;

        Assert.Equal("""{"colour":"red","parts":[{"name":"x","note":"none"}],"replicas":1,"size":3}""", Sorted(created["spec"]!));
    }

    [Fact]
    public async Task Unknown_fields_are_pruned_except_where_they_are_kept()
    {
        var created = (await Api.CreateAsync(Samples, Sample("a", """{"size":3,"odd":1,"free":{"odd":{"deep":[1]}},"parts":[{"name":"x","odd":1}]}"""))).Body;

        Assert.Equal(
            """{"colour":"red","free":{"odd":{"deep":[1]}},"parts":[{"name":"x","note":"none"}],"replicas":1,"size":3}""", Sorted(created["spec"]!));
    }

    [Fact]
    public async Task Unknown_fields_are_refused_where_the_request_says_so()
    {
        var message = (await Api.CreateAsync($"{Samples}?fieldValidation=Strict", Sample("a", """{"size":3,"odd":1}"""))).Refused(400, "BadRequest");

        Assert.Contains("strict decoding error: unknown field \"spec.odd\"", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_fields_are_warned_of_where_the_request_says_so()
    {
        var answer = await Api.CreateAsync($"{Samples}?fieldValidation=Warn", Sample("a", """{"size":3,"odd":1}"""));

        Assert.Equal(201, answer.Code);
        Assert.Equal(["299 - \"unknown field \\\"spec.odd\\\"\""], answer.Warnings);
    }

    [Theory]
    [InlineData("""{}""", "spec.size: Required value")]
    [InlineData("""{"size":0}""", "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1")]
    [InlineData("""{"size":11}""", "spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10")]
    [InlineData("""{"size":"3"}""", "spec.size: Invalid value: \"string\": spec.size in body must be of type integer: \"string\"")]
    [InlineData("""{"size":3,"colour":"blue"}""", "spec.colour: Unsupported value: \"blue\": supported values: \"red\", \"green\"")]
    [InlineData("""{"size":3,"title":"ABC"}""", "spec.title: Invalid value: \"ABC\": spec.title in body should match '^[a-z]*$'")]
    [InlineData("""{"size":3,"title":"abcdefghi"}""", "spec.title: Too long: may not be more than 8 bytes")]
    [InlineData("""{"size":3,"tags":["a","b","c","d","e"]}""", "spec.tags: Too many: 5: must have at most 4 items")]
    [InlineData("""{"size":3,"tags":["a","a"]}""", "spec.tags[1]: Duplicate value: \"a\"")]
    [InlineData("""{"size":3,"parts":[{"name":"a"},{"name":"a"}]}""", "spec.parts[1]: Duplicate value: {\"name\":\"a\"}")]
    [InlineData("""{"size":3,"parts":[{}]}""", "spec.parts[0].name: Required value")]
    [InlineData("""{"size":3,"limit":true}""", "spec.limit: Invalid value: \"boolean\": spec.limit in body must be of type integer,string: \"boolean\"")]
    [InlineData("""{"size":2,"colour":"green"}""", "green samples have a size of 3 at least")]
    public async Task A_value_against_the_schema_is_refused_and_named(string spec, string expected)
    {
        var message = (await Api.CreateAsync(Samples, Sample("a", spec))).Refused(422, "Invalid");

        Assert.StartsWith($"Sample.{Resource.Group} \"a\" is invalid: ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once()
    {
        var message = (await Api.CreateAsync(Samples, Sample("a", """{"size":0,"colour":"blue"}"""))).Refused(422, "Invalid");

        Assert.Contains("spec.size: Invalid value", message, StringComparison.Ordinal);
        Assert.Contains("spec.colour: Unsupported value", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_compare_with_what_was_before()
    {
        await Api.CreateAsync(Samples, Sample("a", """{"size":3,"fixed":"one"}"""));

        var changed = (await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"spec":{"fixed":"two"}}"""))).Refused(422, "Invalid");
        var removed = (await Api.PatchAsync($"{Samples}/a", ApiSession.MergePatch, Parse("""{"spec":{"fixed":null}}"""))).Refused(422, "Invalid");

        Assert.Contains("spec.fixed: Invalid value: \"two\": fixed can't be changed", message(changed), StringComparison.Ordinal);
        Assert.Contains("fixed can't be removed", message(removed), StringComparison.Ordinal);

        // Which of its types the server names the value by differs between its versions.
        static string message(string text) => text.Replace("\"string\": fixed", "\"two\": fixed", StringComparison.Ordinal);
    }

    private static string Sorted(JsonNode node) =>
        new JsonObject(node.AsObject().OrderBy(static pair => pair.Key, StringComparer.Ordinal)
            .Select(static pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))).ToJsonString();
}
