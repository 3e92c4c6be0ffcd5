using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.Schemas;

namespace KafkaLogstash.LocalCluster.ApiServer.Resources;

/// <summary>Rules for the metadata of every object.</summary>
internal static class Metadata
{
    private const int MaxAnnotationBytes = 256 * 1024;

    public static IEnumerable<FieldError> Validate(ResourceType type, JsonObject obj)
    {
        if (obj.Name() is not { } name)
        {
            yield return FieldErrors.Required("metadata.name", "name or generateName is required");
        }
        else if (type.Strategy.ValidateName(name) is { } wrong)
        {
            yield return FieldErrors.Invalid("metadata.name", name, wrong);
        }

        foreach (var error in Labels(obj.Map("metadata", "labels"), "metadata.labels"))
        {
            yield return error;
        }

        var bytes = 0;
        foreach (var (key, value) in obj.Entries("metadata", "annotations"))
        {
            bytes += key.Length + value.Length;
            if (Names.QualifiedName(key.ToLowerInvariant()) is { } bad)
            {
                yield return FieldErrors.Invalid("metadata.annotations", key, bad);
            }
        }

        if (bytes > MaxAnnotationBytes)
        {
            yield return FieldErrors.TooLong("metadata.annotations", MaxAnnotationBytes);
        }

        foreach (var owner in obj.Objects("metadata", "ownerReferences"))
        {
            foreach (var field in (string[])["apiVersion", "kind", "name", "uid"])
            {
                if (string.IsNullOrEmpty(owner.Text(field)))
                {
                    yield return FieldErrors.Invalid($"metadata.ownerReferences.{field}", "", field == "apiVersion" ? "version must not be empty" : "must not be empty");
                }
            }
        }

        if (obj.Objects("metadata", "ownerReferences").Count(owner => owner.Flag("controller") == true) > 1)
        {
            yield return FieldErrors.Invalid(
                "metadata.ownerReferences",
                obj.At("metadata", "ownerReferences"),
                "Only one reference can have Controller set to true.");
        }

        foreach (var finalizer in obj.Finalizers())
        {
            if (Names.QualifiedName(finalizer) is { } bad)
            {
                yield return FieldErrors.Invalid("metadata.finalizers", finalizer, bad);
            }
        }
    }

    public static IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject live)
    {
        if (live.IsTerminating())
        {
            var added = obj.Finalizers().Except(live.Finalizers(), StringComparer.Ordinal).ToList();
            if (added.Count > 0)
            {
                var texts = string.Join(", ", added.Select(item => $"\"{item}\""));
                yield return FieldErrors.Forbidden(
                    "metadata.finalizers",
                    $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{texts}}}");
            }
        }
    }

    public static IEnumerable<FieldError> Labels(JsonObject? labels, string field)
    {
        foreach (var (key, value) in labels.Entries())
        {
            if (Names.QualifiedName(key) is { } badKey)
            {
                yield return FieldErrors.Invalid(field, key, badKey);
            }

            if (Names.LabelValue(value) is { } badValue)
            {
                yield return FieldErrors.Invalid(field, value, badValue);
            }
        }
    }
}
