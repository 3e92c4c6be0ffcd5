using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Tables;
using KafkaLogstash.LocalCluster.Fields;
using KafkaLogstash.LocalCluster.Schemas;

namespace KafkaLogstash.LocalCluster.ApiServer.Resources;

/// <summary>Makes served resources of CustomResourceDefinitions.</summary>
internal static class CustomResources
{
    public const string Definitions = "customresourcedefinitions.apiextensions.k8s.io";

    public const string CleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

    /// <summary>One resource type for each served version.</summary>
    public static IEnumerable<ResourceType> TypesOf(JsonObject definition)
    {
        var spec = definition["spec"]!.AsObject();
        var names = spec.Map("names");
        var group = spec.Text("group")!;
        var plural = names.Text("plural")!;
        foreach (var version in spec.Objects("versions").Where(version => version.Flag("served") == true))
        {
            var name = version.Text("name")!;
            var status = version.At("subresources", "status") is not null;
            var scale = ScaleOf(version);
            var apiVersion = $"{group}/{name}";
            yield return new ResourceType
            {
                Group = group,
                Version = name,
                Plural = plural,
                Singular = names.Text("singular") ?? names.Text("kind")!.ToLowerInvariant(),
                Kind = names.Text("kind")!,
                ListKind = names.Text("listKind") ?? names.Text("kind") + "List",
                Namespaced = spec.Text("scope") == "Namespaced",
                ShortNames = [.. names.Texts("shortNames")],
                Categories = [.. names.Texts("categories")],
                Subresources = [.. status ? [Subresource.Status] : Array.Empty<Subresource>(), .. scale is null ? [] : new[] { Subresource.Scale }],
                StorageKey = $"{plural}.{group}",
                Table = CustomColumns.Layout(version),
                Present = obj => obj.Text("apiVersion") == apiVersion ? obj : With(obj, apiVersion),
                Fields = FieldSchema.FromOpenApi(SourceOf(version)),
                Strategy = new Strategy
                {
                    Schema = SchemaOf(version),
                    TracksGeneration = true,
                    GenerationCountsAll = true,
                    IsolatesStatus = status,
                    AllowsUnconditionalUpdate = false,
                    Scale = scale,
                    SelectableFields = Selectable(version),
                },
            };
        }
    }

    /// <summary>Accepts a definition's names and serves it, as the API server's own controllers do right after it was created.</summary>
    public static void Establish(JsonObject definition, DateTimeOffset now)
    {
        definition.SetCondition("NamesAccepted", "True", "NoConflicts", "no conflicts found", now);
        definition.SetCondition("Established", "True", "InitialNamesAccepted", "the initial names have been accepted", now);
        var status = definition.Ensure("status");
        status["acceptedNames"] = definition.At("spec", "names")!.DeepClone();
        if (status["storedVersions"] is not JsonArray)
        {
            status["storedVersions"] = new JsonArray(StorageVersion(definition));
        }
        else if (StorageVersion(definition) is { } current && !status.Texts("storedVersions").Contains(current, StringComparer.Ordinal))
        {
            status["storedVersions"]!.AsArray().Add(current);
        }
    }

    private static string? StorageVersion(JsonObject definition) =>
        definition.Objects("spec", "versions").FirstOrDefault(version => version.Flag("storage") == true).Text("name");

    private static JsonObject With(JsonObject obj, string apiVersion)
    {
        var copy = obj.Copy();
        copy["apiVersion"] = apiVersion;
        return copy;
    }

    private static CustomResourceSchema SchemaOf(JsonObject version)
    {
        var source = SourceOf(version);
        var schema = StructuralSchema.Parse(source);
        return new(source, schema.UnknownFields, schema.Prune, schema.Default, schema.Validate);
    }

    private static JsonObject SourceOf(JsonObject version) => version.Map("schema", "openAPIV3Schema") ?? new JsonObject
    {
        ["type"] = "object",
        ["x-kubernetes-preserve-unknown-fields"] = true,
    };

    private static ScalePaths? ScaleOf(JsonObject version) => version.Map("subresources", "scale") is { } scale
        ? new(
            scale.Text("specReplicasPath")!.TrimStart('.'),
            scale.Text("statusReplicasPath")!.TrimStart('.'),
            scale.Text("labelSelectorPath")?.TrimStart('.'))
        : null;

    private static Dictionary<string, Func<JsonObject, string>> Selectable(JsonObject version) => version.Objects("selectableFields")
        .Select(field => field.Text("jsonPath")!.TrimStart('.'))
        .ToDictionary(path => path, path => (Func<JsonObject, string>)(obj => obj.At(path.Split('.')) switch
        {
            JsonValue value when value.TryGetValue<string>(out var text) => text,
            { } other => other.ToJsonString(),
            null => "",
        }));
}
