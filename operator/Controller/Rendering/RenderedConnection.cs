using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>The objects of a connection.</summary>
/// <param name="Objects">The objects, in the order in which they are applied: what pods read comes before what starts them.</param>
/// <param name="PipelineText">The Logstash config in them; null where Logstash is not the operator's.</param>
/// <param name="PipelineDigest">The digest of the pipeline in them; null where there is none.</param>
/// <param name="ReloadsInPlace">Whether Logstash reloads the pipeline in place.</param>
/// <param name="ReloadObstacle">What keeps it from doing so although the spec asks for that, as a sentence; null where nothing does.</param>
internal sealed record RenderedConnection(
    ImmutableArray<JsonObject> Objects, string? PipelineText, string? PipelineDigest, bool ReloadsInPlace, string? ReloadObstacle);

/// <summary>What rendering gave: the objects, or the reasons why there are none.</summary>
/// <param name="Connection">The objects; null exactly when there are problems.</param>
/// <param name="Problems">What the user has to mend.</param>
internal sealed record RenderResult(RenderedConnection? Connection, ImmutableArray<RenderProblem> Problems)
{
    /// <summary>Nothing is rendered.</summary>
    public static RenderResult Refuse(RenderProblem problem) => new(null, [problem]);
}

/// <summary>Something in a spec that can't be turned into objects.</summary>
/// <param name="Field">The field, for example <c>spec.pipeline.filter</c>.</param>
/// <param name="Message">What is wrong and what to write instead. It holds no value out of a Secret.</param>
/// <param name="CaretText">The line with a caret under the place, where there is one.</param>
internal sealed record RenderProblem(string Field, string Message, string? CaretText = null)
{
    /// <summary>Field and message in one line.</summary>
    public override string ToString() => $"{Field}: {Message}";
}
