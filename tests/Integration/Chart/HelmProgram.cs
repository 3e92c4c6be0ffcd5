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
    public async Task<KubectlResult> TryAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program!, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOME"] = _home.FullName;
        start.Environment["KUBECONFIG"] = Path.Join(_home.FullName, "config");
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith("HELM_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
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

    public void Dispose() => _home.Delete(recursive: true);
}
