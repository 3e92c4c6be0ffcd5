using System.Diagnostics;
using System.Runtime.InteropServices;

namespace KafkaLogstash.Benchmarks.Publishing;

/// <summary>A program of the product, published in one of the ways that .NET has.</summary>
/// <param name="Project">Its project's folder.</param>
/// <param name="Program">Its file.</param>
/// <param name="Name">The way.</param>
/// <param name="Options">What <c>dotnet publish</c> is told.</param>
internal sealed record PublishedProgram(string Project, string Program, string Name, IReadOnlyList<string> Options)
{
    private const string NeedsRuntime = "--no-self-contained";
    private const string SelfContained = "--self-contained";
    private const string Trimmed = "-p:PublishTrimmed=true";
    private const string Compiled = "-p:PublishReadyToRun=true";
    private const string NotCompiled = "-p:PublishReadyToRun=false";

    // Confluent.Kafka is not written for the trimmer and says so: a warning, which must not end the measuring.
    private const string MayWarn = "-p:TreatWarningsAsErrors=false";

    /// <summary>The bridge.</summary>
    public static IReadOnlyList<PublishedProgram> Bridges { get; } =
    [
        Bridge("framework-dependent", NeedsRuntime, NotCompiled),
        Bridge("framework-dependent, ReadyToRun", NeedsRuntime, Compiled),
        Bridge("trimmed", SelfContained, Trimmed, NotCompiled, MayWarn),
        Bridge("trimmed, ReadyToRun", SelfContained, Trimmed, Compiled, MayWarn),
        Bridge("Native AOT", SelfContained, "-p:PublishAot=true", NotCompiled, MayWarn) with { Needs = "clang" },
    ];

    /// <summary>The operator. KubernetesClient and YamlDotNet read types by reflection: it can't be trimmed.</summary>
    public static IReadOnlyList<PublishedProgram> Operators { get; } =
    [
        Operator("framework-dependent", NeedsRuntime, NotCompiled),
        Operator("framework-dependent, ReadyToRun", NeedsRuntime, Compiled),
    ];

    /// <summary>A program without which it can't be published.</summary>
    public string? Needs { get; init; }

    /// <summary>The program's file.</summary>
    public string Path => System.IO.Path.Join(Folder, Program);

    /// <summary>Whether it can be published on this machine.</summary>
    public bool CanBePublished =>
        Needs is null || (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator).Any(folder => File.Exists(System.IO.Path.Join(folder, Needs)));

    /// <summary>What its files take, without what is only for debuggers.</summary>
    public long Size => new DirectoryInfo(Folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.Extension is not (".pdb" or ".dbg")).Sum(file => file.Length);

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(System.IO.Path.Join(folder.FullName, "Operator.sln")))
            {
                folder = folder.Parent;
            }

            return folder?.FullName ?? throw new InvalidOperationException($"No Operator.sln above {AppContext.BaseDirectory}: measure from a checkout.");
        }
    }

    private string Folder => InCheckout("artifacts", "bench", Program, Name.Replace(", ", "-", StringComparison.Ordinal).Replace(' ', '-'));

    /// <summary>A file of the checkout.</summary>
    public static string InCheckout(params string[] path) => System.IO.Path.Join([Root, .. path]);

    /// <summary>Publishes it into a folder of its own, beside what <c>make build</c> makes.</summary>
    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                "publish", Project, "--configuration", "Release", "--runtime", $"linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}", .. Options, "--output", Folder,
                "--artifacts-path", InCheckout("artifacts", "bench", "build"), "-p:NuGetLockFilePath=obj/bench.lock.json", "-p:RunAnalyzers=false", "-nodeReuse:false", "--verbosity", "quiet",
                "-clp:NoSummary",
            ])
        {
            WorkingDirectory = Root,
            UseShellExecute = false,
        })!;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{Name}' could not be published; what dotnet says is above.");
        }
    }

    private static PublishedProgram Bridge(string name, params string[] options) => new("operator/Bridge", "kafka-logstash-bridge", name, options);

    private static PublishedProgram Operator(string name, params string[] options) => new("operator/Operator", "kafka-logstash-operator", name, options);
}
