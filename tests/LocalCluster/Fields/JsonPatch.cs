using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>
/// JSON patches (RFC 6902), read as leniently as the API server does: <c>replace</c> also sets what an object does not have, and a missing
/// <c>value</c> is null.
/// </summary>
internal static class JsonPatch
{
    private const int MostOperations = 10000;

    /// <summary>The target after the patch; neither is changed.</summary>
    /// <exception cref="InvalidPatchException">
    /// The patch is malformed, or an operation does not fit the target; then nothing is applied.
    /// </exception>
    public static JsonNode? Apply(JsonNode? target, JsonArray patch)
    {
        if (patch.Count > MostOperations)
        {
            throw new InvalidPatchException(
                PatchFailure.Malformed,
                $"The allowed maximum operations in a JSON patch is {MostOperations}, got {patch.Count}");
        }

        return patch.Aggregate(target?.DeepClone(), Apply);
    }

    private static JsonNode? Apply(JsonNode? document, JsonNode? operation)
    {
        if (operation is not JsonObject fields)
        {
            throw new InvalidPatchException(PatchFailure.Malformed, "an operation of the JSON patch is no object");
        }

        var path = Pointer(fields, "path");
        return Text(fields, "op") switch
        {
            "add" => Add(document, path, fields["value"], "add"),
            "remove" => Remove(document, path, "remove"),
            "replace" => Replace(document, path, fields["value"]),
            "move" => Move(document, Pointer(fields, "from"), path),
            "copy" => Add(document, path, Require(document, Pointer(fields, "from"), "copy"), "copy"),
            "test" => Test(document, path, fields["value"]),
            var unknown => throw new InvalidPatchException(PatchFailure.Inapplicable, $"Unexpected kind: {unknown}"),
        };
    }

    private static JsonNode? Add(JsonNode? document, JsonPointer path, JsonNode? value, string operation)
    {
        if (path.Steps.Count == 0)
        {
            return value?.DeepClone();
        }

        return path.TryAdd(document, value?.DeepClone()) ? document : throw Missing(operation, path);
    }

    private static JsonNode? Remove(JsonNode? document, JsonPointer path, string operation)
    {
        if (path.Steps.Count == 0)
        {
            return null;
        }

        return path.TryRemove(document) ? document : throw Missing(operation, path);
    }

    private static JsonNode? Replace(JsonNode? document, JsonPointer path, JsonNode? value)
    {
        if (path.Steps.Count == 0)
        {
            return value?.DeepClone();
        }

        return path.TryReplace(document, value?.DeepClone()) ? document : throw Missing("replace", path);
    }

    private static JsonNode? Move(JsonNode? document, JsonPointer from, JsonPointer path)
    {
        if (path.IsBelow(from))
        {
            throw new InvalidPatchException(PatchFailure.Inapplicable, $"move operation moves {from.Text} into itself, to {path.Text}");
        }

        var value = Require(document, from, "move");
        return Add(Remove(document, from, "move"), path, value, "move");
    }

    private static JsonNode? Test(JsonNode? document, JsonPointer path, JsonNode? expected)
    {
        var found = path.Find(document);
        return JsonNode.DeepEquals(found.Node, expected) && (found.Exists || expected is null)
            ? document
            : throw new InvalidPatchException(PatchFailure.Inapplicable, $"testing value {path.Text} failed: test failed");
    }

    private static JsonNode? Require(JsonNode? document, JsonPointer from, string operation)
    {
        var value = from.Find(document);
        return value.Exists ? value.Node : throw Missing(operation, from);
    }

    private static JsonPointer Pointer(JsonObject operation, string name)
    {
        try
        {
            return JsonPointer.Parse(Text(operation, name));
        }
        catch (FormatException exception)
        {
            throw new InvalidPatchException(PatchFailure.Inapplicable, exception.Message);
        }
    }

    private static string Text(JsonObject operation, string name) =>
        operation[name] is JsonValue value && value.TryGetValue<string>(out var text)
            ? text
            : throw new InvalidPatchException(PatchFailure.Inapplicable, $"an operation of the JSON patch has no \"{name}\"");

    private static InvalidPatchException Missing(string operation, JsonPointer path) => new(
        PatchFailure.Inapplicable,
        $"{operation} operation does not apply: doc is missing path: {path.Text}: missing value");
}
