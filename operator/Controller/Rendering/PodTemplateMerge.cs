using System.Text.Json.Nodes;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>
/// Lays a user's <c>podTemplate</c> over the one the operator makes, as a strategic merge patch does: objects are merged, lists with a
/// merge key are merged entry by entry, other lists and values are replaced, <c>null</c> removes, <c>$patch: delete</c> removes an
/// entry and <c>$patch: replace</c> replaces an object or list.
/// See https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/.
/// </summary>
internal static class PodTemplateMerge
{
    private const string PatchDirective = "$patch";

    /// <summary>
    /// Merge keys of the lists in a pod template, by the name of the field that holds the list (Kubernetes API reference,
    /// <c>x-kubernetes-patch-merge-key</c>). A list that is not named here is replaced as a whole.
    /// </summary>
    private static readonly Dictionary<string, string> MergeKeys = new(StringComparer.Ordinal)
    {
        ["containers"] = "name",
        ["initContainers"] = "name",
        ["volumes"] = "name",
        ["env"] = "name",
        ["ports"] = "containerPort",
        ["volumeMounts"] = "mountPath",
        ["volumeDevices"] = "devicePath",
        ["imagePullSecrets"] = "name",
        ["hostAliases"] = "ip",
        ["topologySpreadConstraints"] = "topologyKey",
        ["resourceClaims"] = "name",
        ["schedulingGates"] = "name",
    };

    /// <summary>Lists whose entries are replaced whole when their key matches: a volume has one source, so two must not be merged.</summary>
    private static readonly HashSet<string> WholeEntries = new(StringComparer.Ordinal) { "volumes" };

    /// <summary>Merges <paramref name="overlay"/> over <paramref name="template"/>; neither is changed.</summary>
    public static JsonObject Merge(JsonObject template, JsonObject overlay)
    {
        var result = (JsonObject)template.DeepClone();
        MergeObject(result, overlay);
        return result;
    }

    private static void MergeObject(JsonObject target, JsonObject patch)
    {
        if (Directive(patch) == "replace")
        {
            target.Clear();
        }

        foreach (var (name, value) in patch)
        {
            if (name == PatchDirective)
            {
                continue;
            }

            switch (value)
            {
                case null:
                    target.Remove(name);
                    break;
                case JsonObject child when Directive(child) == "delete":
                    target.Remove(name);
                    break;
                case JsonObject child when target[name] is JsonObject existing:
                    MergeObject(existing, child);
                    break;
                case JsonArray list when MergeKeys.TryGetValue(name, out var key) && list.All(entry => entry is JsonObject):
                    target[name] = MergeList(target[name] as JsonArray ?? [], list, key, WholeEntries.Contains(name));
                    break;
                case JsonObject child:
                    var fresh = new JsonObject();
                    MergeObject(fresh, child);
                    target[name] = fresh;
                    break;
                default:
                    target[name] = value.DeepClone();
                    break;
            }
        }
    }

    private static JsonArray MergeList(JsonArray target, JsonArray patch, string key, bool wholeEntries)
    {
        var entries = patch.Any(entry => entry is JsonObject o && Directive(o) == "replace" && !o.ContainsKey(key))
            ? []
            : target.Select(entry => entry!.DeepClone()).ToList();

        foreach (var change in patch.OfType<JsonObject>().Where(change => change.ContainsKey(key)))
        {
            var index = entries.FindIndex(entry => entry is JsonObject o && JsonNode.DeepEquals(o[key], change[key]));
            if (Directive(change) == "delete")
            {
                if (index >= 0)
                {
                    entries.RemoveAt(index);
                }
            }
            else if (index >= 0 && !wholeEntries)
            {
                MergeObject((JsonObject)entries[index], change);
            }
            else
            {
                var fresh = new JsonObject();
                MergeObject(fresh, change);
                if (index >= 0)
                {
                    entries[index] = fresh;
                }
                else
                {
                    entries.Add(fresh);
                }
            }
        }

        return new JsonArray([.. entries]);
    }

    private static string? Directive(JsonObject patch) => patch[PatchDirective]?.GetValue<string>();
}
