using System.Text;
using System.Text.Json.Nodes;
using KafkaLogstash.Api;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>What every object of a connection has in common: name, labels, and the connection as its controller.</summary>
internal static class OwnedObject
{
    /// <summary>Makes an object.</summary>
    /// <param name="connection">Its owner. Without a uid (offline) the object gets no owner reference.</param>
    /// <param name="apiVersion">Its API version.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="name">Its name.</param>
    /// <param name="fields">Its fields besides metadata.</param>
    public static JsonObject Render(KafkaLogstashConnection connection, string apiVersion, string kind, string name, params ReadOnlySpan<(string Name, JsonNode? Value)> fields) =>
        Render(connection, Workload.Logstash, apiVersion, kind, name, fields);

    /// <summary>Makes an object of one of the connection's workloads.</summary>
    /// <param name="connection">Its owner. Without a uid (offline) the object gets no owner reference.</param>
    /// <param name="workload">The workload.</param>
    /// <param name="apiVersion">Its API version.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="name">Its name.</param>
    /// <param name="fields">Its fields besides metadata.</param>
    public static JsonObject Render(
        KafkaLogstashConnection connection, Workload workload, string apiVersion, string kind, string name, params ReadOnlySpan<(string Name, JsonNode? Value)> fields)
    {
        var metadata = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = connection.Metadata.NamespaceProperty,
            ["labels"] = ConnectionLabels.For(connection.Metadata.Name, workload),
        };
        if (!string.IsNullOrEmpty(connection.Metadata.Uid))
        {
            metadata["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = connection.ApiVersion,
                ["kind"] = connection.Kind,
                ["name"] = connection.Metadata.Name,
                ["uid"] = connection.Metadata.Uid,
                ["controller"] = true,
                ["blockOwnerDeletion"] = true,
            });
        }

        var result = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = metadata };
        foreach (var (field, value) in fields)
        {
            result[field] = value;
        }

        return result;
    }

    /// <summary>Makes a Secret.</summary>
    /// <param name="connection">Its owner.</param>
    /// <param name="workload">The workload that it belongs to.</param>
    /// <param name="name">Its name.</param>
    /// <param name="data">Its keys and values; keys without a value are left out.</param>
    public static JsonObject Secret(KafkaLogstashConnection connection, Workload workload, string name, IEnumerable<KeyValuePair<string, string?>> data)
    {
        var encoded = new JsonObject();
        foreach (var (key, value) in data)
        {
            if (value is not null)
            {
                encoded[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value));
            }
        }

        return Render(connection, workload, "v1", "Secret", name, ("type", "Opaque"), ("data", encoded));
    }

    /// <summary>Makes a ConfigMap.</summary>
    /// <param name="connection">Its owner.</param>
    /// <param name="workload">The workload that it belongs to.</param>
    /// <param name="name">Its name.</param>
    /// <param name="files">Its files.</param>
    public static JsonObject ConfigMap(KafkaLogstashConnection connection, Workload workload, string name, params ReadOnlySpan<(string File, string Content)> files)
    {
        var data = new JsonObject();
        foreach (var (file, content) in files)
        {
            data[file] = content;
        }

        return Render(connection, workload, "v1", "ConfigMap", name, ("data", data));
    }

    /// <summary>Makes the PodDisruptionBudget of a workload.</summary>
    /// <param name="connection">Its owner.</param>
    /// <param name="workload">The workload.</param>
    /// <param name="name">Its name.</param>
    public static JsonObject DisruptionBudget(KafkaLogstashConnection connection, Workload workload, string name) => Render(
        connection,
        workload,
        "policy/v1",
        "PodDisruptionBudget",
        name,
        ("spec", new JsonObject
        {
            ["maxUnavailable"] = 1,
            ["unhealthyPodEvictionPolicy"] = "AlwaysAllow",
            ["selector"] = new JsonObject { ["matchLabels"] = ConnectionLabels.Selector(connection.Metadata.Name, workload) },
        }));

    /// <summary>Makes a NetworkPolicy that says who may reach a workload, and where it is asked for, what the workload may reach.</summary>
    /// <param name="connection">Its owner.</param>
    /// <param name="workload">The workload.</param>
    /// <param name="name">Its name.</param>
    /// <param name="ingress">Who may reach it where.</param>
    /// <param name="egress">What it may reach; null for anything. Where users' outputs and lookups go is not for us to know, so that Logstash's is always open.</param>
    public static JsonObject NetworkPolicy(KafkaLogstashConnection connection, Workload workload, string name, JsonArray ingress, JsonArray? egress = null)
    {
        var spec = new JsonObject
        {
            ["podSelector"] = new JsonObject { ["matchLabels"] = ConnectionLabels.Selector(connection.Metadata.Name, workload) },
            ["policyTypes"] = new JsonArray("Ingress"),
            ["ingress"] = ingress,
        };
        if (egress is not null)
        {
            spec["policyTypes"] = new JsonArray("Ingress", "Egress");
            spec["egress"] = egress;
        }

        return Render(connection, workload, "networking.k8s.io/v1", "NetworkPolicy", name, ("spec", spec));
    }
}
