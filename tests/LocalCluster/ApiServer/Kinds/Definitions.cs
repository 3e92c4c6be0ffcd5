using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.ApiServer.Tables;
using KafkaLogstash.LocalCluster.Schemas;

namespace KafkaLogstash.LocalCluster.ApiServer.Kinds;

/// <summary>Defaults and rules of CustomResourceDefinitions.</summary>
internal static class Definitions
{
    private static readonly string[] Scopes = ["Cluster", "Namespaced"];

    public static void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        var names = spec.Ensure("names");
        if (names.Text("kind") is { Length: > 0 } kind)
        {
            names.Default("singular", kind.ToLowerInvariant());
            names.Default("listKind", kind + "List");
        }

        spec.Ensure("conversion").Default("strategy", "None");
    }

    public static void PrepareForCreate(JsonObject obj, WriteContext context)
    {
        var versions = obj.Objects("spec", "versions").Where(version => version.Flag("storage") == true).Select(version => version.Text("name")!);
        obj["status"] = new JsonObject
        {
            ["conditions"] = null,
            ["acceptedNames"] = new JsonObject { ["plural"] = "", ["kind"] = "" },
            ["storedVersions"] = JsonNodes.Strings(versions),
        };
    }

    public static IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var spec = obj.Map("spec");
        var names = spec.Map("names");
        var plural = names.Text("plural") ?? "";
        var group = spec.Text("group") ?? "";
        if (obj.Name() != $"{plural}.{group}")
        {
            yield return FieldErrors.Invalid("metadata.name", obj.Name(), "must be spec.names.plural+\".\"+spec.group");
        }

        if (group.Length == 0)
        {
            yield return FieldErrors.Required("spec.group");
        }
        else if (Names.Subdomain(group) is { } wrongGroup)
        {
            yield return FieldErrors.Invalid("spec.group", group, wrongGroup);
        }

        if (!Scopes.Contains(spec.Text("scope") ?? ""))
        {
            yield return FieldErrors.NotSupported("spec.scope", spec.Text("scope") ?? "", Scopes);
        }

        foreach (var field in (string[])["plural", "singular", "kind", "listKind"])
        {
            var value = names.Text(field) ?? "";
            if (value.Length == 0)
            {
                yield return FieldErrors.Required($"spec.names.{field}");
            }
            else if (Names.Label1035(value.ToLowerInvariant()) is { } wrong)
            {
                yield return FieldErrors.Invalid($"spec.names.{field}", value, wrong);
            }
        }

        var versions = spec.Objects("versions").ToList();
        if (versions.Count(version => version.Flag("storage") == true) != 1)
        {
            yield return FieldErrors.Invalid("spec.versions", spec!["versions"], "must have exactly one version marked as storage version");
        }

        for (var i = 0; i < versions.Count; i++)
        {
            // The API server names the one schema of a definition without its version.
            var path = versions.Count == 1 ? "spec.validation.openAPIV3Schema" : $"spec.versions[{i}].schema.openAPIV3Schema";
            foreach (var error in ValidateVersion(versions[i], $"spec.versions[{i}]", path))
            {
                yield return error;
            }
        }
    }

    public static IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject live)
    {
        foreach (var path in (string[][])[["group"], ["scope"], ["names", "kind"], ["names", "plural"]])
        {
            if (!JsonNodes.Same(obj["spec"].At(path), live["spec"].At(path)))
            {
                yield return FieldErrors.Immutable($"spec.{string.Join('.', path)}", obj["spec"].At(path));
            }
        }
    }

    private static IEnumerable<FieldError> ValidateVersion(JsonObject version, string at, string schemaPath)
    {
        if (Names.Label1035(version.Text("name") ?? "") is { } wrong)
        {
            yield return FieldErrors.Invalid($"{at}.name", version["name"] ?? "", wrong);
        }

        if (version.Map("schema", "openAPIV3Schema") is not { } schema)
        {
            yield return FieldErrors.Required($"{at}.schema.openAPIV3Schema");
        }
        else
        {
            foreach (var error in SchemaErrors(schema, schemaPath, version.At("subresources", "status") is not null))
            {
                yield return error;
            }
        }

        var index = 0;
        foreach (var column in version.Objects("additionalPrinterColumns"))
        {
            var columnAt = $"{at}.additionalPrinterColumns[{index++}]";
            if (string.IsNullOrEmpty(column.Text("name")))
            {
                yield return FieldErrors.Required($"{columnAt}.name");
            }

            if (column.Text("type") is not ("integer" or "number" or "string" or "boolean" or "date"))
            {
                yield return FieldErrors.Invalid($"{columnAt}.type", column["type"] ?? "", "must be one of boolean,date,integer,number,string");
            }

            if (PathError(column.Text("jsonPath") ?? "") is { } pathError)
            {
                yield return FieldErrors.Invalid($"{columnAt}.jsonPath", column["jsonPath"] ?? "", pathError);
            }
        }
    }

    private static IReadOnlyList<FieldError> SchemaErrors(JsonObject schema, string path, bool hasStatus)
    {
        try
        {
            StructuralSchema.Parse(schema, path, hasStatus);
            return [];
        }
        catch (InvalidSchemaException e)
        {
            return e.Errors;
        }
    }

    private static string? PathError(string path)
    {
        if (path.Length == 0)
        {
            return "must not be empty";
        }

        if (path[0] != '.')
        {
            return "must be a simple json path starting with .";
        }

        try
        {
            JsonPath.Parse(path);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }
}
