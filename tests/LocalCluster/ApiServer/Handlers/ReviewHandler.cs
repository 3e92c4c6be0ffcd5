using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Access;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.ApiServer.Selectors;
using KafkaLogstash.LocalCluster.ApiServer.Storage;

namespace KafkaLogstash.LocalCluster.ApiServer.Handlers;

/// <summary>Answers what is created only to get an answer: access and token reviews, service-account tokens, evictions.</summary>
internal sealed class ReviewHandler(ObjectStore store, TokenAuthority tokens, RbacAuthorizer authorizer, TimeProvider time)
{
    public async Task AnswerAsync(ApiContext context, ResourceType type, DeleteHandler deletes)
    {
        var subresource = type.Subresources.FirstOrDefault(item => item.Name == context.Info.Subresource);
        var kind = subresource?.Kind ?? type.Kind;
        var body = await Bodies.ReadObjectAsync(context.Http.Request, kind, context.Cancellation) ?? new JsonObject();
        body["kind"] = kind;
        body["apiVersion"] = subresource is null ? type.ApiVersion : $"{subresource.Group}/{subresource.Version}";
        body.Meta();
        var answer = kind switch
        {
            "TokenRequest" => IssueToken(context, type, body),
            "Eviction" => Evict(context, type, body, deletes),
            "SelfSubjectReview" => With(body, new JsonObject { ["userInfo"] = context.User.ToJson() }),
            "TokenReview" => With(body, ReviewToken(body)),
            "SelfSubjectAccessReview" => With(body, ReviewAccess(context.User, body)),
            "SelfSubjectRulesReview" => With(body, ReviewRules(context.User, body.Text("spec", "namespace"))),
            _ => With(body, ReviewAccess(SubjectOf(body), body)),
        };
        await Bodies.WriteAsync(context, 201, answer);
    }

    private static JsonObject With(JsonObject body, JsonObject status)
    {
        body["status"] = status;
        return body;
    }

    private static UserInfo SubjectOf(JsonObject review) => new(
        review.Text("spec", "user") ?? "", [.. review.Texts("spec", "groups")], review.Text("spec", "uid"));

    private JsonObject ReviewAccess(UserInfo user, JsonObject review)
    {
        var resource = review.Map("spec", "resourceAttributes");
        var path = review.Map("spec", "nonResourceAttributes");
        if (resource is null == path is null)
        {
            throw ApiException.BadRequest("exactly one of nonResourceAttributes or resourceAttributes must be specified");
        }

        var access = resource is not null
            ? new AccessAttributes
            {
                Verb = resource.Text("verb") ?? "",
                Group = resource.Text("group") ?? "",
                Resource = resource.Text("resource") ?? "",
                Subresource = resource.Text("subresource") ?? "",
                Namespace = resource.Text("namespace"),
                Name = resource.Text("name"),
            }
            : new AccessAttributes { Verb = path.Text("verb") ?? "", Path = path.Text("path") ?? "" };
        var reason = authorizer.Allow(user, access);
        var status = new JsonObject { ["allowed"] = reason is not null };
        if (!string.IsNullOrEmpty(reason))
        {
            status["reason"] = reason;
        }

        return status;
    }

    private JsonObject ReviewToken(JsonObject review) => tokens.Find(review.Text("spec", "token") ?? "") is { } user
        ? new JsonObject { ["authenticated"] = true, ["user"] = user.ToJson(), ["audiences"] = new JsonArray(TokenAuthority.Audience) }
        : new JsonObject { ["user"] = new JsonObject(), ["error"] = "[invalid bearer token]" };

    private JsonObject ReviewRules(UserInfo user, string? ns)
    {
        var rules = user.IsMaster
            ? [.. ((JsonObject[])[new JsonObject
            {
                ["verbs"] = new JsonArray("*"),
                ["apiGroups"] = new JsonArray("*"),
                ["resources"] = new JsonArray("*"),
            }])]
            : authorizer.RulesOf(user, ns).Select(found => found.Rule.Copy()).ToList();
        return new JsonObject
        {
            ["resourceRules"] = new JsonArray([.. rules.Where(rule => rule["resources"] is not null)]),
            ["nonResourceRules"] = new JsonArray([.. rules.Where(rule => rule["nonResourceURLs"] is not null)]),
            ["incomplete"] = false,
        };
    }

    private JsonObject IssueToken(ApiContext context, ResourceType type, JsonObject request)
    {
        var account = store.Find(type.StorageKey, context.Info.Namespace, context.Info.Name!)?.Body
            ?? throw ApiException.NotFound(type, context.Info.Name!);
        var spec = request.Ensure("spec");
        if (!spec.Texts("audiences").Any())
        {
            spec["audiences"] = new JsonArray(TokenAuthority.Audience);
        }

        spec.Default("expirationSeconds", 3600);
        var life = TimeSpan.FromSeconds(spec.Number("expirationSeconds")!.Value);
        if (life < TimeSpan.FromMinutes(10))
        {
            throw new ApiException(
                422,
                "Invalid",
                $"TokenRequest.authentication.k8s.io \"{context.Info.Name}\" is invalid: spec.expirationSeconds: Invalid value: {life.TotalSeconds}: may not specify a duration less than 10 minutes",
                new JsonObject { ["name"] = context.Info.Name, ["group"] = "authentication.k8s.io", ["kind"] = "TokenRequest" });
        }

        var meta = request.Meta();
        meta["name"] = account.Name();
        meta["namespace"] = account.Namespace();
        return With(request, new JsonObject
        {
            ["token"] = tokens.IssueServiceAccountToken(account, life, spec.Texts("audiences").First()),
            ["expirationTimestamp"] = (time.GetUtcNow() + life).Stamp(),
        });
    }

    private JsonObject Evict(ApiContext context, ResourceType type, JsonObject eviction, DeleteHandler deletes)
    {
        var pod = store.Find(type.StorageKey, context.Info.Namespace, context.Info.Name!)?.Body
            ?? throw ApiException.NotFound(type, context.Info.Name!);
        if (pod.Text("status", "phase") is not ("Succeeded" or "Failed" or "Pending") && BlockingBudget(pod) is { } budget)
        {
            throw ApiException.TooManyRequests(
                "Cannot evict pod as it would violate the pod's disruption budget.",
                null,
                new JsonArray(new JsonObject
                {
                    ["reason"] = "DisruptionBudget",
                    ["message"] = $"The disruption budget {budget.Name()} needs {budget.Number("status", "desiredHealthy") ?? 0} healthy pods and has {budget.Number("status", "currentHealthy") ?? 0} currently",
                }));
        }

        var options = eviction.Map("deleteOptions");
        deletes.Delete(type, context.Info.Namespace, context.Info.Name!, new DeleteOptions(
            options.Number("gracePeriodSeconds"), Uid: options.Text("preconditions", "uid"), DryRun: context.Info.DryRun));
        return new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["code"] = 201 };
    }

    private JsonObject? BlockingBudget(JsonObject pod) => store.Read("poddisruptionbudgets.policy").Objects.List(pod.Namespace())
        .Select(item => item.Body)
        .FirstOrDefault(budget =>
            LabelSelector.FromObject(budget.Map("spec", "selector"))?.Matches(pod) == true && (budget.Number("status", "disruptionsAllowed") ?? 0) <= 0);
}
