using System.Runtime.InteropServices;

namespace KafkaLogstash.LocalCluster.Node;

/// <summary>What the operating system can do and .NET has no call for.</summary>
internal static partial class NativeCalls
{
    private const int Terminate = 15;

    /// <summary>Asks a process to end; that it is gone already is fine.</summary>
    public static void AskToEnd(int process) => _ = Kill(process, Terminate);

    /// <summary>Gives a file or directory to a user and the group of the same number, where this process may.</summary>
    public static void Own(string path, int user) => _ = ChangeOwner(path, (uint)user, (uint)user);

    /// <summary>Renames a file or symbolic link in one step, replacing what has the new name.</summary>
    public static void Rename(string from, string to)
    {
        if (RenameFile(from, to) != 0)
        {
            throw new IOException($"'{from}' can't be renamed to '{to}': {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int RenameFile(string from, string to);

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
