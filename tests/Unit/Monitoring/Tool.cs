using System.Diagnostics;

namespace KafkaLogstash.Tests.Monitoring;

/// <summary>A program that <c>make tools</c> fetches.</summary>
internal static class Tool
{
    /// <summary>Where it is: on PATH or in <c>.tools/bin</c>; null where it is not.</summary>
    public static string? Find(string name)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).ToList();
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            folders.Add(Path.Join(folder.FullName, ".tools", "bin"));
        }

        return folders.Select(folder => Path.Join(folder, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>Runs it.</summary>
    /// <param name="file">Where it is.</param>
    /// <param name="input">What it reads from its standard input.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>The exit status, and all that it said.</returns>
    public static async Task<(int Status, string Said)> RunAsync(string file, string input, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(file, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, string.Concat(await said));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
