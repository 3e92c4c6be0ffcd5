using System.Diagnostics;
using System.Runtime.InteropServices;

namespace KafkaLogstash.Tests.Integration.Images;

/// <summary>
/// What an image holds, as <c>scripts/publish-images</c> makes it, and programs in it: on a root file system that can't be written to, as the images' user, without rights and without
/// a folder for temporary files. What the images' base brings along, .NET and a C library, is this machine's.
/// </summary>
public sealed class ImageRoot : IAsyncLifetime
{
    // Made in a mount namespace that ends with the program. $1 is the folder to build the root in; then what is shown at the same path; then -- and the program.
    private const string InRoot = """
        set -eu
        root=$1; shift
        mount --make-rprivate /
        mount -t tmpfs -o mode=0755 image "$root"
        show() { mkdir -p "$root$2"; mount --rbind "$1" "$root$2"; mount -o remount,bind,ro "$root$2"; }
        for host in /lib /lib64 /usr/lib /etc/ssl /proc "$dotnet"; do [ ! -d "$host" ] || show "$host" "$host"; done
        mkdir "$root/dev"
        for device in null urandom; do : > "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
        printf '127.0.0.1 localhost\n' > "$root/etc/hosts"
        for folder in "$image"/*; do show "$folder" "/${folder##*/}"; done
        while [ "$1" != -- ]; do show "$1" "$1"; shift; done
        shift
        mount -o remount,ro "$root"
        exec chroot --userspec="$user" --groups= "$root" "$@"
        """;

    private readonly DirectoryInfo _mountPoint = Directory.CreateTempSubdirectory("image-root-");

    /// <summary>This machine's architecture as images name it.</summary>
    public static string Architecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => throw new PlatformNotSupportedException($"There is no image for {other}."),
    };

    /// <summary>Why programs can't be run like this here; null where they can.</summary>
    public static string? Obstacle => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? null : "Only root may build a root file system and give rights away.";

    private static string Checkout
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Join(folder.FullName, "Operator.sln")))
            {
                folder = folder.Parent;
            }

            return folder?.FullName ?? throw new InvalidOperationException($"No Operator.sln above {AppContext.BaseDirectory}: run the tests from a checkout.");
        }
    }

    /// <summary>What an image adds to its base.</summary>
    public static string Contents(string program) => Path.Join(Checkout, "artifacts", "images", program, Architecture);

    /// <summary>A file of the checkout.</summary>
    public static string InCheckout(params string[] path) => Path.Join([Checkout, .. path]);

    public async ValueTask InitializeAsync()
    {
        using var publishing = Process.Start(new ProcessStartInfo(InCheckout("scripts", "publish-images"), [$"operator/{Architecture}", $"bridge/{Architecture}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, errors) = (publishing.StandardOutput.ReadToEndAsync(), publishing.StandardError.ReadToEndAsync());
        await publishing.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(publishing.ExitCode == 0, $"scripts/publish-images ended with {publishing.ExitCode}:\n{await output}{await errors}");
    }

    public ValueTask DisposeAsync()
    {
        _mountPoint.Delete();
        return default;
    }

    /// <summary>Starts a program of an image.</summary>
    /// <param name="program"><c>operator</c> or <c>bridge</c>.</param>
    /// <param name="shown">Folders of this machine that it sees at the same path, read-only, as mounted ConfigMaps and Secrets are.</param>
    /// <param name="arguments">Its arguments.</param>
    public Process Start(string program, IEnumerable<string> shown, params IEnumerable<string> arguments)
    {
        Assert.SkipWhen(Obstacle is not null, Obstacle ?? "");
        var description = ImageDescription.Of(program);
        var start = new ProcessStartInfo("unshare", ["--mount", "sh", "-c", InRoot, "sh", _mountPoint.FullName, .. shown, "--", .. description.EntryPoint, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["image"] = Contents(program), ["dotnet"] = Runtime, ["user"] = description.User, ["DOTNET_ROOT"] = Runtime, ["HOME"] = "/" },
        };

        // What the base sets, and what the image sets over it.
        foreach (var (name, value) in (IEnumerable<KeyValuePair<string, string>>)[new("ASPNETCORE_HTTP_PORTS", "8080"), new("DOTNET_RUNNING_IN_CONTAINER", "true"), .. description.Environment])
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit status, and what it wrote.</returns>
    public async Task<(int Status, string Output, string Errors)> RunAsync(string program, params IEnumerable<string> arguments)
    {
        using var process = Start(program, [], arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await errors);
    }

    private static string Runtime => Path.GetFullPath(Path.Join(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
}
