namespace KafkaLogstash.LocalCluster.Node;

/// <summary>A file of a volume.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Mode">Its permissions.</param>
internal sealed record VolumeFile(byte[] Content, UnixFileMode Mode);

/// <summary>
/// Keeps the files of a volume as kubelet does: in a directory of their own that <c>..data</c> leads to, so that all change at once.
/// </summary>
internal static class AtomicFiles
{
    private const string Data = "..data";

    /// <summary>Makes a directory show exactly these files; tells whether that changed anything.</summary>
    /// <param name="directory">The volume.</param>
    /// <param name="files">The files by relative path.</param>
    /// <param name="owner">User and group that the files are to belong to; null leaves them as they are.</param>
    public static bool Write(string directory, IReadOnlyDictionary<string, VolumeFile> files, int? owner = null)
    {
        Directory.CreateDirectory(directory);
        var data = Path.Join(directory, Data);
        var old = new FileInfo(data).LinkTarget;
        if (old is not null && IsSame(Path.Join(directory, old), files))
        {
            return false;
        }

        var current = $"..{DateTimeOffset.UtcNow:yyyy_MM_dd_HH_mm_ss}.{Guid.NewGuid():N}";
        foreach (var (path, file) in files)
        {
            var target = Path.Join(directory, current, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.WriteAllBytes(target, file.Content);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(target, file.Mode);
            }

            if (owner is { } user)
            {
                NativeCalls.Own(target, user);
            }
        }

        Directory.CreateDirectory(Path.Join(directory, current));
        var link = data + "_tmp";
        File.Delete(link);
        File.CreateSymbolicLink(link, current);
        NativeCalls.Rename(link, data);
        Link(directory, files);
        if (old is not null)
        {
            Directory.Delete(Path.Join(directory, old), recursive: true);
        }

        return true;
    }

    private static bool IsSame(string directory, IReadOnlyDictionary<string, VolumeFile> files)
    {
        var there = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(directory, path)).ToHashSet();
        return there.SetEquals(files.Keys) && files.All(file => File.ReadAllBytes(Path.Join(directory, file.Key)).AsSpan().SequenceEqual(file.Value.Content));
    }

    private static void Link(string directory, IReadOnlyDictionary<string, VolumeFile> files)
    {
        var names = files.Keys.Select(path => path.Split('/')[0]).ToHashSet();
        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos().Where(entry => entry.LinkTarget is not null && entry.Name != Data))
        {
            if (!names.Remove(entry.Name))
            {
                entry.Delete();
            }
        }

        foreach (var name in names)
        {
            File.CreateSymbolicLink(Path.Join(directory, name), Path.Join(Data, name));
        }
    }
}
