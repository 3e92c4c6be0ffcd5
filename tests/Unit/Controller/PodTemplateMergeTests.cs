using System.Text.Json.Nodes;
using KafkaLogstash.Controller.Rendering;

namespace KafkaLogstash.Tests.Unit.Controller;

public sealed class PodTemplateMergeTests
{
    private const string Ours = """
        {"metadata": {"labels": {"app": "x"}},
         "spec": {"containers": [{"name": "logstash", "image": "a", "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                                  "volumeMounts": [{"name": "data", "mountPath": "/data"}]}],
                  "volumes": [{"name": "data", "emptyDir": {}}], "securityContext": {"runAsNonRoot": true}}}
        """;

    [Theory]
    [InlineData("""{"spec": {"containers": [{"name": "logstash", "image": "b"}]}}""", "$.spec.containers[0].image", "b")]
    [InlineData("""{"spec": {"containers": [{"name": "logstash", "env": [{"name": "B", "value": "3"}]}]}}""", "$.spec.containers[0].env", """[{"name":"A","value":"1"},{"name":"B","value":"3"}]""")]
    [InlineData("""{"spec": {"containers": [{"name": "logstash", "env": [{"name": "A", "$patch": "delete"}]}]}}""", "$.spec.containers[0].env", """[{"name":"B","value":"2"}]""")]
    [InlineData("""{"spec": {"containers": [{"name": "logstash", "env": [{"$patch": "replace"}, {"name": "C", "value": "4"}]}]}}""", "$.spec.containers[0].env", """[{"name":"C","value":"4"}]""")]
    [InlineData("""{"spec": {"containers": [{"name": "sidecar", "image": "s"}]}}""", "$.spec.containers[1]", """{"name":"sidecar","image":"s"}""")]
    [InlineData("""{"spec": {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "c"}}]}}""", "$.spec.volumes", """[{"name":"data","persistentVolumeClaim":{"claimName":"c"}}]""")]
    [InlineData("""{"metadata": {"labels": {"team": "y"}}}""", "$.metadata.labels", """{"app":"x","team":"y"}""")]
    [InlineData("""{"spec": {"securityContext": {"runAsNonRoot": null, "fsGroup": 7}}}""", "$.spec.securityContext", """{"fsGroup":7}""")]
    [InlineData("""{"spec": {"securityContext": {"$patch": "replace", "fsGroup": 7}}}""", "$.spec.securityContext", """{"fsGroup":7}""")]
    [InlineData("""{"spec": {"securityContext": {"$patch": "delete"}}}""", "$.spec.securityContext", "null")]
    [InlineData("""{"spec": {"tolerations": [{"key": "k"}]}}""", "$.spec.tolerations", """[{"key":"k"}]""")]
    public void The_overlay_wins_where_it_speaks_and_only_there(string overlay, string path, string expected)
    {
        var merged = PodTemplateMerge.Merge(Parse(Ours), Parse(overlay));

        var actual = At(merged, path);
        Assert.Equal(expected, actual is JsonValue value ? value.ToString() : actual?.ToJsonString() ?? "null");
    }

    [Fact]
    public void Nothing_laid_over_changes_nothing_and_neither_side_is_touched()
    {
        var ours = Parse(Ours);
        var overlay = Parse("""{"spec": {"containers": [{"name": "logstash", "image": "b"}]}}""");

        Assert.True(JsonNode.DeepEquals(ours, PodTemplateMerge.Merge(ours, [])));
        PodTemplateMerge.Merge(ours, overlay);

        Assert.True(JsonNode.DeepEquals(Parse(Ours), ours));
    }

    private static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;

    private static JsonNode? At(JsonNode? node, string path)
    {
        foreach (var part in path.Split(['.', '[', ']'], StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            node = int.TryParse(part, out var index) ? node![index] : node![part];
        }

        return node;
    }
}
