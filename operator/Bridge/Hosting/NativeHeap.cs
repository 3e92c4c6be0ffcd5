using System.Runtime.InteropServices;

namespace KafkaLogstash.Bridge.Hosting;

/// <summary>
/// glibc's heap, which librdkafka lives on. By default every thread may get an arena of its own, and what one thread frees another can't use: with records handed from thread to thread
/// that doubles what a bridge takes. Two arenas are enough for its few threads.
/// </summary>
internal static partial class NativeHeap
{
    /// <summary><c>M_ARENA_MAX</c> of malloc.h.</summary>
    private const int ArenaMax = -8;

    private const int Arenas = 2;

    /// <summary>Bounds the arenas; before librdkafka is loaded. Where the C library is another, nothing happens.</summary>
    public static void BoundArenas()
    {
        try
        {
            _ = SetOption(ArenaMax, Arenas);
        }
        catch (Exception missing) when (missing is EntryPointNotFoundException or DllNotFoundException)
        {
            // No glibc, no arenas.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
