using System.Collections.Immutable;
using System.Net;
using KafkaLogstash.Bridging;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>A volume as a container sees it.</summary>
/// <param name="Path">Absolute path in the container.</param>
/// <param name="Source">The file or directory on this machine.</param>
/// <param name="ReadOnly">Whether the container may not write.</param>
public sealed record ContainerMount(string Path, string Source, bool ReadOnly);

/// <summary>A container that is about to be started.</summary>
/// <param name="Image">Its image.</param>
/// <param name="Command">Its command, expanded; empty means the image's entry point.</param>
/// <param name="Arguments">Its arguments, expanded.</param>
/// <param name="Environment">Its environment, resolved.</param>
/// <param name="Root">Directory under which its mounts lie.</param>
/// <param name="ScratchDirectory">A directory for whatever starting it takes; of this container alone.</param>
/// <param name="PodAddress">The loopback address of its pod.</param>
/// <param name="Mounts">Its volumes.</param>
/// <param name="Namespace">The namespace of its pod.</param>
/// <param name="NamesFile">The file in which the names of Services lead to addresses.</param>
/// <param name="ServiceAccount">The service account of its pod.</param>
public sealed record ContainerStart(
    string Image,
    IReadOnlyList<string> Command,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment,
    string Root,
    string ScratchDirectory,
    IPAddress PodAddress,
    IReadOnlyList<ContainerMount> Mounts,
    string Namespace,
    string NamesFile,
    string ServiceAccount);

/// <summary>A process that runs a container.</summary>
/// <param name="Program">Program, as a path or found by PATH.</param>
/// <param name="Arguments">Its arguments.</param>
public sealed record ContainerProcess(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Environment variables beyond the container's own.</summary>
    public ImmutableDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>Turns a container into the process that runs it.</summary>
/// <exception cref="ContainerStartException">That can't be done here; the message says why.</exception>
public delegate ContainerProcess ContainerProgram(ContainerStart container);

/// <summary>A container can't be started; the message goes into its status.</summary>
public sealed class ContainerStartException(string message) : Exception(message);

/// <summary>What this node runs in place of images: the longest prefix of an image's name decides.</summary>
public sealed class ImageCatalogue
{
    private readonly ImmutableSortedDictionary<string, ContainerProgram> _programs;

    private ImageCatalogue(ImmutableSortedDictionary<string, ContainerProgram> programs) => _programs = programs;

    /// <summary>The prefixes of images that can be run.</summary>
    public IEnumerable<string> Prefixes => _programs.Keys;

    /// <summary>Knows no image.</summary>
    public static ImageCatalogue Empty { get; } = new(ImmutableSortedDictionary.Create<string, ContainerProgram>(StringComparer.Ordinal));

    /// <summary>Logstash's image: a real Logstash where <c>LOGSTASH_HOME</c> names one, otherwise the stand-in; and the bridge's.</summary>
    public static ImageCatalogue Default() => Empty
        .With(
            LogstashImage.Prefix,
            Environment.GetEnvironmentVariable(RealLogstash.HomeVariable) is { Length: > 0 } home ? new RealLogstash(home).Start : LogstashImage.StandIn)
        .With(BridgeDefaults.Image, BridgeImage.Start);

    /// <summary>A catalogue with one more entry.</summary>
    /// <param name="prefix">What the image's name begins with, without tag.</param>
    /// <param name="program">What runs it.</param>
    public ImageCatalogue With(string prefix, ContainerProgram program) => new(_programs.SetItem(prefix, program));

    /// <summary>What runs an image, or null.</summary>
    public ContainerProgram? Find(string image) => _programs
        .Where(entry => image == entry.Key || (image.StartsWith(entry.Key, StringComparison.Ordinal) && image[entry.Key.Length] is ':' or '@' or '/' or '-'))
        .OrderByDescending(entry => entry.Key.Length)
        .Select(entry => entry.Value)
        .FirstOrDefault();
}
