using System.Diagnostics.CodeAnalysis;
using k8s;
using k8s.KubeConfigModels;
using KafkaLogstash.Operator.Settings;

namespace KafkaLogstash.Operator.Hosting;

/// <summary>Finds the cluster to talk to.</summary>
internal static class ClusterAddress
{
    private static readonly string Listed = Environment.GetEnvironmentVariable("KUBECONFIG") ?? "";

    /// <summary>That of a kubeconfig; the pod's own, where the program runs in a pod and neither an argument nor <c>$KUBECONFIG</c> names one.</summary>
    /// <param name="kubeconfig">The file; null for what <c>$KUBECONFIG</c> lists, or <c>~/.kube/config</c>.</param>
    /// <param name="context">The context in the file; null for the current one.</param>
    /// <exception cref="SettingsException">The cluster's address can't be found out.</exception>
    public static KubernetesClientConfiguration Find(string? kubeconfig, string? context) =>
        kubeconfig is null && context is null && Listed.Length == 0 && KubernetesClientConfiguration.IsInCluster()
            ? KubernetesClientConfiguration.InClusterConfig()
            : Load(Files(kubeconfig), context);

    /// <summary>That of kubeconfig files, read as kubectl reads several: as one, in which the first to name something decides.</summary>
    /// <param name="files">The files.</param>
    /// <param name="context">The context in them; null for the current one.</param>
    /// <exception cref="SettingsException">The cluster's address can't be found out.</exception>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The client throws many kinds for a file that is wrong; each has to name the file.")]
    public static KubernetesClientConfiguration Load(IReadOnlyList<string> files, string? context)
    {
        try
        {
            var read = files.Select(Read).ToList();
            return KubernetesClientConfiguration.BuildConfigFromConfigObject(
                new K8SConfiguration
                {
                    CurrentContext = read.Select(config => config.CurrentContext).FirstOrDefault(current => !string.IsNullOrEmpty(current)),
                    Contexts = [.. read.SelectMany(config => config.Contexts ?? []).DistinctBy(named => named.Name, StringComparer.Ordinal)],
                    Clusters = [.. read.SelectMany(config => config.Clusters ?? []).DistinctBy(named => named.Name, StringComparer.Ordinal)],
                    Users = [.. read.SelectMany(config => config.Users ?? []).DistinctBy(named => named.Name, StringComparer.Ordinal)],
                },
                context);
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

        var listed = Listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return listed.Length == 0 ? [KubernetesClientConfiguration.KubeConfigDefaultLocation] : listed.Where(File.Exists).ToArray() is { Length: > 0 } present ? present : listed;
    }

    /// <summary>Reads a file. Other files that it names stand beside it.</summary>
    private static K8SConfiguration Read(string file)
    {
        var config = KubernetesClientConfiguration.LoadKubeConfig(file);
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        foreach (var cluster in (config.Clusters ?? []).Select(named => named.ClusterEndpoint).OfType<ClusterEndpoint>())
        {
            cluster.CertificateAuthority = Beside(folder, cluster.CertificateAuthority);
        }

        foreach (var user in (config.Users ?? []).Select(named => named.UserCredentials).OfType<UserCredentials>())
        {
            user.ClientCertificate = Beside(folder, user.ClientCertificate);
            user.ClientKey = Beside(folder, user.ClientKey);
        }

        return config;
    }

    private static string? Beside(string folder, string? file) => string.IsNullOrEmpty(file) ? file : Path.Combine(folder, file);
}
