using System.Text.Json.Nodes;
using CsCheck;

namespace KafkaLogstash.Tests.Unit.LocalCluster.Fields;

/// <summary>Generates JSON documents.</summary>
internal static class Documents
{
    private static readonly Gen<string> Names = Gen.Char['a', 'd'].Select(letter => letter.ToString());

    /// <summary>Objects, up to three deep, whose names collide often.</summary>
    public static Gen<JsonObject> Objects { get; } = ObjectsOf(depth: 3);

    /// <summary>
    /// Objects of the kind <c>Flow</c> of the recorded custom resource. Each field has one possible value, so any two of them
    /// can be applied to one object without a conflict.
    /// </summary>
    public static Gen<JsonObject> Flows { get; } = Gen.Select(
        Names.HashSet[0, 3], Names.HashSet[0, 3], Names.HashSet[0, 3], Gen.Bool, Gen.Bool, Flow);

    /// <summary>A Flow with nothing in it.</summary>
    public static JsonObject EmptyFlow() => new()
    {
        ["apiVersion"] = "example.com/v1",
        ["kind"] = "Flow",
        ["metadata"] = new JsonObject { ["name"] = "orders", ["namespace"] = "default" },
    };

    private static JsonObject Flow(HashSet<string> tags, HashSet<string> steps, HashSet<string> options, bool hasSize, bool hasReference)
    {
        var spec = new JsonObject();
        if (tags.Count > 0)
        {
            spec["tags"] = new JsonArray([.. tags.Order().Select(tag => JsonValue.Create(tag))]);
        }

        if (steps.Count > 0)
        {
            spec["steps"] = new JsonArray([.. steps.Order().Select(step => new JsonObject { ["name"] = step, ["mode"] = "slow", ["port"] = 80 })]);
        }

        if (options.Count > 0)
        {
            spec["options"] = new JsonObject(options.Order().Select(option => KeyValuePair.Create(option, (JsonNode?)$"value of {option}")));
        }

        if (hasSize)
        {
            spec["size"] = 4;
        }

        if (hasReference)
        {
            spec["ref"] = new JsonObject { ["name"] = "r", ["key"] = "k" };
        }

        var flow = EmptyFlow();
        if (spec.Count > 0)
        {
            flow["spec"] = spec;
        }

        return flow;
    }

    private static Gen<JsonObject> ObjectsOf(int depth) =>
        Gen.Dictionary(Names, Values(depth))[0, 4].Select(fields => new JsonObject(
            fields.Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone()))));

    private static Gen<JsonNode?> Values(int depth)
    {
        var scalars = Gen.OneOf<JsonNode?>(
            Gen.Const((JsonNode?)null),
            Gen.Int[0, 9].Select(number => (JsonNode?)JsonValue.Create(number)),
            Names.Select(text => (JsonNode?)JsonValue.Create(text)));
        return depth == 0 ? scalars : Gen.OneOf(scalars, ObjectsOf(depth - 1).Select(fields => (JsonNode?)fields));
    }
}
