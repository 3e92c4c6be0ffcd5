using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.Fields;

namespace KafkaLogstash.Tests.Unit.LocalCluster.Fields;

public sealed class RecordedCaseTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static TheoryData<string> Cases() => [.. RecordedCase.Names()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Ownership_and_patches_are_those_of_the_real_API_server(string name)
    {
        var recorded = RecordedCase.Load(name);
        JsonObject? live = null;
        for (var index = 0; index < recorded.Steps.Count; index++)
        {
            var step = recorded.Steps[index];
            var place = $"{name}, step {index}: {step.Verb} by {step.Manager}";
            if (step.Result is { } result)
            {
                Succeeds(place, recorded, step, live, result);
                live = result;
            }
            else
            {
                Fails(place, recorded, step, live!);
            }
        }
    }

    private static void Succeeds(string place, RecordedCase recorded, RecordedStep step, JsonObject? live, JsonObject expected)
    {
        var stored = FieldOwners.Remove(expected);
        var updated = Write(recorded, step, live, stored);
        Equal(place, expected["metadata"]!["managedFields"], updated["metadata"]!["managedFields"]);
        Contains(place, stored, FieldOwners.Remove(updated));
    }

    private static JsonObject Write(RecordedCase recorded, RecordedStep step, JsonObject? live, JsonObject stored)
    {
        if (step.Verb == "apply")
        {
            return ServerSideApply.Apply(live, step.Body.AsObject(), ApplyContext(recorded, step));
        }

        var context = new UpdateContext(step.Manager, recorded.ApiVersion, step.Subresource, step.Time, recorded.Schema);
        var sent = stored.DeepClone().AsObject();
        Assert.All(step.AssignedAfterTracking, path => Assert.True(JsonPointer.Parse(path).TryRemove(sent)));
        if (step.Verb is "merge" or "json" or "strategic")
        {
            Contains($"{recorded.Name}, {step.Verb}", stored, FieldOwners.Remove(Patch(recorded, step, live!)));
        }
        else if (step.Body["metadata"]?["managedFields"] is { } managedFields)
        {
            sent["metadata"]!["managedFields"] = managedFields.DeepClone();
        }

        return ManagedFields.TrackUpdate(live, sent, context);
    }

    private static void Fails(string place, RecordedCase recorded, RecordedStep step, JsonObject live)
    {
        if (step.Verb == "json")
        {
            var invalid = Assert.Throws<InvalidPatchException>(() => Patch(recorded, step, live));
            Assert.Equal(PatchFailure.Inapplicable, invalid.Failure);
            return;
        }

        var exception = Record.Exception(() => ServerSideApply.Apply(live, step.Body.AsObject(), ApplyContext(recorded, step)));
        if (exception is ApplyConflictException conflict)
        {
            Assert.Equal(step.Message, conflict.Message);
            var causes = conflict.Conflicts.Select(one => new JsonObject
            {
                ["reason"] = "FieldManagerConflict",
                ["message"] = one.Message,
                ["field"] = one.Field,
            });
            Equal(place, Sorted(step.Causes!), Sorted([.. causes]));
        }
        else
        {
            Assert.EndsWith(Assert.IsType<InvalidFieldsException>(exception).Message, step.Message, StringComparison.Ordinal);
        }
    }

    private static JsonObject Patch(RecordedCase recorded, RecordedStep step, JsonObject live) => (JsonObject)(step.Verb switch
    {
        "merge" => JsonMergePatch.Apply(live, step.Body),
        "json" => JsonPatch.Apply(live, step.Body.AsArray()),
        _ => StrategicMergePatch.Apply(live, step.Body.AsObject(), recorded.Schema),
    })!;

    private static ApplyContext ApplyContext(RecordedCase recorded, RecordedStep step) =>
        new(step.Manager, recorded.ApiVersion, step.Subresource, step.Force, step.Time, recorded.Schema);

    // The server names the conflicting managers in any order.
    private static JsonArray Sorted(JsonArray causes) =>
        [.. causes.Select(cause => cause!.DeepClone()).OrderBy(cause => cause["field"]!.ToString() + cause["message"])];

    private static void Equal(string place, JsonNode? expected, JsonNode? actual)
    {
        if (!JsonNode.DeepEquals(expected, actual))
        {
            Assert.Fail($"{place}\nexpected {expected?.ToJsonString(Indented)}\nactual {actual?.ToJsonString(Indented)}");
        }
    }

    // The server fills in defaults, so the stored object has more than the patched one, but nothing else.
    private static void Contains(string place, JsonNode? stored, JsonNode? written)
    {
        switch (stored, written)
        {
            case (JsonObject all, JsonObject fields):
                foreach (var (name, value) in fields.Where(field => all.ContainsKey(field.Key) || !FieldValue.Of(field.Value).IsEmpty))
                {
                    Assert.True(all.ContainsKey(name), $"{place}: the API server stored no '{name}' in {all.ToJsonString()}");
                    Contains($"{place}/{name}", all[name], value);
                }

                break;
            case (JsonArray all, JsonArray items):
                Assert.True(all.Count == items.Count, $"{place}: {all.ToJsonString()} was stored, not {items.ToJsonString()}");
                foreach (var (one, other) in all.Zip(items))
                {
                    Contains(place, one, other);
                }

                break;
            case (_, null):
                break;
            default:
                Assert.True(JsonNode.DeepEquals(stored, written), $"{place}: {stored?.ToJsonString()} was stored, not {written?.ToJsonString()}");
                break;
        }
    }
}
