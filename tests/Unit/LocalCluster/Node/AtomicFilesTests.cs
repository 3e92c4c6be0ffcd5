using System.Text;
using KafkaLogstash.LocalCluster.Node;

namespace KafkaLogstash.Tests.Unit.LocalCluster.Node;

public sealed class AtomicFilesTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("atomic-files-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Files_follow_what_they_are_made_of()
    {
        Assert.True(Write(("a", "1"), ("nested/b", "2")));
        Assert.Equal("1", Read("a"));
        Assert.Equal("2", Read("nested/b"));

        Assert.True(Write(("a", "changed"), ("c", "3")));
        Assert.Equal("changed", Read("a"));
        Assert.Equal("3", Read("c"));
        Assert.False(Path.Exists(Path.Join(_directory.FullName, "nested")));
    }

    [Fact]
    public void Equal_files_are_left_alone()
    {
        Write(("a", "1"));
        var before = new FileInfo(Path.Join(_directory.FullName, "..data")).LinkTarget;

        Assert.False(Write(("a", "1")));

        Assert.Equal(before, new FileInfo(Path.Join(_directory.FullName, "..data")).LinkTarget);
    }

    private bool Write(params (string Path, string Text)[] files) => AtomicFiles.Write(
        _directory.FullName,
        files.ToDictionary(file => file.Path, file => new VolumeFile(Encoding.UTF8.GetBytes(file.Text), UnixFileMode.UserRead | UnixFileMode.UserWrite)));

    private string Read(string path) => File.ReadAllText(Path.Join(_directory.FullName, path));
}
