using System.Text.Json;
using k8s;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Controller.Checks;
using KafkaLogstash.Logstash;

namespace KafkaLogstash.Operator.Webhook.Reviews;

/// <summary>
/// Decides whether a connection may become as it should, by the checks of the reconcile loop, which are those of <c>lint</c>. Nobody is asked: what is in Secrets, in
/// ConfigMaps and in Kafka comes and goes, and the order in which things are applied must not matter.
/// </summary>
/// <param name="policy">What the platform denies.</param>
/// <param name="namespaces">The namespaces that this operator serves; empty for all.</param>
internal sealed class ConnectionReview(ConnectionPolicy policy, IReadOnlyList<string> namespaces)
{
    private const string UnreadableCode = "unreadable";

    /// <summary>Decides.</summary>
    /// <exception cref="BadReviewException">It is about something else than connections.</exception>
    public ReviewVerdict Decide(AdmissionRequest request)
    {
        if (request.Group != KafkaLogstashConnection.GroupName || request.Resource != KafkaLogstashConnection.PluralName)
        {
            throw new BadReviewException(
                $"{KafkaLogstashConnection.PluralName}.{KafkaLogstashConnection.GroupName} are checked here, not {Qualified(request)}: mend the rules of the webhook");
        }

        if (request.Version != KafkaLogstashConnection.VersionName)
        {
            throw new BadReviewException(
                $"{KafkaLogstashConnection.PluralName} are checked here in the version {KafkaLogstashConnection.VersionName}, not in '{request.Version}': mend the rules of the webhook");
        }

        return request.Operation switch
        {
            // Status is the operator's, and a scale changes a number that the schema guards: an autoscaler must not fail because of a filter.
            _ when request.Subresource.Length > 0 => ReviewVerdict.Passed,
            _ when namespaces.Count > 0 && !namespaces.Contains(request.Namespace, StringComparer.Ordinal) => ReviewVerdict.Passed,
            "CREATE" => Check(Needed(request.Object, "request.object")),
            "UPDATE" => ChangesSpec(Needed(request.Object, "request.object"), Needed(request.OldObject, "request.oldObject")) ? Check(request.Object!.Value) : ReviewVerdict.Passed,
            _ => ReviewVerdict.Passed,
        };
    }

    /// <summary>Whether a spec changes that will be reconciled. Who only takes a finalizer off, or changes a label, is not held up by what is wrong already.</summary>
    private static bool ChangesSpec(JsonElement now, JsonElement before) =>
        !IsEnding(now) && !(Spec(now) is { } next && Spec(before) is { } last && JsonElement.DeepEquals(next, last));

    private static bool IsEnding(JsonElement connection) =>
        connection.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object
        && metadata.TryGetProperty("deletionTimestamp", out var at) && at.ValueKind == JsonValueKind.String;

    private static JsonElement? Spec(JsonElement connection) => connection.TryGetProperty("spec", out var spec) ? spec : null;

    private static JsonElement Needed(JsonElement? element, string name) => element ?? throw new BadReviewException($"{name} must be set");

    private static string Qualified(AdmissionRequest request) => request.Group.Length == 0 ? $"'{request.Resource}'" : $"'{request.Resource}.{request.Group}'";

    private ReviewVerdict Check(JsonElement content)
    {
        KafkaLogstashConnection connection;
        try
        {
            connection = KubernetesJson.Deserialize<KafkaLogstashConnection>(content);
        }
        catch (Exception e) when (e is JsonException or FormatException or OverflowException)
        {
            var field = (e as JsonException)?.Path?.TrimStart('$', '.') is { Length: > 0 } path ? path : "spec";
            return new ReviewVerdict(
                [new ConnectionFinding(Severity.Error, UnreadableCode, field, "has a value of the wrong type; is the CustomResourceDefinition older than the operator?")], []);
        }

        connection.Metadata ??= new V1ObjectMeta();
        connection.Metadata.Name ??= "";

        // As lint does it: what a connection names may be applied after it.
        var findings = OfflineRenderer.Render(connection, [], [], policy).Findings.Where(finding => finding.Code != OfflineRenderer.MissingReference).ToList();
        return new ReviewVerdict(
            [.. findings.Where(finding => finding.Severity == Severity.Error)],
            [.. findings.Where(finding => finding.Severity != Severity.Error)]);
    }
}
