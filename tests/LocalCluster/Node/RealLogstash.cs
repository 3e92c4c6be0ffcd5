using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>
/// Runs a real Logstash of this machine as if it were in its image: in a mount namespace of its own, where it lies at
/// <c>/usr/share/logstash</c> and the container's volumes lie where it expects them, as a user that is not root.
/// </summary>
public sealed class RealLogstash
{
    /// <summary>The variable that names the directory of an unpacked Logstash.</summary>
    public const string HomeVariable = "LOGSTASH_HOME";

    /// <summary>The user, and the group, that Logstash's image runs as; Logstash 9 refuses root.</summary>
    internal const int Owner = 1000;

    private const string Home = "/usr/share/logstash";
    private const string Names = "/run/local-cluster/names";

    private readonly string _home;
    private readonly Lazy<IReadOnlyList<string>> _unshare;

    /// <summary>For the Logstash of a directory.</summary>
    /// <param name="home">The directory that holds <c>bin/logstash</c>.</param>
    public RealLogstash(string home)
    {
        _home = Path.GetFullPath(home);
        _unshare = new(FindUnshare);
    }

    /// <summary>Starts Logstash, or another program of its image.</summary>
    /// <exception cref="ContainerStartException">There is no Logstash, or this machine allows no mount namespaces.</exception>
    public ContainerProcess Start(ContainerStart container)
    {
        ArgumentNullException.ThrowIfNull(container);
        if (!File.Exists(Path.Join(_home, "bin", "logstash")))
        {
            throw new ContainerStartException($"{HomeVariable}={_home} holds no bin/logstash: let it name the directory of an unpacked Logstash.");
        }

        var unshare = _unshare.Value;
        var isRoot = Environment.IsPrivilegedProcess;
        IReadOnlyList<string> command = container.Command.Count > 0 ? container.Command : [$"{Home}/bin/logstash"];
        IReadOnlyList<string> address = LogstashImage.IsLogstash(container) ? ["--api.http.host", container.PodAddress.ToString()] : [];
        var script = Path.Join(container.ScratchDirectory, "mounts.sh");
        var newRoot = Path.Join(container.ScratchDirectory, "new-root");
        Directory.CreateDirectory(newRoot);
        File.WriteAllText(script, Script(newRoot, container, isRoot));
        return new(unshare[0], [.. unshare.Skip(1), "/bin/sh", script, .. command, .. container.Arguments, .. address]);
    }

    /// <summary>As root a mount namespace is enough; anybody else needs a user namespace around it.</summary>
    private static IReadOnlyList<string> FindUnshare()
    {
        IReadOnlyList<string> command = Environment.IsPrivilegedProcess
            ? ["unshare", "--mount"]
            : ["unshare", "--user", "--map-root-user", "--mount"];
        try
        {
            using var attempt = Process.Start(new ProcessStartInfo(command[0], [.. command.Skip(1), "true"]) { UseShellExecute = false, RedirectStandardError = true })!;
            var error = attempt.StandardError.ReadToEnd();
            attempt.WaitForExit();
            return attempt.ExitCode == 0
                ? command
                : throw new ContainerStartException(
                    $"A real Logstash needs a mount namespace, and this machine allows none ({error.Trim()}): unset {HomeVariable} to run the stand-in.");
        }
        catch (Win32Exception e)
        {
            throw new ContainerStartException($"A real Logstash needs the program unshare ({e.Message}): install util-linux, or unset {HomeVariable}.");
        }
    }

    /// <summary>
    /// Builds a root directory that shows all of this machine's files and, in between, the mounts; then goes there and becomes the command.
    /// </summary>
    private string Script(string newRoot, ContainerStart container, bool isRoot)
    {
        // The file of names is replaced whenever they change, so only its directory can be mounted.
        IReadOnlyList<ContainerMount> mounts = [.. container.Mounts, new(Names, Path.GetDirectoryName(container.NamesFile)!, ReadOnly: true)];
        var links = new Dictionary<string, string>(StringComparer.Ordinal) { ["/etc/hosts"] = $"{Names}/{Path.GetFileName(container.NamesFile)}" };
        var script = new StringBuilder("set -eu\n");
        script.Append($"mount -t tmpfs -o mode=0755 tmpfs {Quoted(newRoot)}\n");
        foreach (var step in RootPlan.Make(_home, Home, mounts, new HostFiles(), links))
        {
            var target = Quoted(newRoot + step.Path);
            script.Append(step switch
            {
                RootStep.Folder => $"mkdir {target}\n",
                RootStep.Link link => $"ln -s {Quoted(link.Target)} {target}\n",
                RootStep.Bind { IsFolder: true } bind => $"mkdir {target}; mount --rbind {Quoted(bind.Source)} {target}\n",
                RootStep.Bind bind => $": > {target}; mount --bind {Quoted(bind.Source)} {target}\n",
                _ => "",
            });

            // Where a user namespace locks the mount's flags it stays writable for its owner, as outside.
            if (step is RootStep.Bind { ReadOnly: true })
            {
                script.Append($"mount -o remount,bind,ro {target} 2>/dev/null || :\n");
            }
        }

        var leave = isRoot
            ? $"setpriv --reuid={Owner} --regid={Owner} --clear-groups --"
            : $"unshare --user --map-user={Owner} --map-group={Owner} --";
        script.Append($"cd {Quoted(newRoot)}\nmkdir .old-root\npivot_root . .old-root\ncd /\numount -l /.old-root\nrmdir /.old-root\n");
        script.Append($"exec {leave} \"$@\"\n");
        return script.ToString();
    }

    private static string Quoted(string path) => $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
