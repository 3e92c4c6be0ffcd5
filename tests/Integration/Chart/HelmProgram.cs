using System.Diagnostics;
using KafkaLogstash.Tests.Integration.Kubectl;

namespace KafkaLogstash.Tests.Integration.Chart;

/// <summary>Runs helm as a person does, with caches and settings of its own and, where it needs a cluster, a kubeconfig.</summary>
internal sealed class HelmProgram : IDisposable
{
    private static readonly string? Program = Tools.Find("helm");

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("helm-tests-");

    public HelmProgram(string? kubeconfig = null)
    {
        if (Program is null)
        {
            Assert.Fail("There is no helm: run scripts/install-tools, which puts one into .tools/bin, or put one on PATH.");
        }

        WriteFile("config", kubeconfig ?? "");
    }

    /// <summary>The folder of the chart.</summary>
    public static string Chart { get; } = Path.Join(Tools.Checkout, "charts", "kafka-logstash-operator");

    /// <summary>Runs a command that must succeed.</summary>
    /// <returns>What it prints.</returns>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var result = await TryAsync(arguments);
        Assert.True(result.ExitCode == 0, $"helm {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Error}{result.Output}");
        return result.Output;
    }

    /// <summary>Runs a command, however it ends.</summary>
    public Task<KubectlResult> TryAsync(params string[] arguments) => RunAsync(Program!, arguments, new Dictionary<string, string>());

    /// <summary>Runs a script of the checkout, which must succeed, with the same surroundings.</summary>
    /// <param name="script">Its path in the checkout.</param>
    /// <param name="environment">Further environment variables.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>What it prints.</returns>
    public async Task<string> ScriptAsync(string script, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var result = await RunAsync(Path.Join(Tools.Checkout, script), arguments, environment);
        Assert.True(result.ExitCode == 0, $"{script} ended with {result.ExitCode}: {result.Error}{result.Output}");
        return result.Output + result.Error;
    }

    private async Task<KubectlResult> RunAsync(string program, string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{Path.GetDirectoryName(Program)}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["HOME"] = _home.FullName;
        start.Environment["KUBECONFIG"] = Path.Join(_home.FullName, "config");
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith("HELM_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Writes a file that commands may name, with values for instance.</summary>
    /// <returns>Its path.</returns>
    public string WriteFile(string name, string content)
    {
        var path = Path.Join(_home.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>A copy of the chart that a test may change.</summary>
    /// <param name="name">Where it is to be.</param>
    /// <returns>Its folder.</returns>
    public string CopyChart(string name = "chart")
    {
        var copy = Path.Join(_home.FullName, name);
        foreach (var file in Directory.EnumerateFiles(Chart, "*", SearchOption.AllDirectories))
        {
            var target = Path.Join(copy, Path.GetRelativePath(Chart, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    public void Dispose() => _home.Delete(recursive: true);
}
