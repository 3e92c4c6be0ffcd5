using System.Text.Json.Nodes;
using KafkaLogstash.Controller.Observation;

namespace KafkaLogstash.Tests.Unit.Controller;

public sealed class NodeApiTests
{
    private const string Digest = "4f2a9c1b7d3e5a60";

    private static readonly DateTimeOffset At = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_digest_is_read_from_the_ids_of_the_kafka_plugins()
    {
        var observation = NodeApi.Read(Stats("""
            {"plugins": {"inputs": [{"id": "beats-4f2a9c1b7d3e5a61"}, {"id": "kafka-input-4f2a9c1b7d3e5a60"}], "codecs": [], "filters": [], "outputs": [{"id": "x"}]},
             "reloads": {"successes": 2, "failures": 1, "last_failure_timestamp": "2026-03-01T08:00:00.000Z", "last_error": {"message": "no such option\nbacktrace"}}}
            """), "main");

        Assert.Equal(new PipelineObservation.Present(Digest, "no such option", At), observation);
    }

    [Fact]
    public void A_pipeline_without_plugins_has_failed_to_register()
    {
        var observation = NodeApi.Read(Stats("""{"reloads": {"successes": 0, "failures": 3, "last_failure_timestamp": "2026-03-01T08:00:00.000Z", "last_error": {"message": "bad topics_pattern"}}}"""), "main");

        Assert.Equal(new PipelineObservation.Absent("bad topics_pattern", At), observation);
    }

    [Fact]
    public void An_answer_without_the_pipeline_says_that_it_is_absent() =>
        Assert.Equal(new PipelineObservation.Absent(null, null), NodeApi.Read(JsonNode.Parse("""{"pipelines": {}}"""), "main"));

    [Theory]
    [InlineData("kafka-input-" + Digest, Digest)]
    [InlineData("kafka-output-" + Digest, Digest)]
    [InlineData("input-" + Digest, null)]
    [InlineData("kafka-input-4F2A9C1B7D3E5A60", null)]
    [InlineData("kafka-input", null)]
    [InlineData(Digest, null)]
    [InlineData(null, null)]
    public void Only_the_generators_own_ids_carry_a_digest(string? id, string? expected) =>
        Assert.Equal(expected, PipelineDigest.FromPluginId(id));

    private static JsonNode? Stats(string pipeline) => JsonNode.Parse("{\"pipelines\": {\"main\": " + pipeline + "}}");
}
