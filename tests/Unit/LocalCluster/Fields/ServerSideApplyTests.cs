using System.Text.Json.Nodes;
using CsCheck;
using KafkaLogstash.LocalCluster.Fields;

namespace KafkaLogstash.Tests.Unit.LocalCluster.Fields;

public sealed class ServerSideApplyTests
{
    private static readonly FieldSchema Schema = RecordedCase.Load("custom-resource").Schema;
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Applying_the_same_again_changes_nothing() =>
        Gen.Select(Documents.Flows, Documents.Flows).Seeded().Sample((created, applied) =>
        {
            var once = Apply(Create(created), applied, "operator", Noon);
            var twice = Apply(once, applied, "operator", Noon.AddHours(1));

            return JsonNode.DeepEquals(once, twice);
        });

    [Fact]
    public void Applying_nothing_takes_away_what_was_applied_and_nothing_else() =>
        Gen.Select(Documents.Flows, Documents.Flows).Seeded().Sample((created, applied) =>
        {
            var live = Create(created);
            var without = Apply(Apply(live, applied, "operator", Noon), Documents.EmptyFlow(), "operator", Noon);

            AssertSame(live, without);
        });

    [Fact]
    public void What_another_manager_applies_survives() =>
        Gen.Select(Documents.Flows, Documents.Flows, Documents.Flows).Seeded().Sample((first, foreign, second) =>
        {
            var live = Apply(Apply(null, first, "operator", Noon), foreign, "other", Noon);
            var after = Apply(live, second, "operator", Noon);

            Assert.True(JsonNode.DeepEquals(FieldsOf(live, "other"), FieldsOf(after, "other")));

            // An apply may put the items of a merged list into another order, as a real API server does; none may come or go.
            AssertSame(Unordered(FieldOwners.Remove(after)), Unordered(FieldOwners.Remove(Apply(after, foreign, "other", Noon))));
        });

    [Fact]
    public void The_order_of_managers_does_not_matter_for_what_is_owned() =>
        Gen.Select(Documents.Flows, Documents.Flows).Seeded().Sample((first, second) =>
        {
            var oneWay = Apply(Apply(null, first, "a", Noon), second, "b", Noon);
            var otherWay = Apply(Apply(null, second, "b", Noon), first, "a", Noon);

            Assert.All(["a", "b"], manager => Assert.True(JsonNode.DeepEquals(FieldsOf(oneWay, manager), FieldsOf(otherWay, manager))));
        });

    [Fact]
    public void An_update_that_changes_nothing_leaves_the_object_as_it_was() =>
        Documents.Flows.Seeded().Sample(created =>
        {
            var live = Create(created);

            AssertSame(live, ManagedFields.TrackUpdate(live, FieldOwners.Remove(live), Updater("someone", Noon.AddHours(1))));
        });

    [Fact]
    public void A_forced_apply_takes_a_field_over_and_the_former_owner_then_conflicts()
    {
        var live = Apply(null, Sized(1), "first", Noon);
        var forced = ServerSideApply.Apply(live, Sized(2), Applier("second", Noon) with { Force = true });

        var conflict = Assert.Throws<ApplyConflictException>(() => Apply(forced, Sized(1), "first", Noon));

        Assert.Equal("""Apply failed with 1 conflict: conflict with "second": .spec.size""", conflict.Message);
    }

    [Fact]
    public void An_applied_object_may_not_carry_managed_fields()
    {
        var applied = Apply(null, Sized(1), "first", Noon);

        var invalid = Assert.Throws<InvalidFieldsException>(() => Apply(applied, applied, "first", Noon));

        Assert.Equal("metadata.managedFields must be nil", invalid.Message);
    }

    [Fact]
    public void Owners_that_cannot_be_read_count_as_none()
    {
        var live = Sized(1);
        live["metadata"]!["managedFields"] = new JsonArray(new JsonObject { ["manager"] = "x", ["fieldsV1"] = new JsonObject { ["z"] = 1 } });

        Assert.True(FieldOwners.Read(live).IsEmpty);
    }

    private static JsonObject Create(JsonObject value) => ManagedFields.TrackUpdate(null, value, Updater("creator", Noon));

    private static JsonObject Apply(JsonObject? live, JsonObject applied, string manager, DateTimeOffset now) =>
        ServerSideApply.Apply(live, applied, Applier(manager, now));

    private static ApplyContext Applier(string manager, DateTimeOffset now) => new(manager, "example.com/v1", null, Force: false, now, Schema);

    private static UpdateContext Updater(string manager, DateTimeOffset now) => new(manager, "example.com/v1", null, now, Schema);

    private static JsonObject Sized(int size)
    {
        var flow = Documents.EmptyFlow();
        flow["spec"] = new JsonObject { ["size"] = size };
        return flow;
    }

    private static JsonNode? FieldsOf(JsonObject value, string manager) =>
        (value["metadata"]?["managedFields"] as JsonArray)?.FirstOrDefault(entry => entry!["manager"]!.GetValue<string>() == manager)?["fieldsV1"];

    private static void AssertSame(JsonNode expected, JsonNode actual) =>
        Assert.True(JsonNode.DeepEquals(expected, actual), $"expected {expected.ToJsonString()}\nactual {actual.ToJsonString()}");

    /// <summary>The same tree with every list sorted by its items' text.</summary>
    private static JsonNode Unordered(JsonNode node) => node switch
    {
        JsonObject map => new JsonObject(map.Select(field => KeyValuePair.Create(field.Key, field.Value is null ? null : (JsonNode?)Unordered(field.Value)))),
        JsonArray list => new JsonArray([.. list.OfType<JsonNode>().Select(Unordered).OrderBy(item => item.ToJsonString(), StringComparer.Ordinal)]),
        _ => node.DeepClone(),
    };
}
