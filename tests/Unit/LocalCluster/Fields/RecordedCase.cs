using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.Fields;

namespace KafkaLogstash.Tests.Unit.LocalCluster.Fields;

/// <summary>
/// A series of requests on one object with what kube-apiserver 1.36 made of them (Cases/*.json). Left out of the recording are
/// uid, resource version, generation and creation time; times are the step's number in seconds.
/// </summary>
internal sealed record RecordedCase(string Name, FieldSchema Schema, string ApiVersion, IReadOnlyList<RecordedStep> Steps)
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static IEnumerable<string> Names() => Directory.EnumerateFiles(Folder(), "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Order();

    public static RecordedCase Load(string name)
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder(), name + ".json")))!;
        var (group, version, kind) = (Text("group"), Text("version"), Text("kind"));
        var schema = json["schema"] is JsonObject crdSchema
            ? FieldSchema.FromOpenApi(crdSchema)
            : BuiltInFieldSchemas.For(group, version, kind);
        var steps = json["steps"]!.AsArray().Select((step, index) => RecordedStep.Read(step!, Start.AddSeconds(index)));
        return new RecordedCase(name, schema, group.Length == 0 ? version : $"{group}/{version}", [.. steps]);

        string Text(string field) => json[field]!.GetValue<string>();
    }

    private static string Folder([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "Cases");
}

/// <summary>
/// One request and its outcome. The verb is apply, create, update, or the kind of a patch: merge, strategic, json. What admission and
/// storage set after the owners were worked out is listed as JSON pointers; nobody owns it. The result is null when the request failed.
/// </summary>
internal sealed record RecordedStep(
    string Verb, string Manager, string? Subresource, bool Force, DateTimeOffset Time, JsonNode Body, IReadOnlyList<string> AssignedAfterTracking, JsonObject? Result,
    string? Message, JsonArray? Causes)
{
    public static RecordedStep Read(JsonNode step, DateTimeOffset time) => new(
        step["verb"]!.GetValue<string>(),
        step["manager"]!.GetValue<string>(),
        step["subresource"]?.GetValue<string>(),
        step["force"]?.GetValue<bool>() == true,
        time,
        step["body"]!,
        [.. (step["assignedAfterTracking"] as JsonArray ?? []).Select(path => path!.GetValue<string>())],
        step["result"] as JsonObject,
        step["message"]?.GetValue<string>(),
        step["causes"] as JsonArray);
}
