using System.Text.Json.Nodes;
using KafkaLogstash.Tests.Integration.Clusters;

namespace KafkaLogstash.Tests.Integration.Contract;

/// <summary>Events as the operator records them, and the lease by which its replicas choose their leader.</summary>
public sealed class EventAndLeaseTests(SharedCluster shared) : ClusterTest(shared)
{
    private const string EventTime = "2026-01-02T03:04:05.678901Z";

    private string Events => PathOf("events.k8s.io/v1", "events");

    private string Leases => PathOf("coordination.k8s.io/v1", "leases");

    [Fact]
    public async Task An_event_can_be_read_by_its_old_name()
    {
        Assert.Equal(201, (await Api.CreateAsync(Events, Event("e"))).Code);

        var old = (await Api.GetAsync(PathOf("v1", "events", "e"))).Body;

        Assert.Equal(("v1", "Event"), ((string?)old["apiVersion"], (string?)old["kind"]));
        Assert.Equal(("ConfigMap", "thing"), ((string?)old["involvedObject"]!["kind"], (string?)old["involvedObject"]!["name"]));
        Assert.Equal(("It happened.", "Happened", "Warning"), ((string?)old["message"], (string?)old["reason"], (string?)old["type"]));
        Assert.Equal(("example.com/tests", "one"), ((string?)old["reportingComponent"], (string?)old["reportingInstance"]));
        Assert.Equal(EventTime, (string?)old["eventTime"]);
    }

    [Fact]
    public async Task A_series_of_an_event_grows_by_a_patch()
    {
        await Api.CreateAsync(Events, Event("e"));

        var grown = (await Api.PatchAsync(
            $"{Events}/e", ApiSession.MergePatch, Parse($$$"""{"series":{"count":2,"lastObservedTime":"{{{EventTime}}}"}}"""))).Body;

        Assert.Equal(2, (int?)grown["series"]!["count"]);
        Assert.Equal(EventTime, (string?)grown["series"]!["lastObservedTime"]);
    }

    [Fact]
    public async Task Events_of_one_object_can_be_listed()
    {
        await Api.CreateAsync(Events, Event("e"));
        var other = Event("f");
        other["regarding"]!["name"] = "other";
        await Api.CreateAsync(Events, other);

        var list = (await Api.GetAsync($"{PathOf("v1", "events")}?fieldSelector=involvedObject.name%3Dthing%2CinvolvedObject.kind%3DConfigMap")).Body;

        Assert.Equal(["e"], list["items"]!.AsArray().Select(static item => (string?)item!["metadata"]!["name"]));
    }

    [Theory]
    [InlineData("reason", "reason: Required value")]
    [InlineData("action", "action: Required value")]
    [InlineData("eventTime", "eventTime: Required value")]
    [InlineData("type", "type: Invalid value: \"\"")]
    [InlineData("reportingController", "reportingController: Required value")]
    [InlineData("reportingInstance", "reportingInstance: Required value")]
    public async Task An_event_that_lacks_something_is_refused(string field, string expected)
    {
        var incomplete = Event("e");
        incomplete.Remove(field);

        var message = (await Api.CreateAsync(Events, incomplete)).Refused(422, "Invalid");

        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_note_that_is_too_long_is_refused()
    {
        var chatty = Event("e");
        chatty["note"] = new string('x', 1025);

        Assert.Contains("message: Invalid value", (await Api.CreateAsync(Events, chatty)).Refused(422, "Invalid"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_that_reach_for_a_lease_one_gets_it()
    {
        var free = (await Api.CreateAsync(Leases, Lease(null))).Body;
        var first = free.DeepClone();
        first["spec"]!["holderIdentity"] = "one";
        var second = free.DeepClone();
        second["spec"]!["holderIdentity"] = "two";

        Assert.Equal(200, (await Api.UpdateAsync($"{Leases}/l", first)).Code);
        (await Api.UpdateAsync($"{Leases}/l", second)).Refused(409, "Conflict");
        Assert.Equal("one", (string?)(await Api.GetAsync($"{Leases}/l")).Body["spec"]!["holderIdentity"]);
    }

    [Fact]
    public async Task A_lease_keeps_microseconds()
    {
        var lease = (await Api.CreateAsync(Leases, Lease("one"))).Body;

        Assert.Equal(EventTime, (string?)lease["spec"]!["renewTime"]);
        Assert.Equal(15, (int?)lease["spec"]!["leaseDurationSeconds"]);
    }

    [Fact]
    public async Task A_lease_lasts_some_time()
    {
        var lease = Lease("one");
        lease["spec"]!["leaseDurationSeconds"] = 0;

        Assert.Contains(
            "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0",
            (await Api.CreateAsync(Leases, lease)).Refused(422, "Invalid"),
            StringComparison.Ordinal);
    }

    private static JsonObject Lease(string? holder) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = "l" },
        ["spec"] = new JsonObject { ["holderIdentity"] = holder, ["leaseDurationSeconds"] = 15, ["renewTime"] = EventTime, ["leaseTransitions"] = 0 },
    };

    private JsonObject Event(string name) => Parse($$$"""
        {"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"{{{name}}}"},"eventTime":"{{{EventTime}}}",
         "reportingController":"example.com/tests","reportingInstance":"one","action":"Test","reason":"Happened","type":"Warning","note":"It happened.",
         "regarding":{"apiVersion":"v1","kind":"ConfigMap","namespace":"{{{Namespace}}}","name":"thing"}}
        """);
}
