using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using k8s;
using k8s.Models;
using KafkaLogstash.Bridging;

namespace KafkaLogstash.LocalCluster.Run;

/// <summary>What a trial asks of the cluster and of Kafka: applies samples, reads their status, sends records and counts them.</summary>
internal sealed class SampleClient(IKubernetes kubernetes, string bootstrapServers) : IDisposable
{
    private const string Group = "kafka-logstash.io";
    private const string Version = "v1alpha1";
    private const string Plural = "kafkalogstashconnections";
    private const string FieldManager = "local-cluster";
    private const string Logstash = "logstash";
    private const string Bridge = "kafka-logstash-bridge";

    private readonly HttpClient _nodes = new() { Timeout = TimeSpan.FromSeconds(2) };

    /// <summary>Applies the custom resource definition and waits until it is served.</summary>
    public async Task ApplyDefinitionAsync(JsonObject definition, CancellationToken cancellationToken)
    {
        var name = definition["metadata"]!["name"]!.ToString();
        await kubernetes.ApiextensionsV1.PatchCustomResourceDefinitionAsync(Apply(definition), name, fieldManager: FieldManager, force: true, cancellationToken: cancellationToken);
        while ((await kubernetes.ApiextensionsV1.ReadCustomResourceDefinitionAsync(name, cancellationToken: cancellationToken))
            .Status?.Conditions?.Any(condition => condition is { Type: "Established", Status: "True" }) != true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
    }

    /// <summary>Applies a sample, its namespace included.</summary>
    public async Task ApplyAsync(Sample sample, CancellationToken cancellationToken)
    {
        await kubernetes.CoreV1.PatchNamespaceAsync(
            Apply(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = sample.Namespace } }),
            sample.Namespace,
            fieldManager: FieldManager,
            force: true,
            cancellationToken: cancellationToken);
        foreach (var item in sample.Objects)
        {
            var name = item["metadata"]!["name"]!.ToString();
            var ns = item["metadata"]!["namespace"]?.ToString() ?? sample.Namespace;
            var kind = item["kind"]!.ToString();
            switch (kind)
            {
                case "Secret":
                    await kubernetes.CoreV1.PatchNamespacedSecretAsync(Apply(item), name, ns, fieldManager: FieldManager, force: true, cancellationToken: cancellationToken);
                    break;
                case "ConfigMap":
                    await kubernetes.CoreV1.PatchNamespacedConfigMapAsync(Apply(item), name, ns, fieldManager: FieldManager, force: true, cancellationToken: cancellationToken);
                    break;
                case "Namespace":
                    break;
                case "KafkaLogstashConnection":
                    await kubernetes.CustomObjects.PatchNamespacedCustomObjectAsync(
                        Apply(item), Group, Version, ns, Plural, name, fieldManager: FieldManager, force: true, cancellationToken: cancellationToken);
                    break;
                default:
                    throw new RunException($"{sample.File} has a {kind}, which a sample can't have here.");
            }
        }
    }

    /// <summary>The status of a sample's connection.</summary>
    public async Task<ConnectionState> StateAsync(Sample sample, CancellationToken cancellationToken)
    {
        var read = await kubernetes.CustomObjects.GetNamespacedCustomObjectAsync(Group, Version, sample.Namespace, Plural, sample.Name, cancellationToken: cancellationToken);
        var connection = JsonSerializer.SerializeToNode(read)!;
        var status = connection["status"];
        var ready = (status?["conditions"] as JsonArray ?? []).FirstOrDefault(condition => condition?["type"]?.ToString() == "Ready");
        return new ConnectionState(
            ready?["status"]?.ToString() == "True" && status?["observedGeneration"]?.GetValue<long>() == connection["metadata"]?["generation"]?.GetValue<long>(),
            ready?["reason"]?.ToString() ?? "Waiting",
            ready?["message"]?.ToString() ?? "the operator has not looked at it yet");
    }

    /// <summary>Events that the pipelines of a sample have passed on, as Logstash's node API counts them.</summary>
    public async Task<long> EventsOutAsync(Sample sample, CancellationToken cancellationToken)
    {
        var total = 0L;
        foreach (var address in await AddressesAsync(sample, Logstash, cancellationToken))
        {
            try
            {
                var stats = await _nodes.GetFromJsonAsync<JsonNode>(new UriBuilder(Uri.UriSchemeHttp, address, 9600, "/_node/stats/pipelines/main").Uri, cancellationToken);
                total += stats?["pipelines"]?["main"]?["events"]?["out"]?.GetValue<long>() ?? 0;
            }
            catch (Exception e) when (e is HttpRequestException or JsonException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // A pod that comes or goes counts nothing.
            }
        }

        return total;
    }

    /// <summary>What the bridges of a sample have counted, all pods together.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="metric">The name of a counter without labels.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<long> BridgedAsync(Sample sample, string metric, CancellationToken cancellationToken)
    {
        var total = 0L;
        foreach (var address in await AddressesAsync(sample, Bridge, cancellationToken))
        {
            try
            {
                var metrics = await _nodes.GetStringAsync(new UriBuilder(Uri.UriSchemeHttp, address, BridgeDefaults.ManagementPort, "/metrics").Uri, cancellationToken);
                total += metrics.Split('\n').Where(line => line.StartsWith($"{metric} ", StringComparison.Ordinal)).Sum(line => (long)double.Parse(line.Split(' ')[1]));
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // A pod that comes or goes counts nothing.
            }
        }

        return total;
    }

    /// <summary>Writes sample records to a topic.</summary>
    public async Task SendAsync(string topic, int records, CancellationToken cancellationToken)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = bootstrapServers, EnableIdempotence = true })
            .SetLogHandler((_, _) => { })
            .Build();
        for (var i = 0; i < records; i++)
        {
            await producer.ProduceAsync(topic, new Message<string, string> { Key = $"order-{i}", Value = Record(i).ToJsonString() }, cancellationToken);
        }
    }

    /// <summary>Sends sample records to the HTTP input of a sample's pods, one pod after the other.</summary>
    public async Task PostAsync(Sample sample, int port, int records, CancellationToken cancellationToken)
    {
        var addresses = await AddressesAsync(sample, Logstash, cancellationToken);
        if (addresses.Count == 0)
        {
            throw new RunException($"{sample.Name} has no pod with an address.");
        }

        for (var i = 0; i < records; i++)
        {
            using var answer = await _nodes.PostAsJsonAsync(new UriBuilder(Uri.UriSchemeHttp, addresses[i % addresses.Count], port).Uri, Record(i), cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                throw new RunException($"The HTTP input of {sample.Name} answered {(int)answer.StatusCode}.");
            }
        }
    }

    /// <summary>Records in the topics whose names begin with a text.</summary>
    public long Count(string topicPrefix)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).SetLogHandler((_, _) => { }).Build();
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = bootstrapServers, GroupId = FieldManager }).SetLogHandler((_, _) => { }).Build();
        return admin.GetMetadata(TimeSpan.FromSeconds(5)).Topics
            .Where(topic => topic.Topic.StartsWith(topicPrefix, StringComparison.Ordinal))
            .SelectMany(topic => topic.Partitions.Select(partition => new TopicPartition(topic.Topic, partition.PartitionId)))
            .Sum(partition =>
            {
                var offsets = consumer.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(5));
                return offsets.High.Value - offsets.Low.Value;
            });
    }

    /// <inheritdoc />
    public void Dispose() => _nodes.Dispose();

    private static JsonObject Record(int i) => new()
    {
        ["id"] = $"order-{i}",
        ["order"] = new JsonObject { ["id"] = $"order-{i}" },
        ["amount"] = 60 + i,
        ["region"] = i % 2 == 0 ? "EU" : "US",
    };

    private async Task<IReadOnlyList<string>> AddressesAsync(Sample sample, string name, CancellationToken cancellationToken)
    {
        var pods = await kubernetes.CoreV1.ListNamespacedPodAsync(
            sample.Namespace, labelSelector: $"app.kubernetes.io/instance={sample.Name},app.kubernetes.io/name={name}", cancellationToken: cancellationToken);
        return [.. pods.Items.Where(pod => pod.Metadata.DeletionTimestamp is null).Select(pod => pod.Status?.PodIP).OfType<string>()];
    }

    private static V1Patch Apply(JsonObject item) => new(item.ToJsonString(), V1Patch.PatchType.ApplyPatch);
}

/// <summary>How a connection is.</summary>
/// <param name="Ready">Whether it is ready for its latest spec.</param>
/// <param name="Reason">The reason of its condition Ready.</param>
/// <param name="Message">The message of its condition Ready.</param>
internal sealed record ConnectionState(bool Ready, string Reason, string Message);
