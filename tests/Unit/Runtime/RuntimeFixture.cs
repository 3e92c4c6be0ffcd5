using KafkaLogstash.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaLogstash.Tests.Unit.Runtime;

/// <summary>The parts of a runtime on a stubbed API server.</summary>
internal static class RuntimeFixture
{
    public static RuntimeOptions Options { get; } = new() { FieldManager = "operator", Identity = "replica-1" };

    public static RuntimeMetrics Metrics() => new(Prometheus.Metrics.NewCustomRegistry(), Options);

    public static InformerContext Context(StubApi api, TimeProvider time) =>
        new(api.Connect(time), Options, time, NullLoggerFactory.Instance, Metrics());

    public static string ConfigMap(string name, string resourceVersion, string ns = "shop", string more = "") =>
        $$$"""{"metadata":{"name":"{{{name}}}","namespace":"{{{ns}}}","uid":"uid-{{{name}}}","resourceVersion":"{{{resourceVersion}}}"{{{more}}}}}""";

    public static string List(string resourceVersion, params IEnumerable<string> items) => ListPage(resourceVersion, "", items);

    public static string ListPage(string resourceVersion, string next, params IEnumerable<string> items) =>
        $$$"""{"kind":"List","metadata":{"resourceVersion":"{{{resourceVersion}}}","continue":"{{{next}}}"},"items":[{{{string.Join(',', items)}}}]}""";
}
