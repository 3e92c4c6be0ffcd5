using System.Diagnostics;

namespace KafkaLogstash.Tests.Integration.Kubectl;

/// <summary>Runs kubectl as a person does, with a kubeconfig and a namespace.</summary>
internal sealed class KubectlProgram : IDisposable
{
    private static readonly string? Program = Tools.Find("kubectl");

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("kubectl-tests-");
    private readonly string _namespace;

    public KubectlProgram(string kubeconfig, string ns)
    {
        if (Program is null)
        {
            Assert.Fail("There is no kubectl: run scripts/install-tools, which puts one into .tools/bin, or put one on PATH.");
        }

        _namespace = ns;
        WriteFile("config", kubeconfig);
    }

    /// <summary>Runs a command that must succeed.</summary>
    /// <returns>What it prints.</returns>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var result = await TryAsync(null, arguments);
        Assert.True(result.ExitCode == 0, $"kubectl {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Error}{result.Output}");
        return result.Output;
    }

    /// <summary>Runs a command that reads a manifest from its standard input and must succeed.</summary>
    public async Task<string> RunWithInputAsync(string input, params string[] arguments)
    {
        var result = await TryAsync(input, arguments);
        Assert.True(result.ExitCode == 0, $"kubectl {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Error}{result.Output}");
        return result.Output;
    }

    /// <summary>Runs a command, however it ends.</summary>
    public async Task<KubectlResult> TryAsync(string? input, params string[] arguments)
    {
        using var process = Start(arguments);
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
        }

        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Starts a command that goes on until it is ended.</summary>
    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(
            Program!, ["--kubeconfig", PathOf("config"), "--cache-dir", PathOf("cache"), "--namespace", _namespace, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = _home.FullName;
        start.Environment["KUBE_EDITOR"] = $"sh {PathOf("editor")}";
        return Process.Start(start)!;
    }

    /// <summary>Lets a script stand for the person at the editor.</summary>
    /// <param name="script">For a shell; <c>$1</c> is the file to edit.</param>
    public void EditBy(string script) => WriteFile("editor", script);

    public void Dispose() => _home.Delete(recursive: true);

    private void WriteFile(string name, string content) => File.WriteAllText(PathOf(name), content);

    private string PathOf(string name) => Path.Join(_home.FullName, name);
}

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">0 is success.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Error">What it complained of.</param>
internal sealed record KubectlResult(int ExitCode, string Output, string Error);
