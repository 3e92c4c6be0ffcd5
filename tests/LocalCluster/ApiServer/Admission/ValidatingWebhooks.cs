using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.ApiServer.Storage;

namespace KafkaLogstash.LocalCluster.ApiServer.Admission;

/// <summary>Asks the webhooks of all ValidatingWebhookConfigurations about a change before it is kept, side by side, as a real API server does.</summary>
internal sealed class ValidatingWebhooks(ObjectStore store, ResourceRegistry registry)
{
    private const string Group = "admissionregistration.k8s.io";
    private const string ReviewVersion = "admission.k8s.io/v1";
    private const string ReviewKind = "AdmissionReview";

    private readonly WebhookRules _rules = new(store, registry);
    private readonly WebhookCaller _caller = new(new ServiceEndpoints(store));

    /// <summary>Asks them.</summary>
    /// <exception cref="ApiException">One refuses, or can't be asked and must not be passed over.</exception>
    public async Task AdmitAsync(AdmissionAttempt attempt)
    {
        // A configuration that refuses its own mending could never be mended.
        if (attempt.Type.Group == Group)
        {
            return;
        }

        var asked = store.Read($"validatingwebhookconfigurations.{Group}").Objects.List(null)
            .SelectMany(configuration => configuration.Body.Objects("webhooks"))
            .Select(webhook => (Webhook: webhook, Type: _rules.Match(webhook, attempt)))
            .Where(match => match.Type is not null)
            .Select(match => (match.Webhook, Review: Review(attempt, match.Type!)))
            .Where(match => MatchConditions.Hold(match.Webhook, match.Review["request"]!.AsObject(), attempt.Type))
            .ToList();
        var answers = await Task.WhenAll(asked.Select(match => AskAsync(match.Webhook, match.Review, attempt)));
        foreach (var warning in answers.SelectMany(answer => answer.Warnings).Where(IsHeader).Where(warning => !attempt.Context.Warnings.Contains(warning)))
        {
            attempt.Context.Warnings.Add(warning);
        }

        if (answers.Select(answer => answer.Refusal).FirstOrDefault(refusal => refusal is not null) is { } first)
        {
            throw first;
        }
    }

    private async Task<Answer> AskAsync(JsonObject webhook, JsonObject review, AdmissionAttempt attempt)
    {
        var name = webhook.Text("name")!;
        if (attempt.DryRun && webhook.Text("sideEffects") is not ("None" or "NoneOnDryRun"))
        {
            return new Answer(ApiException.BadRequest($"admission webhook \"{name}\" does not support dry run"), []);
        }

        try
        {
            var answer = await CallAsync(webhook, review, attempt.Context.Cancellation);
            return Read(name, review.Text("request", "uid")!, answer);
        }
        catch (WebhookCallException) when (webhook.Text("failurePolicy") == "Ignore")
        {
            return new Answer(null, []);
        }
        catch (WebhookCallException e)
        {
            return new Answer(new ApiException(500, "InternalError", $"Internal error occurred: failed calling webhook \"{name}\": {e.Message}", Causes(e.Message, name)), []);
        }
    }

    private async Task<JsonNode?> CallAsync(JsonObject webhook, JsonObject review, CancellationToken cancellationToken)
    {
        try
        {
            return await _caller.CallAsync(webhook, review, cancellationToken);
        }
        catch (WebhookCallException e)
        {
            throw new WebhookCallException($"failed to call webhook: {e.Message}");
        }
    }

    private static Answer Read(string name, string uid, JsonNode? answer)
    {
        if (answer.Map("response") is not { } response)
        {
            throw Invalid("webhook response was absent");
        }

        if (response.Text("uid") is var given && given != uid)
        {
            throw Invalid($"expected response.uid=\"{uid}\", got \"{given}\"");
        }

        if (answer.Text("apiVersion") != ReviewVersion || answer.Text("kind") != ReviewKind)
        {
            throw Invalid($"expected webhook response of {ReviewVersion}, Kind={ReviewKind}, got {answer.Text("apiVersion") ?? "/"}, Kind={answer.Text("kind")}");
        }

        var warnings = response.Texts("warnings").ToList();
        return new Answer(response.Flag("allowed") == true ? null : Denial(name, response.Map("status")), warnings);

        static WebhookCallException Invalid(string why) => new($"received invalid webhook response: {why}");
    }

    private static ApiException Denial(string webhook, JsonObject? status)
    {
        var denied = $"admission webhook \"{webhook}\" denied the request";
        var code = (int)(status.Number("code") ?? 0);
        var reason = status.Text("reason") ?? "";
        var message = status.Text("message") is { Length: > 0 } text ? $"{denied}: {text}"
            : reason.Length > 0 ? $"{denied}: {reason}"
            : $"{denied} without explanation";
        return new ApiException(code < 400 ? 400 : code, reason, message, status.Map("details"));
    }

    private static JsonObject Review(AdmissionAttempt attempt, ResourceType type)
    {
        var request = new JsonObject
        {
            ["uid"] = Guid.NewGuid().ToString(),
            ["kind"] = Kind(type, attempt.Subresource),
            ["resource"] = Resource(type),
            ["requestKind"] = Kind(attempt.Type, attempt.Subresource),
            ["requestResource"] = Resource(attempt.Type),
        };
        if (attempt.Subresource.Length > 0)
        {
            request["subResource"] = attempt.Subresource;
            request["requestSubResource"] = attempt.Subresource;
        }

        request.Put("name", attempt.Name);
        request.Put("namespace", attempt.Namespace);
        request["operation"] = attempt.Operation;
        request["userInfo"] = attempt.Context.User.ToJson();
        request["object"] = attempt.Shown(attempt.Object, type);
        request["oldObject"] = attempt.Shown(attempt.OldObject, type);
        request["dryRun"] = attempt.DryRun;
        request["options"] = new JsonObject
        {
            ["kind"] = attempt.Operation switch { "CREATE" => "CreateOptions", "UPDATE" => "UpdateOptions", _ => "DeleteOptions" },
            ["apiVersion"] = "meta.k8s.io/v1",
        };
        return new JsonObject { ["kind"] = ReviewKind, ["apiVersion"] = ReviewVersion, ["request"] = request };
    }

    private static JsonObject Kind(ResourceType type, string subresource)
    {
        var own = type.Subresources.FirstOrDefault(item => item.Name == subresource);
        return new JsonObject { ["group"] = own?.Group ?? type.Group, ["version"] = own?.Version ?? type.Version, ["kind"] = own?.Kind ?? type.Kind };
    }

    private static JsonObject Resource(ResourceType type) => new() { ["group"] = type.Group, ["version"] = type.Version, ["resource"] = type.Plural };

    private static JsonObject Causes(string message, string webhook) =>
        new() { ["causes"] = new JsonArray(new JsonObject { ["message"] = $"failed calling webhook \"{webhook}\": {message}" }) };

    private static bool IsHeader(string warning) => !warning.Any(char.IsControl);

    private sealed record Answer(ApiException? Refusal, IReadOnlyList<string> Warnings);
}
