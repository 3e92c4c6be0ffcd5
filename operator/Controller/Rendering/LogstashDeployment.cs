using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using KafkaLogstash.Api;
using KafkaLogstash.Bridging;
using KafkaLogstash.Controller.Rollout;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Catalogue;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>Makes the Deployment of the Logstash pods. The pods meet the 'restricted' Pod Security Standard.</summary>
internal static class LogstashDeployment
{
    /// <summary>The memory of a container for which the user set neither limit nor a larger request: what Logstash's own heap of 1 GiB needs.</summary>
    private const string DefaultMemory = "2Gi";

    /// <summary>How long a pod may take to empty a persisted queue, seconds.</summary>
    public const int DrainingGracePeriod = 600;

    /// <summary>Kept free on a queue's volume beside the queue itself, at least: page files are allocated ahead, and the node's id and dead letters live there too.</summary>
    private const long LeastQueueHeadroom = 256L * 1024 * 1024;

    /// <summary>The part of a queue that is kept free beside it: file systems take some of their volume, and Logstash does not start where a whole queue would not fit any more.</summary>
    private const int QueueHeadroomPercent = 5;

    /// <summary>How long a pod may take to end what is under way and leave its consumer group, seconds.</summary>
    private const int TerminationGracePeriod = 120;

    /// <summary>The name of the port of Logstash's own API.</summary>
    public const string ApiPort = "node-api";

    /// <summary>The name of the port of the beats input that takes what the bridge sends.</summary>
    public const string BeatsPort = "bridge-beats";

    private const string SettingsVolume = "settings";
    private const string PipelineVolume = "pipeline";
    private const string DataVolume = "data";

    /// <summary>Makes the Deployment.</summary>
    /// <param name="request">The connection and what it refers to.</param>
    /// <param name="secret">What pods read out of the Secret that was made for them.</param>
    /// <param name="pipeline">The ConfigMap with the pipeline.</param>
    /// <param name="startHash">The hash of everything that pods read only at start.</param>
    /// <param name="restart">The last restart because a pipeline was not reloaded in place; null where there was none, or pods are always rolled.</param>
    public static JsonObject Render(RenderRequest request, LogstashSecret secret, string pipeline, string startHash, PodRestart? restart)
    {
        var annotations = new JsonObject { [ConnectionLabels.StartHash] = startHash };
        restart?.AddTo(annotations);
        var spec = request.Connection.Spec;
        var names = new ConnectionNames(request.Connection.Metadata.Name);
        var template = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["labels"] = ConnectionLabels.For(names.Connection),
                ["annotations"] = annotations,
            },
            ["spec"] = new JsonObject
            {
                ["automountServiceAccountToken"] = false,
                // Service links would put a variable for every Service of the namespace into Logstash's environment.
                ["enableServiceLinks"] = false,
                ["terminationGracePeriodSeconds"] = spec.Pipeline.Queue.Type == QueueType.Persisted ? DrainingGracePeriod : TerminationGracePeriod,
                ["securityContext"] = new JsonObject
                {
                    ["runAsNonRoot"] = true,
                    ["fsGroup"] = 1000,
                    ["fsGroupChangePolicy"] = "OnRootMismatch",
                    ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
                },
                ["topologySpreadConstraints"] = PodPieces.Spread(names.Connection, Workload.Logstash),
                ["containers"] = new JsonArray(Container(request, secret)),
                ["volumes"] = Volumes(spec, secret, names.Settings, pipeline),
            },
        };

        if (spec.Logstash.PodTemplate is { } users)
        {
            template = PodTemplateMerge.Merge(template, users);
        }

        return PodPieces.Deployment(request.Connection, Workload.Logstash, names.Logstash, template, request.Replicas);
    }

    /// <summary>The ConfigMap with the pipeline of a Deployment's pods; null where there is none.</summary>
    public static string? PipelineOf(V1Deployment deployment) =>
        deployment.Spec.Template.Spec.Volumes?.FirstOrDefault(volume => volume.Name == PipelineVolume)?.ConfigMap?.Name;

    private static JsonObject Container(RenderRequest request, LogstashSecret secret)
    {
        var spec = request.Connection.Spec;
        var logstash = spec.Logstash;
        var ports = new JsonArray(new JsonObject { ["name"] = ApiPort, ["containerPort"] = PodPaths.ApiPort, ["protocol"] = "TCP" });
        if (spec is { Transport: Transport.Bridge, Input: not null })
        {
            ports.Add(new JsonObject { ["name"] = BeatsPort, ["containerPort"] = BridgeDefaults.BeatsPort, ["protocol"] = "TCP" });
        }

        // Two ports of the Service may lead to one of the pod.
        foreach (var port in logstash.Ports.DistinctBy(port => (port.EffectiveTargetPort(), port.Protocol)))
        {
            ports.Add(new JsonObject { ["name"] = port.Name, ["containerPort"] = port.EffectiveTargetPort(), ["protocol"] = port.Protocol });
        }

        var container = new JsonObject
        {
            ["name"] = PodPaths.Container,
            ["image"] = logstash.EffectiveImage(request.LogstashImage),
            ["command"] = new JsonArray(PodPaths.Program),
            ["args"] = new JsonArray("--path.settings", PodPaths.Settings),
            ["env"] = Environment(spec, secret),
            ["ports"] = ports,
            ["resources"] = Resources(logstash.Resources),
            ["securityContext"] = PodPieces.ContainerSecurity(),
            ["volumeMounts"] = Mounts(secret),

            // The port opens before any pipeline runs; this path answers 404 until the pipeline is there, and again when it failed to register.
            ["startupProbe"] = Probe($"/_node/pipelines/{PodPaths.PipelineId}", period: 5, timeout: 5, failures: 60),
            ["readinessProbe"] = Probe($"/_node/pipelines/{PodPaths.PipelineId}", period: 10, timeout: 5, failures: 3),

            // Only that the process answers at all: Logstash's health turns red under load, and a restart would make that worse.
            ["livenessProbe"] = Probe("/", period: 20, timeout: 10, failures: 6),
        };
        if (logstash.EnvFrom.Count > 0)
        {
            container["envFrom"] = new JsonArray([.. logstash.EnvFrom.Select(ToJson)]);
        }

        return container;
    }

    private static JsonArray Environment(ConnectionSpec spec, LogstashSecret secret)
    {
        var users = spec.Logstash.Env.FirstOrDefault(variable => variable.Name == JavaOptions.Variable);
        var tokenUrl = spec.Transport == Transport.Native && LogstashVersion.TryParse(spec.Logstash.Version, out var version) && LogstashRelease.Find(version) is { NeedsOAuthUrlAllowed: true }
            ? spec.Kafka.Authentication?.Oauth?.TokenEndpointUrl
            : null;
        var environment = new JsonArray(new JsonObject
        {
            ["name"] = JavaOptions.Variable,
            ["value"] = JavaOptions.Build(MemoryLimit(spec.Logstash.Resources), spec.Logstash.HeapPercent, tokenUrl, users?.Value),
        });
        foreach (var (variable, key) in secret.Variables)
        {
            environment.Add(new JsonObject
            {
                ["name"] = variable,
                ["valueFrom"] = new JsonObject { ["secretKeyRef"] = new JsonObject { ["name"] = secret.Name, ["key"] = key } },
            });
        }

        foreach (var variable in spec.Logstash.Env.Where(variable => variable.Name != JavaOptions.Variable))
        {
            environment.Add(ToJson(variable));
        }

        return environment;
    }

    private static JsonObject Resources(V1ResourceRequirements? users)
    {
        var resources = users is null ? [] : ToJson(users).AsObject();
        var limits = resources["limits"] as JsonObject;
        if (limits?.ContainsKey("memory") != true)
        {
            // The heap has to fit somewhere: without a limit the default of Logstash's image is the measure.
            limits ??= [];
            limits["memory"] = PodPieces.DefaultMemoryLimit(users, DefaultMemory).ToString();
            resources["limits"] = limits;
        }

        if (resources["requests"] is not JsonObject requests || (!requests.ContainsKey("memory") && !requests.ContainsKey("cpu")))
        {
            resources["requests"] = new JsonObject { ["cpu"] = "250m", ["memory"] = limits["memory"]!.DeepClone() };
        }

        return resources;
    }

    /// <summary>The memory limit that the container will have, bytes.</summary>
    private static long MemoryLimit(V1ResourceRequirements? resources) =>
        (long)(resources?.Limits?.TryGetValue("memory", out var limit) == true ? limit : PodPieces.DefaultMemoryLimit(resources, DefaultMemory)).ToDecimal();

    private static JsonArray Mounts(LogstashSecret secret)
    {
        var mounts = new JsonArray(
            PodPieces.Mount(SettingsVolume, PodPaths.Settings, readOnly: true),
            PodPieces.Mount(PipelineVolume, PodPaths.Pipeline, readOnly: true),
            PodPieces.Mount(DataVolume, PodPaths.Data, readOnly: false),
            PodPieces.Mount("logs", PodPaths.Logs, readOnly: false),
            PodPieces.Mount("tmp", "/tmp", readOnly: false));
        if (secret.Files.Count > 0)
        {
            mounts.Add(PodPieces.Mount(secret.Volume, secret.Folder, readOnly: true));
        }

        return mounts;
    }

    private static JsonArray Volumes(ConnectionSpec spec, LogstashSecret secret, string settings, string pipeline)
    {
        var volumes = new JsonArray(
            new JsonObject { ["name"] = SettingsVolume, ["configMap"] = new JsonObject { ["name"] = settings } },
            new JsonObject { ["name"] = PipelineVolume, ["configMap"] = new JsonObject { ["name"] = pipeline } },
            DataVolumeOf(spec.Pipeline),
            new JsonObject { ["name"] = "logs", ["emptyDir"] = new JsonObject() },
            new JsonObject { ["name"] = "tmp", ["emptyDir"] = new JsonObject() });
        if (secret.Files.Count > 0)
        {
            volumes.Add(new JsonObject { ["name"] = secret.Volume, ["secret"] = PodPieces.SecretSource(secret.Name, secret.Files) });
        }

        return volumes;
    }

    private static JsonObject DataVolumeOf(PipelineSpec pipeline)
    {
        var bytes = (pipeline.Queue.Type == QueueType.Persisted ? SettingsFile.Size(pipeline.Queue.MaxBytes).Bytes : 0)
            + (pipeline.DeadLetterQueue.Enabled ? SettingsFile.Size(pipeline.DeadLetterQueue.MaxBytes).Bytes : 0);
        if (pipeline.Queue.Type == QueueType.Memory)
        {
            return new JsonObject { ["name"] = DataVolume, ["emptyDir"] = new JsonObject() };
        }

        var claim = new JsonObject
        {
            ["accessModes"] = new JsonArray("ReadWriteOnce"),
            ["resources"] = new JsonObject
            {
                ["requests"] = new JsonObject { ["storage"] = $"{(bytes + Math.Max(LeastQueueHeadroom, bytes * QueueHeadroomPercent / 100) + 1024 * 1024 - 1) / (1024 * 1024)}Mi" },
            },
        };
        if (pipeline.Queue.StorageClassName.Length > 0)
        {
            claim["storageClassName"] = pipeline.Queue.StorageClassName;
        }

        return new JsonObject
        {
            ["name"] = DataVolume,
            ["ephemeral"] = new JsonObject { ["volumeClaimTemplate"] = new JsonObject { ["spec"] = claim } },
        };
    }

    private static JsonObject Probe(string path, int period, int timeout, int failures) => PodPieces.Probe(ApiPort, path, period, timeout, failures);

    private static JsonNode ToJson<T>(T model) => JsonNode.Parse(KubernetesJson.Serialize(model))!;
}
