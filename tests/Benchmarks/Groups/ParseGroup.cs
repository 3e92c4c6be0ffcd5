using System.Text;
using KafkaLogstash.Benchmarks.Measuring;
using KafkaLogstash.Benchmarks.Samples;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Checks;
using KafkaLogstash.Logstash.Writing;

namespace KafkaLogstash.Benchmarks.Groups;

/// <summary>The config language: reading, checking and writing 1 MB.</summary>
internal sealed class ParseGroup : IBenchmarkGroup
{
    private const int Seed = 20260101;
    private const int Length = 1_000_000;

    /// <inheritdoc/>
    public string Name => "parse";

    /// <inheritdoc/>
    public string Description => $"a config of 1 MB (seed {Seed}), on one core; ratios are to a loop over the same characters";

    /// <inheritdoc/>
    public async Task RunAsync(TextWriter report, CancellationToken cancellationToken)
    {
        var text = SampleConfig.Write(Seed, Length);
        var utf8 = Encoding.UTF8.GetBytes(text);
        var document = LogstashConfig.Parse(text).Document;
        var context = new PipelineContext { Version = LogstashVersion.Parse("9.5.2"), DecorateEvents = "none" };
        string[] names = ["loop over characters", "parse", "parse UTF-8", "parse + checks", "write"];
        var costs = CpuMeter.Measure(
            [
                () => CountBraces(text),
                () => LogstashConfig.Parse(text),
                () => LogstashConfig.Parse(utf8),
                () => PipelineChecks.Run(LogstashConfig.Parse(text).Document, context),
                () => ConfigWriter.Write(document),
            ],
            cancellationToken);
        for (var i = 0; i < names.Length; i++)
        {
            await report.WriteLineAsync(
                $"  {names[i],-22}{costs[i].MegabytesPerSecond(utf8.Length),8:F1} MB/s, {(double)costs[i].AllocatedBytes / utf8.Length,5:F2} B allocated per byte, ratio {costs[i].Cpu / costs[0].Cpu:F1}");
        }
    }

    /// <summary>What any program that looks at each character has to do at the least.</summary>
    private static (int Braces, int Lines) CountBraces(string text)
    {
        var braces = 0;
        var lines = 0;
        foreach (var c in text)
        {
            switch (c)
            {
                case '{' or '}':
                    braces++;
                    break;
                case '\n':
                    lines++;
                    break;
            }
        }

        return (braces, lines);
    }
}
