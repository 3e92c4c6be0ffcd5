namespace KafkaLogstash.LocalCluster.Node;

/// <summary>A step that builds a root directory.</summary>
/// <param name="Path">The absolute path in it.</param>
internal abstract record RootStep(string Path)
{
    /// <summary>An empty directory.</summary>
    public sealed record Folder(string Path) : RootStep(Path);

    /// <summary>A symbolic link.</summary>
    public sealed record Link(string Path, string Target) : RootStep(Path);

    /// <summary>A file or directory that shows another.</summary>
    public sealed record Bind(string Path, string Source, bool IsFolder, bool ReadOnly) : RootStep(Path);
}

/// <summary>What a directory holds.</summary>
/// <param name="Name">Name of the entry.</param>
/// <param name="IsFolder">Whether it is a directory.</param>
/// <param name="LinkTarget">Where it leads if it is a symbolic link.</param>
internal sealed record HostEntry(string Name, bool IsFolder, string? LinkTarget);

/// <summary>Looks into directories.</summary>
internal class HostFiles
{
    /// <summary>The entries of a directory; none where there is no such directory.</summary>
    public virtual IEnumerable<HostEntry> List(string directory) => !Directory.Exists(directory)
        ? []
        : new DirectoryInfo(directory).EnumerateFileSystemInfos()
            .Select(entry => new HostEntry(entry.Name, entry.Attributes.HasFlag(FileAttributes.Directory), entry.LinkTarget));

    /// <summary>Whether a path is a directory.</summary>
    public virtual bool IsFolder(string path) => Directory.Exists(path);
}

/// <summary>
/// Plans a root directory that shows this machine's files, a Logstash and a container's mounts. Directories on the way to a mount are made anew
/// and their other entries shown one by one, so that nothing has to be created outside.
/// </summary>
internal static class RootPlan
{
    /// <summary>The steps in their order.</summary>
    /// <param name="home">Directory of the Logstash on this machine.</param>
    /// <param name="shownAt">Where it is shown.</param>
    /// <param name="mounts">The container's mounts.</param>
    /// <param name="files">Looks into directories.</param>
    /// <param name="links">Symbolic links in place of what this machine has there, and where they lead.</param>
    public static IEnumerable<RootStep> Make(
        string home, string shownAt, IReadOnlyList<ContainerMount> mounts, HostFiles files, IReadOnlyDictionary<string, string>? links = null)
    {
        var shown = mounts.Append(new ContainerMount(shownAt, home, ReadOnly: true)).DistinctBy(mount => mount.Path).ToDictionary(mount => mount.Path);
        return Fill("", "/", readOnly: false, new Contents(shown, links ?? new Dictionary<string, string>()), files);
    }

    private static IEnumerable<RootStep> Fill(string path, string source, bool readOnly, Contents contents, HostFiles files)
    {
        var shown = contents.Mounts;
        var entries = files.List(source).ToDictionary(entry => entry.Name);
        var below = contents.Paths.Where(mount => mount.StartsWith(path + "/", StringComparison.Ordinal))
            .Select(mount => mount[(path.Length + 1)..].Split('/')[0]);
        foreach (var name in entries.Keys.Union(below).Order(StringComparer.Ordinal))
        {
            var here = $"{path}/{name}";
            var entry = entries.GetValueOrDefault(name);
            var mount = shown.GetValueOrDefault(here);
            if (contents.Links.TryGetValue(here, out var leadsTo))
            {
                yield return new RootStep.Link(here, leadsTo);
            }
            else if (contents.Paths.Any(other => other.StartsWith(here + "/", StringComparison.Ordinal)))
            {
                yield return new RootStep.Folder(here);
                foreach (var step in Fill(here, mount?.Source ?? Path.Join(source, name), mount?.ReadOnly ?? readOnly, contents, files))
                {
                    yield return step;
                }
            }
            else if (mount is not null)
            {
                yield return new RootStep.Bind(here, mount.Source, files.IsFolder(mount.Source), mount.ReadOnly);
            }
            else if (entry!.LinkTarget is { } target)
            {
                yield return new RootStep.Link(here, target);
            }
            else
            {
                yield return new RootStep.Bind(here, Path.Join(source, name), entry.IsFolder, readOnly);
            }
        }
    }

    /// <summary>What is not this machine's.</summary>
    private sealed record Contents(IReadOnlyDictionary<string, ContainerMount> Mounts, IReadOnlyDictionary<string, string> Links)
    {
        public IEnumerable<string> Paths => Mounts.Keys.Concat(Links.Keys);
    }
}
