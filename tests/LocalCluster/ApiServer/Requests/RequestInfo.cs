using System.Globalization;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using Microsoft.AspNetCore.Http;

namespace KafkaLogstash.LocalCluster.ApiServer.Requests;

/// <summary>What a request asks for, read from its path, method and query as a real API server does.</summary>
internal sealed record RequestInfo
{
    public required string Verb { get; init; }

    public required string Path { get; init; }

    public bool IsResource { get; init; }

    public string Group { get; init; } = "";

    public string Version { get; init; } = "";

    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    /// <summary>Null for cluster-scoped resources and for requests across all namespaces.</summary>
    public string? Namespace { get; init; }

    public string? Name { get; init; }

    public required IQueryCollection Query { get; init; }

    public bool DryRun => Query["dryRun"].Contains("All");

    public static RequestInfo Read(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToList();
        var method = request.Method;
        var plain = new RequestInfo { Verb = method.ToLowerInvariant(), Path = path, Query = request.Query };
        int skip;
        if (parts is ["api", _, _, ..])
        {
            skip = 2;
            plain = plain with { Version = parts[1] };
        }
        else if (parts is ["apis", _, _, _, ..])
        {
            skip = 3;
            plain = plain with { Group = parts[1], Version = parts[2] };
        }
        else
        {
            return plain;
        }

        var rest = parts[skip..];
        string? ns = null;
        if (rest is ["namespaces", _, not ("status" or "finalize"), ..])
        {
            ns = rest[1];
            rest = rest[2..];
        }

        var name = rest.Count > 1 ? rest[1] : null;
        if (rest is ["namespaces", _, ..])
        {
            ns = null;
        }

        var info = plain with
        {
            IsResource = true,
            Namespace = ns,
            Resource = rest[0],
            Name = name,
            Subresource = rest.Count > 2 ? rest[2] : "",
        };
        return info with { Verb = VerbOf(method, info) };
    }

    public long? Long(string name) =>
        Query[name] is [{ Length: > 0 } text]
            ? long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw ApiException.BadRequest($"strconv.ParseInt: parsing \"{text}\": invalid syntax (query parameter {name})")
            : null;

    public bool Is(string name) => Query[name] is ["true" or "1" or "t" or "T" or "True" or "TRUE"] or [""];

    private static string VerbOf(string method, RequestInfo info) => method switch
    {
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => info.Name is null ? "deletecollection" : "delete",
        "GET" or "HEAD" when info.Name is null => info.Is("watch") ? "watch" : "list",
        "GET" or "HEAD" => "get",
        _ => method.ToLowerInvariant(),
    };
}
