namespace KafkaLogstash.Tests.Monitoring;

/// <summary>Prometheus' own tool, which <c>make tools</c> fetches where it can.</summary>
internal static class Promtool
{
    /// <summary>Runs it; the test is skipped where there is none.</summary>
    /// <param name="input">What it reads from its standard input.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>The exit status, and all that it said.</returns>
    public static Task<(int Status, string Said)> RunAsync(string input, params string[] arguments)
    {
        var file = Tool.Find("promtool");
        Assert.SkipWhen(file is null, "There is no promtool: 'make tools' fetches it where there is a Debian, or put it on PATH (https://prometheus.io/download/).");
        return Tool.RunAsync(file, input, arguments);
    }
}
