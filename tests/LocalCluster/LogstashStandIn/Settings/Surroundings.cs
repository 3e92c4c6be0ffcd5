using System.Collections;
using System.Net;
using KafkaLogstash.LocalCluster.Naming;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Catalogue;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Settings;

/// <summary>
/// What a container would give to its program and a plain process has to be told: its environment, its file system's root and its address.
/// </summary>
/// <param name="Environment">The environment variables.</param>
internal sealed record Surroundings(IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Names the directory that stands for the container's <c>/</c>; absolute paths lead below it.</summary>
    public const string RootVariable = "LOCAL_CLUSTER_ROOT";

    /// <summary>Names the pod's loopback address, which takes the place of 0.0.0.0.</summary>
    public const string PodAddressVariable = "LOCAL_CLUSTER_POD_IP";

    /// <summary>Names the version that the node API reports.</summary>
    public const string VersionVariable = "LOGSTASH_STAND_IN_VERSION";

    /// <summary>The version that the node API reports: 9.5.2 where the environment names none.</summary>
    public LogstashVersion Version { get; } = LogstashVersion.TryParse(Environment.GetValueOrDefault(VersionVariable), out var version)
        ? version
        : LogstashVersion.Parse("9.5.2");

    /// <summary>The plugins that a Logstash of that version brings along: what the stand-in does not run but Logstash would is told from a misspelt name.</summary>
    public PluginNames Bundled => PluginNames.For(Version);

    /// <summary>Resolves the names of Services and of this machine.</summary>
    public ClusterNames Names { get; } = ClusterNames.Of(Environment.GetValueOrDefault);

    /// <summary>Those of this process.</summary>
    public static Surroundings OfProcess() => new(System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(entry => (string)entry.Key, entry => entry.Value as string ?? "", StringComparer.Ordinal));

    /// <summary>The environment's value, or null where it is not set.</summary>
    public string? Value(string name) => Environment.GetValueOrDefault(name);

    /// <summary>Where a path of the container lies on this machine.</summary>
    public string Locate(string path)
    {
        var root = Value(RootVariable);
        if (string.IsNullOrEmpty(root) || !Path.IsPathRooted(path))
        {
            return path;
        }

        // A path that was located before, one that came back out of a directory listing for instance, stays.
        return path == root || path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : Path.Join(root, path);
    }

    /// <summary>The address to listen on where Logstash would listen on <paramref name="host"/>.</summary>
    /// <exception cref="PipelineException">It is no address of this machine.</exception>
    public IPAddress Bind(string host)
    {
        if (host is "0.0.0.0" or "::" or "")
        {
            host = Value(PodAddressVariable) ?? "0.0.0.0";
        }

        if (host == "localhost")
        {
            return IPAddress.Loopback;
        }

        return IPAddress.TryParse(host, out var address)
            ? address
            : throw new PipelineException($"Can't listen on '{host}': the stand-in needs an IP address.");
    }
}
