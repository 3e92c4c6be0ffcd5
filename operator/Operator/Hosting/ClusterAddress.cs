using System.Diagnostics.CodeAnalysis;
using k8s;
using KafkaLogstash.Operator.Settings;

namespace KafkaLogstash.Operator.Hosting;

/// <summary>Finds the cluster to talk to.</summary>
internal static class ClusterAddress
{
    /// <summary>The pod's own cluster, where the program runs in a pod and nothing else is named; else that of a kubeconfig.</summary>
    /// <param name="kubeconfig">The file; null for what <c>$KUBECONFIG</c> lists, or <c>~/.kube/config</c>.</param>
    /// <param name="context">The context in the file; null for the current one.</param>
    /// <exception cref="SettingsException">The cluster's address can't be found out.</exception>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The client throws many kinds for a file that is wrong; each has to name the file.")]
    public static KubernetesClientConfiguration Find(string? kubeconfig, string? context)
    {
        if (kubeconfig is null && context is null && KubernetesClientConfiguration.IsInCluster())
        {
            return KubernetesClientConfiguration.InClusterConfig();
        }

        var files = Files(kubeconfig);
        try
        {
            var read = files.Select(file => KubernetesClientConfiguration.LoadKubeConfig(file)).ToList();
            var wanted = context ?? read.Select(config => config.CurrentContext).FirstOrDefault(current => !string.IsNullOrEmpty(current));
            var named = read.Find(config => config.Contexts?.Any(candidate => candidate.Name == wanted) == true) ?? read[0];
            return KubernetesClientConfiguration.BuildConfigFromConfigObject(named, wanted);
        }
        catch (Exception e)
        {
            throw new SettingsException($"The kubeconfig {string.Join(", ", files)} can't be used: {e.Message.TrimEnd('.')}. Name another with --{SettingsTable.Kubeconfig}.");
        }
    }

    /// <summary>Of the files that <c>$KUBECONFIG</c> lists those count that are there, as kubectl has it.</summary>
    private static string[] Files(string? kubeconfig)
    {
        if (kubeconfig is not null)
        {
            return [kubeconfig];
        }

        var listed = (Environment.GetEnvironmentVariable("KUBECONFIG") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return listed.Length == 0 ? [KubernetesClientConfiguration.KubeConfigDefaultLocation] : listed.Where(File.Exists).ToArray() is { Length: > 0 } present ? present : listed;
    }
}
