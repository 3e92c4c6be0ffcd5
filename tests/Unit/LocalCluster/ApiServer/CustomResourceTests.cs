namespace KafkaLogstash.Tests.Unit.LocalCluster.ApiServer;

public sealed class CustomResourceTests : ServerFixture
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string Widgets = "/apis/example.com/v1/namespaces/default/widgets";

    private const string Definition = """
        {"metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"widgets","kind":"Widget","shortNames":["wd"]},
        "versions":[{"name":"v1","served":true,"storage":true,
        "subresources":{"status":{},"scale":{"specReplicasPath":".spec.replicas","statusReplicasPath":".status.replicas","labelSelectorPath":".status.selector"}},
        "additionalPrinterColumns":[{"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status"},
        {"name":"Names","type":"string","jsonPath":".spec.names[*]","priority":1}],
        "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","required":["size"],"properties":{
        "size":{"type":"integer","minimum":1},"replicas":{"type":"integer","default":1},"names":{"type":"array","items":{"type":"string"}}}},
        "status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}]}}
        """;

    [Fact]
    public async Task A_definition_is_served_as_soon_as_it_is_created()
    {
        var (_, created, _) = await SendAsync("POST", Definitions, Definition);
        var (_, stored, _) = await SendAsync("GET", $"{Definitions}/widgets.example.com");
        Assert.Equal("widget", created["spec"]!["names"]!["singular"]!.GetValue<string>());
        Assert.Equal(
            ["NamesAccepted=True", "Established=True"],
            stored["status"]!["conditions"]!.AsArray().Select(condition => $"{condition!["type"]}={condition["status"]}"));
        var (code, list, _) = await SendAsync("GET", Widgets);
        Assert.Equal((200, "WidgetList"), (code, list["kind"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Objects_are_pruned_defaulted_and_validated()
    {
        await SendAsync("POST", Definitions, Definition);
        var (_, made, _) = await SendAsync("POST", Widgets, """{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"size":3,"colour":"red"}}""");
        Assert.Equal("""{"size":3,"replicas":1}""", made["spec"]!.ToJsonString());
        var (code, status, _) = await SendAsync("POST", Widgets, """{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"v"},"spec":{"size":0}}""");
        Assert.Equal(422, code);
        Assert.Equal(
            "Widget.example.com \"v\" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1",
            status["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task Status_and_scale_are_written_apart()
    {
        await SendAsync("POST", Definitions, Definition);
        await SendAsync("POST", Widgets, """{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"size":3},"status":{"replicas":9}}""");
        await SendAsync("PATCH", $"{Widgets}/w/status", """{"spec":{"size":4},"status":{"replicas":2,"selector":"a=b"}}""", "application/merge-patch+json");
        await SendAsync("PATCH", $"{Widgets}/w/scale", """{"spec":{"replicas":5}}""", "application/merge-patch+json");
        var (_, widget, _) = await SendAsync("GET", $"{Widgets}/w");
        Assert.Equal("""{"size":3,"replicas":5}""", widget["spec"]!.ToJsonString());
        Assert.Equal(2, widget["metadata"]!["generation"]!.GetValue<int>());
        var (_, scale, _) = await SendAsync("GET", $"{Widgets}/w/scale");
        Assert.Equal("""{"replicas":2,"selector":"a=b"}""", scale["status"]!.ToJsonString());
    }

    [Fact]
    public async Task Printer_columns_follow_their_paths()
    {
        await SendAsync("POST", Definitions, Definition);
        await SendAsync("POST", Widgets, """{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"size":3,"names":["a","b"]}}""");
        await SendAsync(
            "PATCH", $"{Widgets}/w/status", """{"status":{"conditions":[{"type":"Other","status":"False"},{"type":"Ready","status":"True"}]}}""", "application/merge-patch+json");
        var (_, table, _) = await SendAsync("GET", Widgets, accept: "application/json;as=Table;v=v1;g=meta.k8s.io");
        Assert.Equal("""["w","True","a,b"]""", table["rows"]![0]!["cells"]!.ToJsonString());
    }

    [Fact]
    public async Task A_definition_that_is_not_structural_is_refused()
    {
        var (code, status, _) = await SendAsync(
            "POST", Definitions, Definition.Replace("\"type\":\"integer\",\"minimum\":1", "\"minimum\":1", StringComparison.Ordinal));
        Assert.Equal(422, code);
        Assert.Contains("spec.size", status["message"]!.GetValue<string>().Replace("].properties[", ".", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deleting_a_definition_deletes_its_objects()
    {
        await SendAsync("POST", Definitions, Definition);
        await SendAsync("POST", Widgets, """{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w","finalizers":["example.com/keep"]},"spec":{"size":3}}""");
        await SendAsync("DELETE", $"{Definitions}/widgets.example.com");
        var (_, widget, _) = await SendAsync("GET", $"{Widgets}/w");
        Assert.NotNull(widget["metadata"]!["deletionTimestamp"]);
        await SendAsync("PATCH", $"{Widgets}/w", """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");
        Assert.Equal(404, (await SendAsync("GET", $"{Definitions}/widgets.example.com")).Code);
        Assert.Equal(404, (await SendAsync("GET", Widgets)).Code);
    }

    [Fact]
    public async Task An_update_must_name_the_resource_version()
    {
        await SendAsync("POST", Definitions, Definition);
        await SendAsync("POST", Widgets, """{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"size":3}}""");
        var (code, status, _) = await SendAsync("PUT", $"{Widgets}/w", """{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"size":4}}""");
        Assert.Equal(422, code);
        Assert.Contains("metadata.resourceVersion: Invalid value: 0: must be specified for an update", status["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }
}
