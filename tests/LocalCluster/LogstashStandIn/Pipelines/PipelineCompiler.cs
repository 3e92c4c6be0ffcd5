using System.Security.Cryptography;
using System.Text;
using KafkaLogstash.LocalCluster.LogstashStandIn.Plugins;
using KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Filters;
using KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Inputs;
using KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Kafka;
using KafkaLogstash.LocalCluster.LogstashStandIn.Plugins.Outputs;
using KafkaLogstash.LocalCluster.LogstashStandIn.Settings;
using KafkaLogstash.Logstash;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.LocalCluster.LogstashStandIn.Pipelines;

/// <summary>Parses a pipeline's text, makes its plugins and checks their options: all that Logstash does before it lets a new version replace an old one.</summary>
internal sealed class PipelineCompiler
{
    private readonly PipelineSettings _pipeline;
    private readonly Surroundings _surroundings;
    private readonly StandInLog _log;
    private readonly TimeProvider _time;
    private readonly ConditionCompiler _conditions;
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly List<Placed<IInput>> _inputs = [];
    private readonly List<Placed<IFilter>> _filters = [];
    private readonly List<Placed<IOutput>> _outputs = [];

    private PipelineCompiler(PipelineSettings pipeline, Surroundings surroundings, StandInLog log, TimeProvider time)
    {
        _pipeline = pipeline;
        _surroundings = surroundings;
        _log = log;
        _time = time;
        _conditions = new ConditionCompiler(pipeline, surroundings);
    }

    /// <summary>Compiles a pipeline.</summary>
    /// <exception cref="PipelineException">It can't run; the message says where and why.</exception>
    public static async Task<PipelineProgram> CompileAsync(PipelineSettings pipeline, Surroundings surroundings, StandInLog log, TimeProvider time)
    {
        var parsed = LogstashConfig.Parse(pipeline.Text);
        if (parsed.Errors is [var error, ..])
        {
            throw new PipelineException($"Failed to compile pipeline '{pipeline.Id}': line {error.Line}, column {error.Column}: {error.Message}");
        }

        var compiler = new PipelineCompiler(pipeline, surroundings, log, time);
        try
        {
            return compiler.Compile(parsed.Document);
        }
        catch
        {
            foreach (var output in compiler._outputs)
            {
                await output.Plugin.DisposeAsync();
            }

            throw;
        }
    }

    private PipelineProgram Compile(ConfigDocument document)
    {
        foreach (var item in Items(document, SectionKind.Input))
        {
            _ = item is PluginSyntax plugin
                ? Place(plugin, _inputs, Input)
                : throw new PipelineException($"The input section has a condition on line {item.Span.Line}; only filters and outputs can have some.");
        }

        var filters = Steps(Items(document, SectionKind.Filter), plugin => Place(plugin, _filters, Filter));
        var outputs = Steps(Items(document, SectionKind.Output), plugin => Place(plugin, _outputs, Output));
        return new PipelineProgram(_pipeline, _inputs, filters, outputs, _filters, _outputs);
    }

    private static IEnumerable<ItemSyntax> Items(ConfigDocument document, SectionKind kind)
        => document.Sections.Where(section => section.Kind == kind).SelectMany(section => section.Items);

    private List<Step<TPlugin>> Steps<TPlugin>(IEnumerable<ItemSyntax> items, Func<PluginSyntax, Placed<TPlugin>> place) =>
    [
        .. items.Select(item => item switch
        {
            PluginSyntax plugin => (Step<TPlugin>)new Step<TPlugin>.Use(place(plugin)),
            BranchSyntax branch => new Step<TPlugin>.Branch([.. Arms(branch, place)]),
            _ => throw new PipelineException($"Line {item.Span.Line} is neither a plugin nor a condition."),
        }),
    ];

    private IEnumerable<(Func<Events.LogEvent, bool> Holds, IReadOnlyList<Step<TPlugin>> Steps)> Arms<TPlugin>(
        BranchSyntax branch, Func<PluginSyntax, Placed<TPlugin>> place)
    {
        foreach (var arm in branch.Arms)
        {
            yield return (_conditions.Compile(arm.Condition), Steps(arm.Block.Items, place));
        }

        if (branch.Else is { } otherwise)
        {
            yield return (_ => true, Steps(otherwise.Items, place));
        }
    }

    private Placed<TPlugin> Place<TPlugin>(PluginSyntax plugin, List<Placed<TPlugin>> all, Func<PluginContext, TPlugin> make)
    {
        var settings = new PluginSettings(plugin, _pipeline, _surroundings);
        var id = settings.Text("id") ?? GeneratedId(plugin);
        if (!_ids.Add(id))
        {
            throw new PipelineException($"Two plugins have the id '{id}'; ids must be unique inside a pipeline (line {settings.Line}).");
        }

        var placed = new Placed<TPlugin>(make(new PluginContext(settings, _pipeline, _surroundings, _log, _time)), new PluginMetrics(id, settings.Name));
        all.Add(placed);
        return placed;
    }

    private string GeneratedId(PluginSyntax plugin)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{_pipeline.Hash}:{plugin.Span.Offset}")));

    private static IInput Input(PluginContext context) => context.Settings.Name switch
    {
        "beats" or "elastic_agent" => new BeatsInput(context),
        "generator" or "java_generator" => GeneratorInput.Generator(context),
        "heartbeat" => GeneratorInput.Heartbeat(context),
        "http" => new HttpInput(context),
        "kafka" => new KafkaInput(context),
        var name when context.Surroundings.Bundled.Inputs.Contains(name) => new IdleInput(context),
        _ => throw Unknown("input", context.Settings),
    };

    private static IFilter Filter(PluginContext context) => context.Settings.Name switch
    {
        "drop" => new DropFilter(context),
        "json" => new JsonFilter(context),
        "mutate" => new MutateFilter(context),
        var name when context.Surroundings.Bundled.Filters.Contains(name) => new PassingFilter(context),
        _ => throw Unknown("filter", context.Settings),
    };

    private static IOutput Output(PluginContext context) => context.Settings.Name switch
    {
        "http" => new HttpOutput(context),
        "kafka" => new KafkaOutput(context),
        "null" => NullOutput.Of(context),
        "stdout" or "java_stdout" => new StdoutOutput(context),
        var name when context.Surroundings.Bundled.Outputs.Contains(name) => NullOutput.InPlaceOf(context),
        _ => throw Unknown("output", context.Settings),
    };

    private static PipelineException Unknown(string kind, PluginSettings settings)
        => new($"Couldn't find any {kind} plugin named '{settings.Name}'. Are you sure this is correct? (line {settings.Line})");
}
