using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace KafkaLogstash.Bridge.Native;

/// <summary>
/// Finds the very librdkafka that Confluent.Kafka has loaded. The package carries several builds of it and picks one at run time,
/// so the file's name can't be known beforehand, and a second copy would not share the first one's state.
/// </summary>
internal static class LoadedLibrdkafka
{
    /// <summary>The name that native imports use; it is resolved to the loaded file by <see cref="Resolve"/>.</summary>
    public const string Name = "librdkafka-in-use";

    /// <summary>Answers a library import: the loaded librdkafka for <see cref="Name"/>, the runtime's own search for anything else.</summary>
    public static nint Resolve(string libraryName, Assembly assembly, DllImportSearchPath? searchPath)
        => libraryName == Name ? NativeLibrary.Load(FindPath()) : nint.Zero;

    private static string FindPath()
    {
        _ = Confluent.Kafka.Library.Version; // loads the library

        using var process = Process.GetCurrentProcess();
        return process.Modules.Cast<ProcessModule>()
            .Select(module => module.FileName)
            .FirstOrDefault(path => Path.GetFileName(path).Contains("rdkafka", StringComparison.OrdinalIgnoreCase))
            ?? throw new DllNotFoundException("Confluent.Kafka has loaded no librdkafka.");
    }
}
