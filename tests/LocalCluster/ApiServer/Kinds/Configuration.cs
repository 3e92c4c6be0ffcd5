using System.Text;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.Schemas;

namespace KafkaLogstash.LocalCluster.ApiServer.Kinds;

/// <summary>Defaults and rules of ConfigMaps and Secrets.</summary>
internal static class Configuration
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Keys that a Secret of a type must have.</summary>
    private static readonly Dictionary<string, string[]> RequiredKeys = new(StringComparer.Ordinal)
    {
        ["kubernetes.io/tls"] = ["tls.crt", "tls.key"],
        ["kubernetes.io/ssh-auth"] = ["ssh-privatekey"],
        ["kubernetes.io/dockerconfigjson"] = [".dockerconfigjson"],
    };

    public static void DefaultSecret(JsonObject obj)
    {
        obj.Default("type", "Opaque");
        if (obj["stringData"] is JsonObject texts)
        {
            var data = obj.Ensure("data");
            foreach (var (key, text) in texts.Entries())
            {
                data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
            }
        }

        obj.Remove("stringData");
    }

    public static IEnumerable<FieldError> ValidateSecret(JsonObject obj)
    {
        foreach (var error in Keys(obj, "data"))
        {
            yield return error;
        }

        if (obj.Entries("data").Sum(entry => entry.Value.Length * 3L / 4) > MaxBytes)
        {
            yield return FieldErrors.TooLong("data", MaxBytes);
        }

        if (RequiredKeys.TryGetValue(obj.Text("type") ?? "", out var required))
        {
            foreach (var key in required.Where(key => obj.Text("data", key) is null))
            {
                yield return FieldErrors.Required($"data[{key}]");
            }
        }
    }

    public static IEnumerable<FieldError> ValidateSecretUpdate(JsonObject obj, JsonObject live)
    {
        if (obj.Text("type") != live.Text("type"))
        {
            yield return FieldErrors.Immutable("type", obj["type"]);
        }

        foreach (var error in Immutable(obj, live))
        {
            yield return error;
        }
    }

    public static IEnumerable<FieldError> ValidateConfigMap(JsonObject obj)
    {
        foreach (var error in Keys(obj, "data").Concat(Keys(obj, "binaryData")))
        {
            yield return error;
        }

        foreach (var (key, _) in obj.Entries("binaryData").Where(entry => obj.Text("data", entry.Key) is not null))
        {
            yield return FieldErrors.Invalid($"binaryData[{key}]", key, "duplicate of key present in data");
        }

        var bytes = obj.Entries("data").Sum(entry => (long)Encoding.UTF8.GetByteCount(entry.Value))
            + obj.Entries("binaryData").Sum(entry => entry.Value.Length * 3L / 4);
        if (bytes > MaxBytes)
        {
            yield return FieldErrors.TooLong("", MaxBytes);
        }
    }

    public static IEnumerable<FieldError> Immutable(JsonObject obj, JsonObject live)
    {
        if (live.Flag("immutable") != true)
        {
            yield break;
        }

        if (obj.Flag("immutable") != true)
        {
            yield return FieldErrors.Forbidden("immutable", "field is immutable when `immutable` is set");
        }

        foreach (var field in (string[])["data", "binaryData"])
        {
            if (!JsonNodes.Same(obj[field], live[field]))
            {
                yield return FieldErrors.Forbidden(field, "field is immutable when `immutable` is set");
            }
        }
    }

    private static IEnumerable<FieldError> Keys(JsonObject obj, string field) =>
        (obj.Map(field) ?? []).Select(entry => (entry.Key, Wrong: Names.DataKey(entry.Key)))
            .Where(entry => entry.Wrong is not null)
            .Select(entry => FieldErrors.Invalid($"{field}[{entry.Key}]", entry.Key, entry.Wrong!));
}
