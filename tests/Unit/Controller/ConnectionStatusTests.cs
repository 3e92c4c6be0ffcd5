using System.Collections.Immutable;
using KafkaLogstash.Controller.Status;
using KafkaLogstash.Tests.Unit.Api;

namespace KafkaLogstash.Tests.Unit.Controller;

public sealed class ConnectionStatusTests
{
    [Theory]
    [InlineData("""{"topics": ["a", "b", "c"]}""", null, "a, b, c")]
    [InlineData("""{"topics": ["a", "b", "c", "d", "e"]}""", null, "a, b, c and 2 more")]
    [InlineData("""{"topicsPattern": "shop-.*"}""", """{"topicId": "all"}""", "/shop-.*/ → all")]
    [InlineData(null, """{"topicId": "orders-%{[region]}"}""", "→ orders-%{[region]}")]
    public void What_flows_where_is_one_text(string? input, string? output, string flow)
    {
        var connection = Manifest.Resource(("spec.input", input), ("spec.output", output));
        var outcome = new ReconcileOutcome { Accepted = new Verdict(true, "Accepted", ""), ReferencesResolved = new Verdict(true, "Resolved", "") };

        var status = ConnectionStatusBuilder.Build(connection, outcome, LogstashHealth.Judge(null, [], ImmutableDictionary<string, KafkaLogstash.Controller.Observation.PipelineObservation>.Empty, null), null, null, null, DateTimeOffset.UnixEpoch);

        Assert.Equal(flow, status.Flow);
    }
}
