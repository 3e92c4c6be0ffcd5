using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.ApiServer.Storage;

namespace KafkaLogstash.LocalCluster.ApiServer.Handlers;

/// <summary>Passes requests for logs on to the node that runs the pod.</summary>
internal sealed class PodLogProxy(ObjectStore store)
{
    public PodLogReader? Reader { get; set; }

    public async Task AnswerAsync(ApiContext context, ResourceType type)
    {
        var info = context.Info;
        var pod = store.Find(type.StorageKey, info.Namespace, info.Name!)?.Body ?? throw ApiException.NotFound(type, info.Name!);
        var containers = pod.Objects("spec", "initContainers").Concat(pod.Objects("spec", "containers"))
            .Select(container => container.Text("name")!).ToList();
        var container = info.Query["container"].ToString();
        if (container.Length == 0)
        {
            container = pod.Items("spec", "containers") is [var only]
                ? only.Text("name")!
                : throw ApiException.BadRequest(
                    $"a container name must be specified for pod {info.Name}, choose one of: [{string.Join(' ', containers)}]");
        }
        else if (!containers.Contains(container))
        {
            throw ApiException.BadRequest($"container {container} is not valid for pod {info.Name}");
        }

        var node = pod.Text("spec", "nodeName");
        if (string.IsNullOrEmpty(node))
        {
            throw ApiException.BadRequest($"pod {info.Name} does not have a host assigned");
        }

        if (Reader is not { } reader)
        {
            throw new ApiException(500, "InternalError", $"Internal error occurred: the node {node} gives no logs");
        }

        var since = info.Long("sinceSeconds") is { } seconds
            ? DateTimeOffset.UtcNow.AddSeconds(-seconds)
            : DateTimeOffset.TryParse(info.Query["sinceTime"], out var time) ? time : (DateTimeOffset?)null;
        var response = context.Http.Response;
        response.ContentType = "text/plain";
        var request = new PodLogRequest(
            info.Namespace!, info.Name!, container, info.Is("follow"), info.Is("previous"), info.Is("timestamps"), info.Long("tailLines"), since, info.Long("limitBytes"));
        if (!await reader(request, response.Body, context.Cancellation) && !response.HasStarted)
        {
            throw ApiException.BadRequest(request.Previous
                ? $"previous terminated container \"{container}\" in pod \"{info.Name}\" not found"
                : $"container \"{container}\" in pod \"{info.Name}\" is waiting to start: ContainerCreating");
        }
    }
}
