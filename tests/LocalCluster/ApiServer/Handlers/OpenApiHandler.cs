using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.OpenApi;

namespace KafkaLogstash.LocalCluster.ApiServer.Handlers;

/// <summary>Answers /openapi/v2 and /openapi/v3: what clients may send, so that kubectl can explain and check it.</summary>
internal sealed class OpenApiHandler(ResourceRegistry registry)
{
    private volatile Documents? _documents;

    /// <summary>Answers a path of OpenAPI; false when it is none.</summary>
    public async Task<bool> AnswerAsync(ApiContext context)
    {
        var path = context.Info.Path.Trim('/');
        switch (path)
        {
            case "openapi/v2" when context.Http.Request.Headers.Accept.Any(accept => accept?.Contains(OpenApiDocuments.V2ProtobufAccept, StringComparison.Ordinal) == true):
                context.Http.Response.ContentType = OpenApiDocuments.V2ProtobufContentType;
                await context.Http.Response.Body.WriteAsync(OpenApiDocuments.V2Protobuf(ServerVersion.Release), context.Cancellation);
                return true;
            case "openapi/v2":
                await Bodies.WriteAsync(context, 200, OpenApiDocuments.V2(Resources(), ServerVersion.Release));
                return true;
            case "openapi/v3":
                await Bodies.WriteAsync(context, 200, OpenApiDocuments.Index(Current().ByName));
                return true;
            case var _ when path.StartsWith("openapi/v3/", StringComparison.Ordinal):
                var document = Current().ByName.GetValueOrDefault(path["openapi/v3/".Length..]) ?? throw ApiException.NoSuchPath();
                await Bodies.WriteAsync(context, 200, document);
                return true;
            default:
                return false;
        }
    }

    private IEnumerable<OpenApiResource> Resources() => registry.All.Where(type => type.Fields is not null).Select(type => new OpenApiResource(
        type.Group,
        type.Version,
        type.Kind,
        type.Plural,
        type.Namespaced,
        [.. type.Subresources.Where(subresource => subresource.Name is "status" or "scale").Select(subresource => subresource.Name)],
        type.Strategy.Schema?.Source));

    // The documents are large, and change only with the custom resources.
    private Documents Current()
    {
        var edition = registry.Edition;
        if (_documents is { } known && ReferenceEquals(known.Edition, edition))
        {
            return known;
        }

        var made = new Documents(edition, Resources().GroupBy(resource => resource.DocumentName)
            .ToDictionary(group => group.Key, group => OpenApiDocuments.V3(group, ServerVersion.Release), StringComparer.Ordinal));
        _documents = made;
        return made;
    }

    private sealed record Documents(object Edition, Dictionary<string, JsonObject> ByName);
}
