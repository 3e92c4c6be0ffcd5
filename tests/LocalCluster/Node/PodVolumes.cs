using System.Net;
using System.Text;
using KafkaLogstash.LocalCluster.Controllers;
using k8s.Models;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>The volumes of a pod as directories of this machine.</summary>
internal sealed class PodVolumes(V1Pod pod, string directory, string claimsDirectory, IPAddress address, Configuration configuration, ApiClient api)
{
    private const int UsualMode = 0x1A4;

    /// <summary>Makes all volumes, or brings those up to date that change with what they are made of.</summary>
    /// <exception cref="ContainerConfigException">Something a volume is made of is not there; the message names both.</exception>
    public async Task RefreshAsync(V1Pod current, CancellationToken cancellationToken)
    {
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            try
            {
                if (await FilesAsync(current, volume, cancellationToken) is { } files)
                {
                    AtomicFiles.Write(Locate(volume.Name), files, RealLogstash.Owner);
                }
                else
                {
                    var path = Locate(volume.Name);
                    Directory.CreateDirectory(path);
                    NativeCalls.Own(path, RealLogstash.Owner);
                }
            }
            catch (ContainerConfigException e)
            {
                throw new ContainerConfigException($"MountVolume.SetUp failed for volume \"{volume.Name}\" : {e.Message}");
            }
        }
    }

    /// <summary>The same where a failure may wait for the next time.</summary>
    public async Task TryRefreshAsync(V1Pod current, CancellationToken cancellationToken)
    {
        try
        {
            await RefreshAsync(current, cancellationToken);
        }
        catch (Exception e) when (e is ContainerConfigException || (Failures.ArePassing(e) && !cancellationToken.IsCancellationRequested))
        {
            // The files stay as they were.
        }
    }

    /// <summary>The mounts of a container; where its path lies on this machine, a link leads to the volume.</summary>
    public IReadOnlyList<ContainerMount> Mount(V1Container container, string root, IReadOnlyDictionary<string, string> environment)
    {
        var mounts = (container.VolumeMounts ?? []).OrderBy(mount => mount.MountPath, StringComparer.Ordinal).Select(mount =>
        {
            var source = Locate(mount.Name);
            var sub = string.IsNullOrEmpty(mount.SubPathExpr) ? mount.SubPath : Expansion.Expand(mount.SubPathExpr, environment);
            if (!string.IsNullOrEmpty(sub))
            {
                source = Path.Join(source, sub);
                if (!Path.Exists(source))
                {
                    Directory.CreateDirectory(source);
                    NativeCalls.Own(source, RealLogstash.Owner);
                }
            }

            return new ContainerMount(mount.MountPath.TrimEnd('/'), source, mount.ReadOnlyProperty == true);
        }).ToList();
        foreach (var mount in mounts)
        {
            var link = Path.Join(root, mount.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            if (!Path.Exists(link))
            {
                File.CreateSymbolicLink(link, mount.Source);
            }
        }

        return mounts;
    }

    private string Locate(string volume) => pod.Spec.Volumes.First(candidate => candidate.Name == volume) switch
    {
        { PersistentVolumeClaim: { } claim } => Path.Join(claimsDirectory, pod.Metadata.NamespaceProperty, claim.ClaimName),
        { Ephemeral: not null } => Path.Join(claimsDirectory, pod.Metadata.NamespaceProperty, $"{pod.Metadata.Name}-{volume}"),
        _ => Path.Join(directory, volume),
    };

    private async Task<IReadOnlyDictionary<string, VolumeFile>?> FilesAsync(V1Pod current, V1Volume volume, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, VolumeFile>();
        switch (volume)
        {
            case { EmptyDir: not null } or { PersistentVolumeClaim: not null } or { Ephemeral: not null }:
                return null;
            case { ConfigMap: { } source }:
                AddConfigMap(files, source.Name, source.Items, source.Optional, source.DefaultMode);
                return files;
            case { Secret: { } source }:
                AddSecret(files, source.SecretName, source.Items, source.Optional, source.DefaultMode);
                return files;
            case { DownwardAPI: { } source }:
                AddFields(files, current, source.Items, source.DefaultMode);
                return files;
            case { Projected: { } projected }:
                foreach (var source in projected.Sources ?? [])
                {
                    await AddProjectionAsync(files, current, source, projected.DefaultMode, cancellationToken);
                }

                return files;
            default:
                throw new ContainerConfigException("this node has no volumes of that kind");
        }
    }

    private async Task AddProjectionAsync(
        Dictionary<string, VolumeFile> files, V1Pod current, V1VolumeProjection source, int? mode, CancellationToken cancellationToken)
    {
        switch (source)
        {
            case { ConfigMap: { } configMap }:
                AddConfigMap(files, configMap.Name, configMap.Items, configMap.Optional, mode);
                break;
            case { Secret: { } secret }:
                AddSecret(files, secret.Name, secret.Items, secret.Optional, mode);
                break;
            case { DownwardAPI: { } fields }:
                AddFields(files, current, fields.Items, mode);
                break;
            case { ServiceAccountToken: { } token }:
                var account = new ObjectKey(pod.Metadata.NamespaceProperty, pod.Spec.ServiceAccountName ?? "default");
                files[token.Path] = new(Encoding.UTF8.GetBytes(await api.CreateTokenAsync(account, token, cancellationToken)), Mode(null, mode));
                break;
            default:
                throw new ContainerConfigException("a source of a projected volume is of a kind that this node does not know");
        }
    }

    private void AddConfigMap(Dictionary<string, VolumeFile> files, string name, IList<V1KeyToPath>? items, bool? optional, int? mode) =>
        Add(files, configuration.ConfigMap(pod.Metadata.NamespaceProperty, name, optional), items, optional, mode, $"configmap \"{name}\"");

    private void AddSecret(Dictionary<string, VolumeFile> files, string name, IList<V1KeyToPath>? items, bool? optional, int? mode) =>
        Add(files, configuration.Secret(pod.Metadata.NamespaceProperty, name, optional), items, optional, mode, $"secret \"{name}\"");

    private void AddFields(Dictionary<string, VolumeFile> files, V1Pod current, IList<V1DownwardAPIVolumeFile>? items, int? mode)
    {
        foreach (var item in items ?? [])
        {
            var text = item.FieldRef is { } field
                ? DownwardApi.Field(current, field.FieldPath, address)
                : DownwardApi.Resource(pod.Spec.Containers.First(container => container.Name == item.ResourceFieldRef.ContainerName), item.ResourceFieldRef);
            files[item.Path] = new(Encoding.UTF8.GetBytes(text), Mode(item.Mode, mode));
        }
    }

    private static void Add(
        Dictionary<string, VolumeFile> files,
        IReadOnlyDictionary<string, byte[]>? entries,
        IList<V1KeyToPath>? items,
        bool? optional,
        int? mode,
        string where)
    {
        if (entries is null)
        {
            return;
        }

        if (items is not { Count: > 0 })
        {
            foreach (var (key, value) in entries)
            {
                files[key] = new(value, Mode(null, mode));
            }

            return;
        }

        foreach (var item in items)
        {
            if (entries.TryGetValue(item.Key, out var value))
            {
                files[item.Path] = new(value, Mode(item.Mode, mode));
            }
            else if (optional != true)
            {
                throw new ContainerConfigException($"{where} has no key \"{item.Key}\"");
            }
        }
    }

    private static UnixFileMode Mode(int? own, int? usual) => (UnixFileMode)((own ?? usual ?? UsualMode) & 0x1FF);
}
