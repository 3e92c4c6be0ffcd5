using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Checks;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Tests.Unit.Logstash;

public sealed class PipelineCheckTests
{
    private static readonly PipelineContext Context = new()
    {
        Version = LogstashVersion.Parse("9.5.2"),
        DecorateEvents = "none",
        DefinedEnvironment = new HashSet<string> { "HOSTNAME" },
        DeniedPlugins = new HashSet<string> { "ruby", "output/file", "codec/avro" },
    };

    [Theory]
    [InlineData("filter { if [@metadata][kafka][topic] == \"a\" { mutate { } } }", "kafka-metadata-missing 1:13")]
    [InlineData("output { stdout { id => \"%{[@metadata][kafka][topic]}\" } }", "kafka-metadata-missing 1:25")]
    [InlineData("input { stdin { } }", "unusable-plugin 1:9")]
    [InlineData("filter { mutat { } }", "unknown-plugin 1:10")]
    [InlineData("filter { else { } }", "unknown-plugin 1:10")]
    [InlineData("output { pipe { command => \"x\" } }", "unknown-plugin 1:10")]
    [InlineData("input { tcp { codec => jsn } }", "unknown-plugin 1:24")]
    [InlineData("input { tcp { codec => jsn { } } }", "unknown-plugin 1:24")]
    [InlineData("input { \"tcp\" { } }", "quoted-plugin-name 1:9")]
    [InlineData("filter { ruby { } }", "denied-plugin 1:10")]
    [InlineData("output { file { codec => avro { } } }", "denied-plugin 1:10, denied-plugin 1:26")]
    [InlineData("input { file { } }", "")]
    [InlineData("filter { mutate { id => \"a\" } mutate { id => aa } } output { stdout { id => 'aa' } }", "duplicate-id 1:77")]
    [InlineData("filter { mutate { add_field => { \"a\" => 1 \"a\" => 2 } } }", "duplicate-key 1:43")]
    [InlineData("filter { mutate { add_field => { \"aa\" => 1 aa => 2 } } }", "duplicate-key 1:44")]
    [InlineData("input { tcp { codec => json { } codec => plain { } } }", "two-codecs 1:33")]
    [InlineData("filter { mutate { } drop { } }", "drops-everything 1:21")]
    [InlineData("filter { if [a] { drop { } } else { drop { } } }", "drops-everything 1:37")]
    [InlineData("filter { if [a] { drop { } } else if [b] { drop { } } drop { percentage => 40 } }", "")]
    [InlineData("filter { if [a] in [\"b\"] { mutate { } } }", "one-element-array 1:20")]
    [InlineData("filter { if [a] not in [ 5 ] { mutate { } } }", "one-element-array 1:24")]
    [InlineData("filter { if [a] in [b] { mutate { } } }", "")]
    [InlineData("filter { if [a] == [\"b\", \"c\"] { mutate { } } }", "array-comparison 1:13")]
    [InlineData("filter { if [a] xor [b] and [c] { mutate { } } }", "mixed-operators 1:17")]
    [InlineData("filter { if [a] xor [b] { mutate { } } }", "")]
    [InlineData("filter { if not([a]) { mutate { } } }", "method-call 1:13")]
    [InlineData("filter { if 5 =~ /b/ { mutate { } } }", "number-match 1:13")]
    [InlineData("filter { mutate { x => 010 y => 08 z => 0.5 w => 0 } }", "octal-number 1:24, octal-number 1:33")]
    [InlineData("filter { mutate { x => \"${HOSTNAME}-${NOPE}\" y => \"${OTHER:x}\" } }", "undefined-variable 1:24")]
    [InlineData("filter { if [a] == \"${NOPE}\" { mutate { } } }", "undefined-variable 1:20")]
    [InlineData("filter { if [a] == \"x${HOSTNAME}\" { mutate { } } }", "not-a-placeholder 1:20")]
    [InlineData("filter { mutate { x => \"${my-var}\" } }", "not-a-placeholder 1:24")]
    [InlineData("input { beats { port => 5044 } } filter { grok { match => { \"message\" => \"%{NUMBER:n}\" } } } output { stdout { codec => rubydebug } }", "")]
    public void Traps_are_found_where_they_stand(string text, string expected)
    {
        var parsed = LogstashConfig.Parse(text);
        Assert.Empty(parsed.Errors);
        Assert.Equal(expected, string.Join(", ", PipelineChecks.Run(parsed.Document, Context).Select(finding => $"{finding.Code} {finding.Span!.Value.Line}:{finding.Span.Value.Column}")));
    }

    [Fact]
    public void What_is_not_known_is_not_checked() =>
        Assert.Empty(PipelineChecks.Run(LogstashConfig.Parse("filter { acme { x => \"${NOPE}\" y => \"%{[@metadata][kafka][topic]}\" } }").Document, new PipelineContext()));

    [Fact]
    public void Headers_need_extended_decoration()
    {
        var document = LogstashConfig.Parse("filter { mutate { x => \"%{[@metadata][kafka][headers][h]}\" y => \"%{[@metadata][kafka][key]}\" } }").Document;
        Assert.Equal(2, PipelineChecks.Run(document, Context).Count);
        Assert.Single(PipelineChecks.Run(document, Context with { DecorateEvents = "basic" }));
        Assert.Empty(PipelineChecks.Run(document, Context with { DecorateEvents = "extended" }));
    }

    [Fact]
    public void The_whole_pipeline_is_weighed_against_partitions_and_volumes()
    {
        var context = new PipelineContext { ConsumerThreads = 3, Replicas = 4, Partitions = 11, QueueType = "persisted" };
        Assert.Equal(["more-consumers-than-partitions", "queue-without-volume"], PipelineChecks.Run([], context).Select(finding => finding.Code));
        Assert.Empty(PipelineChecks.Run([], context with { Partitions = 12, HasDataVolume = true }));
        Assert.Empty(PipelineChecks.Run([], new PipelineContext { ConsumerThreads = 3, Replicas = 4 }));
    }

    [Fact]
    public void Pieces_of_one_pipeline_share_their_ids_and_are_told_apart()
    {
        ConfigSource Source(string path, SectionKind kind, string text) => new(path, LogstashConfig.ParseBody(kind, text).Document);
        var finding = Assert.Single(PipelineChecks.Run(
            [Source("spec.pipeline.filter", SectionKind.Filter, "mutate { id => 'x' }"), Source("spec.pipeline.outputs", SectionKind.Output, "\nstdout { id => 'x' }")],
            Context));
        Assert.Equal(("duplicate-id", "spec.pipeline.outputs", 2, Severity.Error), (finding.Code, finding.Path, finding.Span!.Value.Line, finding.Severity));
        Assert.Equal(SectionKind.Output, finding.Section);
    }
}
