using KafkaLogstash.LocalCluster.Node;

namespace KafkaLogstash.Tests.Unit.LocalCluster.Node;

public sealed class RootPlanTests
{
    [Fact]
    public void Only_directories_on_the_way_to_a_mount_are_made_anew()
    {
        var files = new Files(new()
        {
            ["/"] = [new("bin", true, "usr/bin"), new("etc", true, null), new("usr", true, null)],
            ["/etc"] = [new("hosts", false, null)],
            ["/usr"] = [new("bin", true, null)],
            ["/opt/logstash"] = [new("jdk", true, null)],
        });
        ContainerMount[] mounts = [new("/etc/logstash/settings", "/volumes/settings", true), new("/usr/share/logstash/data", "/volumes/data", false)];

        var steps = RootPlan.Make("/opt/logstash", "/usr/share/logstash", mounts, files);

        Assert.Equal(
            [
                new RootStep.Link("/bin", "usr/bin"),
                new RootStep.Folder("/etc"),
                new RootStep.Bind("/etc/hosts", "/etc/hosts", false, false),
                new RootStep.Folder("/etc/logstash"),
                new RootStep.Bind("/etc/logstash/settings", "/volumes/settings", true, true),
                new RootStep.Folder("/usr"),
                new RootStep.Bind("/usr/bin", "/usr/bin", true, false),
                new RootStep.Folder("/usr/share"),
                new RootStep.Folder("/usr/share/logstash"),
                new RootStep.Bind("/usr/share/logstash/data", "/volumes/data", true, false),
                new RootStep.Bind("/usr/share/logstash/jdk", "/opt/logstash/jdk", true, true),
            ],
            steps);
    }

    [Fact]
    public void A_link_takes_the_place_of_what_this_machine_has()
    {
        var files = new Files(new()
        {
            ["/"] = [new("etc", true, null)],
            ["/etc"] = [new("hosts", false, null), new("passwd", false, null)],
        });

        var steps = RootPlan.Make("/opt/logstash", "/logstash", [], files, new Dictionary<string, string> { ["/etc/hosts"] = "/run/names/hosts" });

        Assert.Equal(
            [
                new RootStep.Folder("/etc"),
                new RootStep.Link("/etc/hosts", "/run/names/hosts"),
                new RootStep.Bind("/etc/passwd", "/etc/passwd", false, false),
                new RootStep.Bind("/logstash", "/opt/logstash", true, true),
            ],
            steps);
    }

    private sealed class Files(Dictionary<string, HostEntry[]> folders) : HostFiles
    {
        public override IEnumerable<HostEntry> List(string directory) => folders.GetValueOrDefault(directory) ?? [];

        public override bool IsFolder(string path) => true;
    }
}
