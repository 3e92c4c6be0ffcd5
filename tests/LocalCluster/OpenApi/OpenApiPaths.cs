using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.OpenApi;

/// <summary>
/// Describes the paths of a resource. kubectl finds a resource's kind in the operations' <c>x-kubernetes-group-version-kind</c>, and
/// what the server can do in the parameters and content types of its patch operation.
/// </summary>
internal static class OpenApiPaths
{
    private const string Json = "application/json";

    private static readonly (string Name, string Type)[] WriteParameters =
        [("dryRun", "string"), ("fieldManager", "string"), ("fieldValidation", "string")];

    private static readonly (string Name, string Type)[] ListParameters =
    [
        ("allowWatchBookmarks", "boolean"), ("continue", "string"), ("fieldSelector", "string"), ("labelSelector", "string"),
        ("limit", "integer"), ("resourceVersion", "string"), ("resourceVersionMatch", "string"), ("sendInitialEvents", "boolean"),
        ("timeoutSeconds", "integer"), ("watch", "boolean"),
    ];

    private static readonly (string Name, string Type)[] DeleteParameters =
        [("dryRun", "string"), ("gracePeriodSeconds", "integer"), ("propagationPolicy", "string")];

    /// <summary>Adds the paths of a resource.</summary>
    /// <param name="paths">The document's paths.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="schema">A reference to the schema of its kind.</param>
    public static void AddTo(JsonObject paths, OpenApiResource resource, JsonObject schema)
    {
        var operations = new Operations(resource, schema);
        var root = "/" + resource.DocumentName;
        var collection = $"{root}{(resource.IsNamespaced ? "/namespaces/{namespace}" : "")}/{resource.Plural}";
        if (resource.IsNamespaced)
        {
            paths[$"{root}/{resource.Plural}"] = new JsonObject { ["get"] = operations.Of("list", ListParameters) };
        }

        paths[collection] = new JsonObject
        {
            ["get"] = operations.Of("list", ListParameters),
            ["post"] = operations.Of("post", WriteParameters, Json),
            ["parameters"] = PathParameters(resource, hasName: false),
        };
        var item = operations.Item();
        item["delete"] = operations.Of("delete", DeleteParameters);
        item["parameters"] = PathParameters(resource, hasName: true);
        paths[$"{collection}/{{name}}"] = item;
        foreach (var subresource in resource.Subresources)
        {
            var inner = operations.Item();
            inner["parameters"] = PathParameters(resource, hasName: true);
            paths[$"{collection}/{{name}}/{subresource}"] = inner;
        }
    }

    private static JsonArray PathParameters(OpenApiResource resource, bool hasName)
    {
        var names = new List<string>();
        if (hasName)
        {
            names.Add("name");
        }

        if (resource.IsNamespaced)
        {
            names.Add("namespace");
        }

        return [.. names.Select(name => Parameter(name, "path", "string"))];
    }

    private static JsonObject Parameter(string name, string place, string type)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place, ["schema"] = new JsonObject { ["type"] = type } };
        if (place == "path")
        {
            parameter["required"] = true;
        }

        return parameter;
    }

    private sealed class Operations(OpenApiResource resource, JsonObject schema)
    {
        public JsonObject Item() => new()
        {
            ["get"] = Of("get", []),
            ["put"] = Of("put", WriteParameters, Json),
            ["patch"] = Of("patch", [.. WriteParameters, ("force", "boolean")], PatchTypes()),
        };

        public JsonObject Of(string action, (string Name, string Type)[] parameters, params ReadOnlySpan<string> contentTypes)
        {
            var operation = new JsonObject
            {
                ["parameters"] = new JsonArray([.. parameters.Select(parameter => Parameter(parameter.Name, "query", parameter.Type))]),
            };
            if (contentTypes.Length > 0)
            {
                operation["requestBody"] = new JsonObject { ["content"] = Content(contentTypes), ["required"] = true };
            }

            operation["responses"] = new JsonObject
            {
                ["200"] = new JsonObject { ["description"] = "OK", ["content"] = Content([Json]) },
            };
            operation["x-kubernetes-action"] = action;
            operation["x-kubernetes-group-version-kind"] = resource.GroupVersionKind();
            return operation;
        }

        private string[] PatchTypes()
        {
            string[] types = ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"];
            return resource.CrdSchema is null ? [.. types, "application/strategic-merge-patch+json"] : types;
        }

        private JsonObject Content(ReadOnlySpan<string> types)
        {
            var content = new JsonObject();
            foreach (var type in types)
            {
                content[type] = new JsonObject { ["schema"] = schema.DeepClone() };
            }

            return content;
        }
    }
}
