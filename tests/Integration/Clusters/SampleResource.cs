using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace KafkaLogstash.Tests.Integration.Clusters;

/// <summary>A custom resource for one class of tests, in a group that nobody else has; gone when the class is done.</summary>
public sealed class SampleResource(SharedCluster shared) : IAsyncDisposable
{
    public const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private readonly SemaphoreSlim _gate = new(1, 1);
    private bool _established;

    /// <summary>Part of the names that differs from run to run.</summary>
    public string Suffix { get; } = RandomNumberGenerator.GetString("bcdfghjklmnpqrstvwxz", 6);

    public string Group => $"{Suffix}.example.com";

    public string GroupVersion => $"{Group}/v1";

    /// <summary>Name of the definition, and of the resource where its plural alone could mean another.</summary>
    public string FullName => $"samples.{Group}";

    public string ShortName => $"smp{Suffix}";

    /// <summary>Creates the definition, once, and waits until its objects can be used.</summary>
    public async Task EstablishAsync()
    {
        var cluster = await shared.GetAsync();
        await _gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (!_established)
            {
                using var api = new ApiSession(cluster.AdminConfiguration);
                Assert.Equal(201, (await api.CreateAsync(Definitions, Definition())).Code);
                await Eventually.AsksAsync(() => api.GetAsync($"{Definitions}/{FullName}"), static answer => IsTrue(answer.Body, "Established"));
                await Eventually.AsksAsync(() => api.GetAsync($"/apis/{GroupVersion}/samples"), static answer => answer.Code == 200);
                _established = true;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _gate.Dispose();
        if (_established)
        {
            using var api = new ApiSession((await shared.GetAsync()).AdminConfiguration);
            await api.DeleteAsync($"{Definitions}/{FullName}");
        }
    }

    /// <summary>An object with nothing but what it must have.</summary>
    public JsonObject Sample(string name, int size = 3) => new()
    {
        ["apiVersion"] = GroupVersion,
        ["kind"] = "Sample",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject { ["size"] = size },
    };

    /// <summary>Whether a condition of an object is True.</summary>
    public static bool IsTrue(JsonNode item, string condition) =>
        item["status"]?["conditions"]?.AsArray().Any(
            node => node!["type"]!.GetValue<string>() == condition && node["status"]!.GetValue<string>() == "True") == true;

    /// <summary>The definition, as it is created.</summary>
    public JsonObject Definition() => JsonNode.Parse($$$"""
        {
          "apiVersion": "apiextensions.k8s.io/v1",
          "kind": "CustomResourceDefinition",
          "metadata": {"name": "{{{FullName}}}"},
          "spec": {
            "group": "{{{Group}}}",
            "scope": "Namespaced",
            "names": {"plural": "samples", "kind": "Sample", "shortNames": ["{{{ShortName}}}"], "categories": ["all"]},
            "versions": [{
              "name": "v1",
              "served": true,
              "storage": true,
              "subresources": {
                "status": {},
                "scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas", "labelSelectorPath": ".status.selector"}
              },
              "additionalPrinterColumns": [
                {"name": "Size", "type": "integer", "jsonPath": ".spec.size", "description": "How big it is."},
                {"name": "Ready", "type": "string", "jsonPath": ".status.conditions[?(@.type==\"Ready\")].status"},
                {"name": "Colour", "type": "string", "jsonPath": ".spec.colour", "priority": 1},
                {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}
              ],
              "schema": {"openAPIV3Schema": {
                "type": "object",
                "description": "A sample of something.",
                "required": ["spec"],
                "properties": {
                  "spec": {
                    "type": "object",
                    "description": "What is wished.",
                    "required": ["size"],
                    "x-kubernetes-validations": [
                      {"rule": "self.colour != 'green' || self.size >= 3", "message": "green samples have a size of 3 at least", "fieldPath": ".size"},
                      {"rule": "!has(oldSelf.fixed) || has(self.fixed)", "message": "fixed can't be removed"}
                    ],
                    "properties": {
                      "size": {"type": "integer", "minimum": 1, "maximum": 10, "description": "How big it is, in steps."},
                      "colour": {"type": "string", "enum": ["red", "green"], "default": "red"},
                      "replicas": {"type": "integer", "minimum": 0, "default": 1},
                      "title": {"type": "string", "maxLength": 8, "pattern": "^[a-z]*$"},
                      "fixed": {"type": "string", "maxLength": 20, "x-kubernetes-validations": [{"rule": "self == oldSelf", "message": "fixed can't be changed"}]},
                      "limit": {"x-kubernetes-int-or-string": true},
                      "tags": {"type": "array", "x-kubernetes-list-type": "set", "maxItems": 4, "items": {"type": "string", "maxLength": 8}},
                      "parts": {
                        "type": "array", "maxItems": 4, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                        "items": {"type": "object", "required": ["name"], "properties": {
                          "name": {"type": "string", "maxLength": 8}, "note": {"type": "string", "default": "none"}, "weight": {"type": "integer"} } }
                      },
                      "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}
                    }
                  },
                  "status": {
                    "type": "object",
                    "description": "What was seen.",
                    "properties": {
                      "replicas": {"type": "integer"},
                      "selector": {"type": "string"},
                      "observedGeneration": {"type": "integer", "format": "int64"},
                      "conditions": {
                        "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"],
                        "items": {"type": "object", "required": ["type", "status"], "properties": {
                          "type": {"type": "string"}, "status": {"type": "string", "enum": ["True", "False", "Unknown"]},
                          "reason": {"type": "string"}, "message": {"type": "string"} } }
                      }
                    }
                  }
                }
              }}
            }]
          }
        }
        """)!.AsObject();
}
