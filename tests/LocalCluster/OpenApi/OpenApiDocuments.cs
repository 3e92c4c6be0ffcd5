using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.OpenApi;

/// <summary>
/// The OpenAPI documents of an API server: enough for <c>kubectl explain</c>, for kubectl to find out that the server validates fields and knows
/// dry runs, and for it to work out strategic merge patches.
/// </summary>
internal static class OpenApiDocuments
{
    private const string Title = "Kubernetes";

    /// <summary>The media type in which kubectl asks for <c>/openapi/v2</c>; it decodes nothing else, whatever the server sends.</summary>
    public const string V2ProtobufAccept = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

    /// <summary>The <c>Content-Type</c> of the answer. Go's clients refuse a media type with an at sign.</summary>
    public const string V2ProtobufContentType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    /// <summary>The name of a group version's document below <c>/openapi/v3/</c>: <c>api/v1</c> or <c>apis/apps/v1</c>.</summary>
    /// <param name="group">The API group; empty for the core group.</param>
    /// <param name="version">The version, such as <c>v1</c>.</param>
    public static string NameOf(string group, string version) => group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";

    /// <summary>The document of one group version, for <c>/openapi/v3/{name}</c>.</summary>
    /// <param name="resources">The resources of the group version.</param>
    /// <param name="release">The release of Kubernetes that the server claims to be, such as <c>v1.36.0</c>.</param>
    /// <exception cref="ArgumentException">A resource without a schema is not built in.</exception>
    public static JsonObject V3(IEnumerable<OpenApiResource> resources, string release)
    {
        var served = resources.ToList();
        var schemas = new OpenApiSchemas("#/components/schemas/");
        var paths = new JsonObject();
        foreach (var resource in served)
        {
            OpenApiPaths.AddTo(paths, resource, schemas.Add(resource));
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = Info(release),
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas.ToJson() },
        };
    }

    /// <summary>The index for <c>/openapi/v3</c>. Its addresses change when a document does, for clients cache documents by address.</summary>
    /// <param name="documents">The documents by name.</param>
    public static JsonObject Index(IEnumerable<KeyValuePair<string, JsonObject>> documents)
    {
        var paths = new JsonObject();
        foreach (var (name, document) in documents.OrderBy(document => document.Key, StringComparer.Ordinal))
        {
            var hash = Convert.ToHexString(SHA512.HashData(Encoding.UTF8.GetBytes(document.ToJsonString())));
            paths[name] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{name}?hash={hash}" };
        }

        return new JsonObject { ["paths"] = paths };
    }

    /// <summary>The document for <c>/openapi/v2</c> in JSON: the schemas of all resources, without paths.</summary>
    /// <inheritdoc cref="V3"/>
    public static JsonObject V2(IEnumerable<OpenApiResource> resources, string release)
    {
        var schemas = new OpenApiSchemas("#/definitions/");
        foreach (var resource in resources)
        {
            schemas.Add(resource);
        }

        return new JsonObject
        {
            ["swagger"] = "2.0",
            ["info"] = Info(release),
            ["paths"] = new JsonObject(),
            ["definitions"] = schemas.ToJson(),
        };
    }

    /// <summary>
    /// The document for <c>/openapi/v2</c> in protobuf, without schemas: kubectl's client-side apply fetches it even when it finds all it
    /// needs in the v3 documents.
    /// </summary>
    /// <param name="release">The release of Kubernetes that the server claims to be, such as <c>v1.36.0</c>.</param>
    public static ReadOnlyMemory<byte> V2Protobuf(string release)
    {
        // Fields of openapi.v2.Document: 1 swagger, 2 info (1 title, 2 version), 8 paths, 9 definitions.
        byte[] info = [.. Field(1, Encoding.UTF8.GetBytes(Title)), .. Field(2, Encoding.UTF8.GetBytes(release))];
        return (byte[])[.. Field(1, "2.0"u8.ToArray()), .. Field(2, info), .. Field(8, []), .. Field(9, [])];
    }

    private static byte[] Field(int number, byte[] value) => [(byte)((number << 3) | 2), checked((byte)value.Length), .. value];

    private static JsonObject Info(string release) => new() { ["title"] = Title, ["version"] = release };
}
