using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Handlers;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;

namespace KafkaLogstash.LocalCluster.ApiServer.Admission;

/// <summary>A change that webhooks may refuse.</summary>
/// <param name="Context">The request.</param>
/// <param name="Type">The resource in the version of the request.</param>
/// <param name="Operation"><c>CREATE</c>, <c>UPDATE</c> or <c>DELETE</c>.</param>
/// <param name="Object">The object as it would become, in the stored form; null where it is deleted.</param>
/// <param name="OldObject">The object as it is, in the stored form; null where there is none.</param>
/// <param name="DryRun">Whether nothing will be kept.</param>
internal sealed record AdmissionAttempt(ApiContext Context, ResourceType Type, string Operation, JsonObject? Object, JsonObject? OldObject, bool DryRun)
{
    public string? Name => Context.Info.Name ?? Object?.Name() ?? OldObject?.Name();

    /// <summary>The namespace; that of a namespace is itself.</summary>
    public string? Namespace => Type is { Plural: "namespaces", Group: "" } ? Name : Context.Info.Namespace ?? Object?.Namespace() ?? OldObject?.Namespace();

    public string Subresource => Context.Info.Subresource;

    public bool IsNamespace => Type is { Plural: "namespaces", Group: "" };

    /// <summary>An object as a webhook is shown it, in a version of its resource.</summary>
    public JsonObject? Shown(JsonObject? stored, ResourceType type)
    {
        if (stored is null)
        {
            return null;
        }

        var shown = type.Present?.Invoke(stored) ?? stored;
        if (Subresource == "scale")
        {
            return Scaling.Read(type, shown);
        }

        shown = shown.Copy();
        shown["apiVersion"] = type.ApiVersion;
        shown["kind"] = type.Kind;
        return shown;
    }
}
