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
    [InlineData("filter { mutate { rename => { \"[@metadata][kafka][topic]\" => \"topic\" } } }", "kafka-metadata-missing 1:31")]
    [InlineData("filter { mutate { add_field => { \"[@metadata][kafka][topic]\" => \"topic\" } } }", "")]
    [InlineData("filter { ruby_ { code => 'event.get(\"[@metadata]\")[\"kafka\"]' } }", "unknown-plugin 1:10, kafka-metadata-missing 1:26")]
    [InlineData("input { kafka { decorate_events => basic } } filter { mutate { x => \"%{[@metadata][kafka][topic]}\" } }", "")]
    [InlineData("input { kafka { decorate_events => \"${HOSTNAME}\" } } filter { mutate { x => \"%{[@metadata][kafka][topic]}\" } }", "")]
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
    [InlineData("filter { drop { percentage => 100 } }", "drops-everything 1:10")]
    [InlineData("filter { if \"a\" == \"a\" { drop { } } }", "drops-everything 1:26")]
    [InlineData("filter { if \"a\" != \"a\" { mutate { } } else { drop { } } }", "drops-everything 1:46")]
    [InlineData("filter { if !(\"a\" == \"b\") { drop { } } else { mutate { } } }", "drops-everything 1:29")]
    [InlineData("filter { if \"a\" == \"b\" { drop { } } }", "")]
    [InlineData("filter { if \"${HOSTNAME}\" == \"b\" { drop { } } }", "")]
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

    [Theory]
    [InlineData("input { kafka { } }", "kafka-metadata-missing")]
    [InlineData("input { kafka { decorate_events => false } }", "kafka-metadata-missing")]
    [InlineData("input { kafka { decorate_events => true } }", "")]
    [InlineData("input { beats { } }", "")]
    public void Without_a_resource_the_config_itself_says_what_its_inputs_add(string input, string expected)
    {
        var document = LogstashConfig.Parse(input + " filter { if [@metadata][kafka][topic] { mutate { } } }").Document;
        Assert.Equal(expected, string.Join(", ", PipelineChecks.Run(document, new PipelineContext()).Select(finding => finding.Code)));
    }

    [Theory]
    [InlineData("ruby", "filter { ruby { } }", true)]
    [InlineData("Ruby", "filter { ruby { } }", true)]
    [InlineData("filter/ruby", "filter { if [a] { ruby { } } }", true)]
    [InlineData("filters/ruby", "filter { ruby { } }", true)]
    [InlineData("logstash-filter-ruby", "filter { ruby { } }", true)]
    [InlineData("input/ruby", "filter { ruby { } }", false)]
    [InlineData("ruby", "filter { aggregate { code => 'x' } }", true)]
    [InlineData("aggregate", "filter { ruby { } }", false)]
    [InlineData("beats", "input { elastic_agent { } }", true)]
    [InlineData("input/elastic_agent", "input { beats { } }", true)]
    [InlineData("inputs/stdin", "input { java_stdin { } }", true)]
    [InlineData("exec", "input { exec { command => 'x' } }", true)]
    [InlineData("output/stdout", "output { if [a] { java_stdout { } } }", true)]
    [InlineData("codecs/avro", "output { kafka { codec => avro { } } }", true)]
    [InlineData("avro", "output { kafka { codec => \"avro\" } }", true)]
    [InlineData("codec/avro", "output { kafka { codec => \"${CODEC:avro}\" } }", true)]
    [InlineData("filter/ruby", "output { kafka { codec => \"${CODEC:avro}\" } }", false)]
    [InlineData("plain", "input { beats { codec => java_plain } }", true)]
    public void A_denied_plugin_is_denied_under_every_name(string denied, string text, bool isDenied)
    {
        var findings = PipelineChecks.Run(LogstashConfig.Parse(text).Document, new PipelineContext { DeniedPlugins = new HashSet<string> { denied } });
        Assert.Equal(isDenied ? ["denied-plugin"] : [], findings.Where(finding => finding.Severity == Severity.Error).Select(finding => finding.Code));
    }

    [Theory]
    [InlineData("input { exec { command => 'x' } }", "unusable-plugin")]
    [InlineData("input { pipe { command => 'x' } }", "unusable-plugin")]
    [InlineData("input { file { path => '/var/log/app/*.log' } }", "unusable-plugin")]
    [InlineData("input { file { path => ['/var/log/app/*.log', '/data/*.log'] } }", "")]
    [InlineData("input { file { path => '/data/app/*.log' } }", "")]
    [InlineData("input { file { path => '/da*/x.log' } }", "")]
    [InlineData("input { file { path => '/database/x.log' } }", "unusable-plugin")]
    [InlineData("input { file { path => '${FILES}' } }", "")]
    [InlineData("input { unix { path => '/run/x.sock' } }", "unusable-plugin")]
    [InlineData("output { file { path => '/var/log/%{host}.log' } }", "unusable-plugin")]
    [InlineData("output { csv { path => '/data/%{host}.csv' } }", "")]
    [InlineData("output { nagios { } }", "unusable-plugin")]
    [InlineData("input { beats { port => 5044 } }", "")]
    [InlineData("input { beats { port => '5044' } }", "")]
    [InlineData("input { beats { port => '${PORT}' } }", "")]
    [InlineData("input { elastic_agent { port => 5045 } }", "port-not-exposed")]
    [InlineData("input { udp { port => 5044 } }", "port-not-exposed")]
    [InlineData("input { http { } }", "port-not-exposed")]
    [InlineData("input { syslog { } }", "privileged-port, privileged-port")]
    [InlineData("input { gelf { } }", "port-not-exposed")]
    [InlineData("input { gelf { use_tcp => true use_udp => false port => 5044 } }", "")]
    [InlineData("input { tcp { port => 9999 mode => client host => 'a' } }", "")]
    [InlineData("output { tcp { port => 9999 } http { } }", "")]
    public void A_plugin_that_a_pod_is_no_place_for_is_warned_of(string text, string expected)
    {
        var context = new PipelineContext { MountedPaths = ["/tmp", "/data/"], Ports = new HashSet<ListeningPort> { new(5044, "TCP") } };
        var document = LogstashConfig.Parse(text).Document;
        var findings = PipelineChecks.Run(document, context);
        Assert.Equal(expected, string.Join(", ", findings.Select(finding => finding.Code)));
        Assert.All(findings, finding => Assert.Equal(Severity.Warning, finding.Severity));
        Assert.Empty(PipelineChecks.Run(document, new PipelineContext()));
    }

    [Fact]
    public void Values_that_fields_give_to_generated_plugins_are_checked_too()
    {
        var json = System.Text.Json.JsonDocument.Parse("""{"add_field": {"a": ["${NOPE}"]}}""").RootElement;
        var findings = PipelineChecks.Run(
            [
                ConfigSource.OfOption("codec", SectionKind.Input, "codec", LogstashConfig.ParseValue("avro { }").Node!),
                ConfigSource.OfOption("topic", SectionKind.Output, "topic_id", new StringSyntax("%{[@metadata][kafka][topic]}")),
                ConfigSource.OfOption("options", SectionKind.Input, "add_field", json.GetProperty("add_field")),
                ConfigSource.OfCondition("when", SectionKind.Output, LogstashConfig.ParseCondition("\n [@metadata][kafka][key]").Node!),
            ],
            Context);
        Assert.Equal(
            ["codec denied-plugin 1", "topic kafka-metadata-missing ", "options undefined-variable ", "when kafka-metadata-missing 2"],
            findings.Select(finding => $"{finding.Path} {finding.Code} {finding.Span?.Line}"));
    }

    [Fact]
    public void The_whole_pipeline_is_weighed_against_partitions()
    {
        var context = new PipelineContext { ConsumerThreads = 3, Replicas = 4, Partitions = 11 };
        Assert.Equal(["more-consumers-than-partitions"], PipelineChecks.Run([], context).Select(finding => finding.Code));
        Assert.Empty(PipelineChecks.Run([], context with { Partitions = 12 }));
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
