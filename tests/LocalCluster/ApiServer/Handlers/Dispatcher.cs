using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Access;
using KafkaLogstash.LocalCluster.ApiServer.Admission;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Requests;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.ApiServer.Storage;
using Microsoft.AspNetCore.Http;

namespace KafkaLogstash.LocalCluster.ApiServer.Handlers;

/// <summary>Takes each request through authentication, faults and authorization to the handler that answers it.</summary>
internal sealed class Dispatcher
{
    private readonly ResourceRegistry _registry;
    private readonly TokenAuthority _tokens;
    private readonly FaultInjector _faults;
    private readonly RequestLog _requests;
    private readonly AccessLog _decisions;
    private readonly PodLogProxy _logs;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private readonly RbacAuthorizer _authorizer;
    private readonly ReadHandler _reads;
    private readonly WatchHandler _watches;
    private readonly WriteHandler _writes;
    private readonly DeleteHandler _deletes;
    private readonly DefinitionController _definitions;
    private readonly DiscoveryHandler _discovery;
    private readonly OpenApiHandler _openApi;
    private readonly ReviewHandler _reviews;

    public Dispatcher(
        ObjectStore store,
        ResourceRegistry registry,
        TokenAuthority tokens,
        FaultInjector faults,
        RequestLog requests,
        AccessLog decisions,
        PodLogProxy logs,
        EmbeddedApiServerOptions options,
        CancellationToken stopping)
    {
        (_registry, _tokens, _faults, _requests, _decisions, _logs, _time, _stopping) = (registry, tokens, faults, requests, decisions, logs, options.Time, stopping);
        _authorizer = new RbacAuthorizer(store);
        _reads = new ReadHandler(store, _time);
        _watches = new WatchHandler(store, faults, options.BookmarkInterval, _time);
        var webhooks = new ValidatingWebhooks(store, registry);
        var owners = options.EnforceOwnerReferencePermissions ? new OwnerReferencePermissions(registry, (context, access) => Permits(context.User, access)) : null;
        _writes = new WriteHandler(store, new Pipeline(store, _time), webhooks, owners, _time, context => Authorize(context, "create"));
        _deletes = new DeleteHandler(store, webhooks, _time);
        _definitions = new DefinitionController(store, registry, _deletes, _time);
        _discovery = new DiscoveryHandler(registry);
        _openApi = new OpenApiHandler(registry);
        _reviews = new ReviewHandler(store, tokens, _authorizer, _time);
    }

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            await ServeAsync(http);
        }
        catch (ApiException e) when (!http.Response.HasStarted)
        {
            await RefuseAsync(http, e, []);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested || _stopping.IsCancellationRequested)
        {
            http.Abort();
        }
        catch (Exception e) when (e is not OperationCanceledException && !http.Response.HasStarted)
        {
            // One broken request must not end the server, and the client must see what broke.
            var error = new ApiException(500, "InternalError", $"Internal error occurred: {e}");
            await Bodies.WriteAsync(http.Response, 500, error.ToStatus());
        }
    }

    private static Task RefuseAsync(HttpContext http, ApiException refusal, IEnumerable<string> warnings)
    {
        if (refusal.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString();
        }

        return Bodies.WriteAsync(http.Response, refusal.Code, refusal.ToStatus(), warnings: warnings);
    }

    private async Task ServeAsync(HttpContext http)
    {
        var info = RequestInfo.Read(http.Request);
        var user = _tokens.Authenticate(http.Request.Headers.Authorization);
        var logged = new LoggedRequest(
            info.Verb, info.Group, info.Resource, info.Subresource, info.Namespace, info.Name, info.Path, user.Name, http.Request.Headers.UserAgent.ToString());
        _requests.Add(logged);
        var fault = _faults.Take(logged);
        var dropAnswer = fault is FaultAction.DropAnswer;
        switch (fault)
        {
            case FaultAction.Error error:
                throw ApiException.Ordered(error.Code, error.Reason, error.Message, error.RetryAfterSeconds);
            case FaultAction.Delay delay:
                await Task.Delay(delay.Time, _time, http.RequestAborted);
                break;
            case FaultAction.DropConnection:
                http.Abort();
                return;
        }

        user = Impersonate(http, user);
        var context = new ApiContext(http, info, user);
        if (!info.IsResource)
        {
            await ServePathAsync(context);
            return;
        }

        if (info.Name is null && info.Verb is "list" or "watch" or "deletecollection"
            && info.Query["fieldSelector"] is [{ } selector] && selector.StartsWith("metadata.name=", StringComparison.Ordinal) && !selector.Contains(','))
        {
            context = context with { Info = info with { Name = selector["metadata.name=".Length..].TrimStart('=') } };
        }

        Authorize(context);
        context = context with { Info = info };
        var type = _registry.Find(info.Group, info.Version, info.Resource);
        if (type is null || (info.Subresource.Length > 0 && !type.Serves(info.Subresource)) || (info.Namespace is not null && !type.Namespaced))
        {
            throw ApiException.NoSuchPath();
        }

        if (fault is FaultAction.Conflict)
        {
            throw ApiException.Modified(type, info.Name ?? "");
        }

        var original = http.Response.Body;
        if (dropAnswer)
        {
            http.Response.Body = Stream.Null;
        }

        try
        {
            await ServeResourceAsync(context, type, fault is FaultAction.ExpireWatch);
        }
        catch (ApiException e) when (!http.Response.HasStarted)
        {
            await RefuseAsync(http, e, context.Warnings);
        }

        if (dropAnswer)
        {
            http.Response.Body = original;
            http.Abort();
        }
    }

    private async Task ServeResourceAsync(ApiContext context, ResourceType type, bool expire)
    {
        var info = context.Info;
        var verbs = info.Subresource.Length > 0 ? type.Subresources.Single(item => item.Name == info.Subresource).Verbs : type.Verbs;
        if (!verbs.Contains(info.Verb) || info is { Verb: "create", Name: not null, Subresource: "" })
        {
            throw ApiException.MethodNotAllowed(type);
        }

        switch (info.Verb, info.Subresource)
        {
            case ("get", "log"):
                await _logs.AnswerAsync(context, type);
                break;
            case ("get", "scale"):
                await _reads.GetScaleAsync(context, type);
                break;
            case ("get", _):
                await _reads.GetAsync(context, type);
                break;
            case ("list", _):
                await _reads.ListAsync(context, type);
                break;
            case ("watch", _):
                await _watches.WatchAsync(context, type, expire, _stopping);
                break;
            case ("create", "token" or "eviction"):
            case ("create", _) when type.Verbs.Count == 1:
                await _reviews.AnswerAsync(context, type, _deletes);
                break;
            case ("create", _):
                await _writes.CreateAsync(context, type, () => _definitions.AfterWrite(type));
                break;
            case ("update", _):
                await _writes.UpdateAsync(context, type, () => _definitions.AfterWrite(type));
                break;
            case ("patch", _):
                await _writes.PatchAsync(context, type, () => _definitions.AfterWrite(type));
                break;
            case ("delete", _):
                await _deletes.DeleteAsync(context, type, () => _definitions.AfterWrite(type));
                break;
            case ("deletecollection", _):
                await _deletes.DeleteCollectionAsync(context, type, () => _definitions.AfterWrite(type));
                break;
            default:
                throw ApiException.MethodNotAllowed(type);
        }
    }

    private async Task ServePathAsync(ApiContext context)
    {
        var path = context.Info.Path.TrimEnd('/');
        AuthorizePath(context);
        switch (path)
        {
            case "/version":
                await Bodies.WriteAsync(context, 200, ServerVersion.ToJson());
                break;
            case "/healthz" or "/livez" or "/readyz":
                context.Http.Response.ContentType = "text/plain; charset=utf-8";
                await context.Http.Response.WriteAsync("ok", context.Cancellation);
                break;
            default:
                if (!await _discovery.AnswerAsync(context) && !await _openApi.AnswerAsync(context))
                {
                    context.Http.Response.StatusCode = 404;
                    context.Http.Response.ContentType = "text/plain; charset=utf-8";
                    await context.Http.Response.WriteAsync("404 page not found\n", context.Cancellation);
                }

                break;
        }
    }

    private UserInfo Impersonate(HttpContext http, UserInfo user)
    {
        var name = http.Request.Headers["Impersonate-User"].ToString();
        if (name.Length == 0)
        {
            return user;
        }

        var groups = http.Request.Headers["Impersonate-Group"].OfType<string>().ToList();
        foreach (var (resource, value) in groups.Select(group => ("groups", group)).Prepend(("users", name)))
        {
            if (_authorizer.Allow(user, new AccessAttributes { Verb = "impersonate", Resource = resource, Name = value }) is null)
            {
                throw new ApiException(
                    403,
                    "Forbidden",
                    $"{resource} \"{value}\" is forbidden: User \"{user.Name}\" cannot impersonate resource \"{resource}\" in API group \"\" at the cluster scope",
                    new JsonObject { ["name"] = value, ["kind"] = resource });
            }
        }

        if (name.Split(':') is ["system", "serviceaccount", var ns, var account] && groups.Count == 0)
        {
            return UserInfo.ServiceAccount(ns, account, null);
        }

        return new UserInfo(name, [.. groups, "system:authenticated"]);
    }

    private void Authorize(ApiContext context, string? verb = null)
    {
        var info = context.Info;
        verb ??= info.Verb;
        var access = new AccessAttributes
        {
            Verb = verb,
            Group = info.Group,
            Resource = info.Resource,
            Subresource = info.Subresource,
            Namespace = info.Resource == "namespaces" ? info.Name : info.Namespace,
            Name = info.Name,
        };
        if (Permits(context.User, access))
        {
            return;
        }

        var place = string.IsNullOrEmpty(access.Namespace) ? "at the cluster scope" : $"in the namespace \"{access.Namespace}\"";
        var qualified = info.Group.Length == 0 ? info.Resource : $"{info.Resource}.{info.Group}";
        var subject = info.Name is null ? qualified : $"{qualified} \"{info.Name}\"";
        var details = new JsonObject();
        if (info.Name is not null)
        {
            details["name"] = info.Name;
        }

        if (info.Group.Length > 0)
        {
            details["group"] = info.Group;
        }

        details["kind"] = info.Resource;
        throw new ApiException(
            403,
            "Forbidden",
            $"{subject} is forbidden: User \"{context.User.Name}\" cannot {verb} resource \"{access.ResourceWithSubresource}\" in API group \"{info.Group}\" {place}",
            details);
    }

    private bool Permits(UserInfo user, AccessAttributes access)
    {
        var allowed = _authorizer.Allow(user, access) is not null;
        _decisions.Add(new(
            user.Name, access.Verb, access.Group, access.ResourceWithSubresource, string.IsNullOrEmpty(access.Namespace) ? null : access.Namespace, access.Name, access.Path, allowed));
        return allowed;
    }

    private void AuthorizePath(ApiContext context)
    {
        if (!Permits(context.User, new AccessAttributes { Verb = context.Info.Verb, Path = context.Info.Path }))
        {
            throw ApiException.ForbiddenPath($"forbidden: User \"{context.User.Name}\" cannot {context.Info.Verb} path \"{context.Info.Path}\"");
        }
    }
}
