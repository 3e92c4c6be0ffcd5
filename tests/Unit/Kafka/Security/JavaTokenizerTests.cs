using System.Buffers.Text;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using CsCheck;
using KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Kafka;
using KafkaLogstash.Logstash.Jaas;
using KafkaLogstash.Tests.Unit.Operator;

namespace KafkaLogstash.Tests.Unit.Kafka.Security;

/// <summary>
/// What the operator writes as a JAAS line, and how the stand-in for Logstash reads one, held against Java's own tokenizer. Other tests rely on the stand-in,
/// so that they need no Java; these need a JDK, and are skipped where there is none.
/// </summary>
public sealed class JavaTokenizerTests
{
    private const int Lines = 5000;

    private static readonly Gen<string> Value = Gen.OneOf(
        Gen.Char["\"'\\$;{}[]()=#%/*\n\r\t\u007f 0173abntrfvX:"], Gen.Char['\u0001', '\u024f'], Gen.Char['\u0001', '\ud7ff'], Gen.Char['\ue000', '\uffff'])
        .Select(c => c.ToString()).Array[0, 24].Select(string.Concat);

    [Fact]
    public async Task Java_reads_what_the_operator_writes()
    {
        var credentials = Some(Gen.Select(Value, Value));

        var read = await ReadAsync(credentials.Select(pair => JaasConfig.Plain(pair.Item1, pair.Item2).Line));

        Assert.Equal(credentials.Select(pair => Options(("username", pair.Item1), ("password", pair.Item2))), read);
    }

    [Fact]
    public async Task The_stand_in_reads_what_Java_reads()
    {
        // Anything at all between quotes, its escapes included; a line end inside them is left out, where Java ends the value without a word.
        var raw = Value.Select(text => text.Replace('\n', 'n').Replace('\r', 'r'));
        var lines = Some(Gen.Select(raw, raw)).Select(pair => $"a.b.Module required username=\"{pair.Item1}\" password='{pair.Item2}';").ToList();

        var read = await ReadAsync(lines);

        var compared = 0;
        foreach (var (line, java) in lines.Zip(read))
        {
            // Values that close their quotes early make lines that only Java's tokenizer can take apart: Kafka refuses nearly all of them, and so does the stand-in.
            if (java.StartsWith("read ", StringComparison.Ordinal) && StandIn(line) is { } ours)
            {
                Assert.Equal(java, ours);
                compared++;
            }
        }

        Assert.InRange(compared, Lines / 4, Lines);
    }

    private static string? StandIn(string line)
    {
        try
        {
            var options = JaasLine.Parse(line).Options;
            return options.Count == 2 ? Options([.. options.Select(option => (option.Key, option.Value))]) : null;
        }
        catch (KafkaLogstash.LocalCluster.LogstashStandIn.PipelineException)
        {
            return null;
        }
    }

    private static List<T> Some<T>(Gen<T> gen)
    {
        var values = new List<T>(Lines);
        gen.Seeded().Sample(values.Add, iter: Lines, threads: 1);
        return values;
    }

    private static string Options(params ReadOnlySpan<(string Key, string Value)> options)
    {
        var text = new StringBuilder("read ");
        foreach (var (key, value) in options)
        {
            text.Append(text.Length > 5 ? " " : "").Append(Encode(key)).Append('=').Append(Encode(value));
        }

        return text.ToString();
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static async Task<IReadOnlyList<string>> ReadAsync(IEnumerable<string> lines)
    {
        var stop = TestContext.Current.CancellationToken;
        using var java = Start(Path.Join(Checkout.Root, "tests/Unit/Kafka/Security/Java/ReadJaas.java"));
        var output = java.StandardOutput.ReadToEndAsync(stop);
        var errors = java.StandardError.ReadToEndAsync(stop);
        await using (var input = java.StandardInput)
        {
            foreach (var line in lines)
            {
                await input.WriteAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes(line)) + "\n");
            }
        }

        await java.WaitForExitAsync(stop);
        if (java.ExitCode != 0)
        {
            Assert.Skip($"The Java here can't run a source file, which needs a JDK: {await errors}");
        }

        return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static Process Start(string source)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("java", [source])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("There is no program 'java' here: a JDK lets this test run.");
            throw;
        }
    }
}
