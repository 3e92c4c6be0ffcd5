using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Resources;
using KafkaLogstash.LocalCluster.Schemas;
using KafkaLogstash.LocalCluster.Schemas.Cel;

namespace KafkaLogstash.LocalCluster.ApiServer.Admission;

/// <summary>The <c>matchConditions</c> of a webhook: what must hold of a change for it to be asked. They may look at the objects and, but for its options, the request; there is no authorizer.</summary>
internal static class MatchConditions
{
    private const ulong CostLimit = 1_000_000;

    private static readonly SchemaNode Text = new() { Type = "string" };

    private static readonly SchemaNode Request = Map(
        [
            .. new[] { "uid", "name", "namespace", "operation", "subResource", "requestSubResource" }.Select(name => (name, Text)),
            .. new[] { "kind", "requestKind" }.Select(name => (name, Map([("group", Text), ("version", Text), ("kind", Text)]))),
            .. new[] { "resource", "requestResource" }.Select(name => (name, Map([("group", Text), ("version", Text), ("resource", Text)]))),
            ("userInfo", Map([("username", Text), ("uid", Text), ("groups", new SchemaNode { Type = "array", Items = Text })])),
            ("dryRun", new SchemaNode { Type = "boolean" }),
        ]);

    private static readonly Dictionary<string, CelType> Variables = new(StringComparer.Ordinal)
    {
        ["object"] = CelType.Dyn,
        ["oldObject"] = CelType.Dyn,
        ["request"] = DeclType.FromSchema(Request, isResource: false)!.Type,
    };

    /// <summary>Compiles a condition.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="error">What is wrong with it; empty where nothing is.</param>
    /// <returns>The condition; null where something is wrong with it.</returns>
    public static CheckedExpr? Compile(string expression, out string error)
    {
        var errors = new List<CompileError>();
        var parsed = Parser.Parse(expression, errors);
        var condition = parsed is null ? null : Checker.Check(parsed, Variables, errors);
        error = errors.Count > 0 ? $"compilation failed: {CompileError.Print(expression, errors)}"
            : condition!.Type.Equals(CelType.Bool) || condition.Type.IsDyn ? ""
            : "must evaluate to bool";
        return error.Length == 0 ? condition : null;
    }

    /// <summary>Whether all conditions of a webhook hold. One that does not decides, whatever becomes of the others.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="request">The request as the webhook would be shown it.</param>
    /// <param name="type">The resource that changes.</param>
    /// <exception cref="ApiException">A condition can't be evaluated, and the webhook must not be passed over.</exception>
    public static bool Hold(JsonObject webhook, JsonObject request, ResourceType type)
    {
        var conditions = webhook.Objects("matchConditions").Select(condition => condition.Text("expression")!.Trim()).ToList();
        if (conditions.Count == 0)
        {
            return true;
        }

        var values = new Dictionary<string, CelValue>(StringComparer.Ordinal)
        {
            ["object"] = JsonCelValues.Untyped(request["object"]),
            ["oldObject"] = JsonCelValues.Untyped(request["oldObject"]),
            ["request"] = JsonCelValues.From(request, Request),
        };
        var results = conditions.ConvertAll(condition => (Condition: condition, Evaluator.Evaluate(Compile(condition, out _)!, values, CostLimit).Value));
        if (results.Exists(result => result.Value is BoolValue { Value: false }))
        {
            return false;
        }

        var errors = results.Where(result => result.Value is not BoolValue)
            .Select(result => $"expression '{result.Condition}' resulted in error: {(result.Value as ErrorValue)?.Message ?? "cel expression must evaluate to a bool"}").ToList();
        if (errors.Count > 0 && webhook.Text("failurePolicy") != "Ignore")
        {
            throw ApiException.Forbidden(type, request.Text("name"), errors.Count == 1 ? errors[0] : $"[{string.Join(", ", errors)}]");
        }

        return errors.Count == 0;
    }

    private static SchemaNode Map(IEnumerable<(string Name, SchemaNode Schema)> fields) =>
        new() { Type = "object", Properties = fields.ToDictionary(field => field.Name, field => field.Schema, StringComparer.Ordinal) };
}
