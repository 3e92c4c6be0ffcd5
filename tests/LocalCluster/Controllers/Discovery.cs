using k8s.Models;

namespace KafkaLogstash.LocalCluster.Controllers;

/// <summary>Finds out which kinds of objects the API server keeps, custom resources included.</summary>
internal sealed class Discovery(ApiClient api)
{
    /// <summary>All kinds that can be listed, watched and deleted, each once, in its preferred version; events, which come and go by themselves, left out.</summary>
    public async Task<IReadOnlyList<ApiResource>> FindAsync(CancellationToken cancellationToken)
    {
        var groups = await api.GetAsync<V1APIGroupList>("apis", cancellationToken);
        var versions = groups.Groups.Select(group => group.PreferredVersion.GroupVersion).Prepend("v1");
        var found = new List<ApiResource>();
        foreach (var version in versions)
        {
            found.AddRange(await FindAsync(version, cancellationToken));
        }

        return found;
    }

    private async Task<IEnumerable<ApiResource>> FindAsync(string groupVersion, CancellationToken cancellationToken)
    {
        var (group, version) = groupVersion.Split('/') is [var name, var number] ? (name, number) : ("", groupVersion);
        var list = await api.GetAsync<V1APIResourceList>(group.Length == 0 ? $"api/{version}" : $"apis/{groupVersion}", cancellationToken);
        return list.Resources
            .Where(resource => resource.Name is not "events"
                && !resource.Name.Contains('/')
                && new[] { "list", "watch", "delete" }.All(resource.Verbs.Contains))
            .Select(resource => new ApiResource(group, version, resource.Kind, resource.Name, resource.Namespaced));
    }
}
