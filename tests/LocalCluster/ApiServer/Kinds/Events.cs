using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.Schemas;

namespace KafkaLogstash.LocalCluster.ApiServer.Kinds;

/// <summary>Events are kept once, in the core form, and shown in two: that of the core group and that of events.k8s.io.</summary>
internal static class Events
{
    private static readonly (string Core, string New)[] Renamed =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"), ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
    ];

    public static IReadOnlyDictionary<string, Func<JsonObject, string>> CoreFields { get; } = Fields("involvedObject", "reportingComponent");

    public static IReadOnlyDictionary<string, Func<JsonObject, string>> NewFields { get; } = Fields("regarding", "reportingController");

    public static JsonObject ToNew(JsonObject core) => Rename(core, "events.k8s.io/v1", Renamed);

    public static JsonObject ToCore(JsonObject made) => Rename(made, "v1", Renamed.Select(pair => (pair.New, pair.Core)));

    public static void Default(JsonObject core)
    {
        core.Default("source", new JsonObject());
    }

    public static IEnumerable<FieldError> Validate(JsonObject core)
    {
        var ns = core.Text("involvedObject", "namespace");
        if (string.IsNullOrEmpty(ns) ? core.Namespace() is not ("default" or "kube-system" or null) : ns != core.Namespace())
        {
            yield return FieldErrors.Invalid("involvedObject.namespace", ns ?? "", "does not match event.namespace");
        }
    }

    /// <summary>Rules for events written through events.k8s.io, in the core form.</summary>
    public static IEnumerable<FieldError> ValidateNew(JsonObject core)
    {
        if (core["eventTime"] is null)
        {
            yield return FieldErrors.Required("eventTime");
        }

        if (string.IsNullOrEmpty(core.Text("reportingComponent")))
        {
            yield return FieldErrors.Required("reportingController");
        }
        else if (Names.QualifiedName(core.Text("reportingComponent")!) is { } wrong)
        {
            yield return FieldErrors.Invalid("reportingController", core["reportingComponent"], wrong);
        }

        if (string.IsNullOrEmpty(core.Text("reportingInstance")))
        {
            yield return FieldErrors.Required("reportingInstance");
        }

        foreach (var (field, max) in ((string, int)[])[("action", 128), ("reason", 128)])
        {
            var text = core.Text(field) ?? "";
            if (text.Length == 0)
            {
                yield return FieldErrors.Required(field);
            }
            else if (text.Length > max)
            {
                yield return FieldErrors.Invalid(field, text, $"can have at most {max} characters");
            }
        }

        if (core.Text("message") is { Length: > 1024 } message)
        {
            yield return FieldErrors.Invalid("message", message, "can have at most 1024 characters");
        }

        if (core.Text("type") is not ("Normal" or "Warning"))
        {
            yield return FieldErrors.Invalid("type", core["type"] ?? "", "has invalid value: " + (core.Text("type") ?? ""));
        }
    }

    private static Dictionary<string, Func<JsonObject, string>> Fields(string subject, string reporter)
    {
        var fields = new Dictionary<string, Func<JsonObject, string>>(StringComparer.Ordinal)
        {
            ["reason"] = obj => obj.Text("reason") ?? "",
            ["type"] = obj => obj.Text("type") ?? "",
            ["source"] = obj => obj.Text("source", "component") ?? obj.Text("deprecatedSource", "component") ?? obj.Text(reporter) ?? "",
            [reporter] = obj => obj.Text(reporter) ?? "",
        };
        foreach (var field in (ReadOnlySpan<string>)["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"])
        {
            var name = field;
            fields[$"{subject}.{name}"] = obj => obj.Text(subject, name) ?? "";
        }

        return fields;
    }

    private static JsonObject Rename(JsonObject obj, string apiVersion, IEnumerable<(string From, string To)> names)
    {
        var renamed = obj.Copy();
        renamed["apiVersion"] = apiVersion;
        foreach (var (from, to) in names)
        {
            if (renamed[from] is { } value)
            {
                renamed.Remove(from);
                renamed[to] = value;
            }
        }

        return renamed;
    }
}
