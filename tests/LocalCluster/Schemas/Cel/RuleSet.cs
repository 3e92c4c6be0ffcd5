using System.Text;
using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>The rules of a level of a schema and of the levels below it.</summary>
internal sealed class RuleSet
{
    private const ulong RuleLimit = 1_000_000;
    private const long ObjectBudget = 10_000_000;
    private const int MaxMessageBytes = 5 * 1024;

    private readonly SchemaNode _schema;
    private readonly SchemaNode _valueSchema;
    private readonly IReadOnlyList<CompiledRule> _rules;
    private readonly RuleSet? _items;
    private readonly RuleSet? _additional;
    private readonly Dictionary<string, RuleSet> _properties;

    private RuleSet(
        SchemaNode schema, bool isResource, IReadOnlyList<CompiledRule> rules, RuleSet? items, RuleSet? additional, Dictionary<string, RuleSet> properties)
    {
        _schema = schema;
        _valueSchema = isResource ? DeclType.WithObjectMeta(schema) : schema;
        _rules = rules;
        _items = items;
        _additional = additional;
        _properties = properties;
    }

    /// <summary>Compiles the rules of a schema that was found valid; null when it has none.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="isRoot">Whether it is the root of an object.</param>
    public static RuleSet? Compile(SchemaNode schema, bool isRoot)
    {
        var items = schema.Items is null ? null : Compile(schema.Items, schema.Items.EmbeddedResource);
        var additional = schema.AdditionalProperties is null ? null : Compile(schema.AdditionalProperties, schema.AdditionalProperties.EmbeddedResource);
        var properties = new Dictionary<string, RuleSet>(StringComparer.Ordinal);
        foreach (var (name, property) in schema.Properties)
        {
            if (Compile(property, property.EmbeddedResource) is { } rules)
            {
                properties.Add(name, rules);
            }
        }

        if (schema.Rules.Count == 0 && items is null && additional is null && properties.Count == 0)
        {
            return null;
        }

        var type = schema.Rules.Count == 0 ? null : DeclType.FromSchema(schema, isRoot);
        IReadOnlyList<CompiledRule> compiled = type is null ? [] : [.. schema.Rules.Select(rule => CompiledRule.Compile(rule, schema, type))];
        return new RuleSet(schema, isRoot, compiled, items, additional, properties);
    }

    /// <summary>Evaluates all rules.</summary>
    /// <param name="value">The value of the level.</param>
    /// <param name="old">What it was before an update, or null.</param>
    /// <param name="path">The path of the level.</param>
    /// <param name="correlation">On an update value and former value: of what did not change only rules with <c>oldSelf</c> may refuse.</param>
    public IReadOnlyList<FieldError> Validate(JsonNode? value, JsonNode? old, FieldPath path, Correlation? correlation)
    {
        var run = new Run();
        Visit(run, value, old, path, new Ratchet(correlation, Parent: null));
        return run.Errors;
    }

    private sealed class Run
    {
        public List<FieldError> Errors { get; } = [];

        public long Budget { get; set; } = ObjectBudget;

        public bool IsOver { get; set; }
    }

    /// <summary>The level, or the closest one above it, whose former value is known.</summary>
    private sealed record Ratchet(Correlation? Current, Correlation? Parent)
    {
        public bool IsUnchanged => (Current ?? Parent) is { IsUnchanged: true };

        public Ratchet Key(string name) => Current is null ? this
            : Parent is null && name is "apiVersion" or "kind" ? new Ratchet(null, null)
            : new Ratchet(Current.Key(name), Current);

        public Ratchet Index(int index) => Current is null ? this : new Ratchet(Current.Index(index), Current);
    }

    private void Visit(Run run, JsonNode? value, JsonNode? old, FieldPath path, Ratchet ratchet)
    {
        if (value is null || run.IsOver)
        {
            return;
        }

        Evaluate(run, value, old, path, ratchet);
        switch (value)
        {
            case JsonObject members:
                foreach (var (name, member) in members)
                {
                    var oldMember = (old as JsonObject)?[name];
                    if (_properties.TryGetValue(name, out var property))
                    {
                        property.Visit(run, member, oldMember, path.Child(name), ratchet.Key(name));
                    }
                    else
                    {
                        _additional?.Visit(run, member, oldMember, path.Key(name), ratchet.Key(name));
                    }
                }

                break;
            case JsonArray items when _items is not null:
                var oldItems = ListMap.Create(_schema, old as JsonArray);
                for (var i = 0; i < items.Count; i++)
                {
                    _items.Visit(run, items[i], oldItems?.Find(items[i]), path.Index(i), ratchet.Index(i));
                }

                break;
        }
    }

    private void Evaluate(Run run, JsonNode value, JsonNode? old, FieldPath path, Ratchet ratchet)
    {
        if (_rules.Count == 0)
        {
            return;
        }

        var self = JsonCelValues.From(value, _valueSchema);
        var oldSelf = old is null ? null : JsonCelValues.From(old, _valueSchema);
        foreach (var rule in _rules)
        {
            if (run.IsOver)
            {
                return;
            }

            // Transition rules speak of an update; one with an optional oldSelf speaks of a creation, too.
            if (rule.Expression is not null && !(rule.UsesOldSelf && oldSelf is null && !rule.HasOptionalOldSelf))
            {
                Evaluate(run, rule, Variables(rule, self, oldSelf), value, path, ratchet);
            }
        }
    }

    private static Dictionary<string, CelValue> Variables(CompiledRule rule, CelValue self, CelValue? oldSelf)
    {
        var variables = new Dictionary<string, CelValue>(StringComparer.Ordinal) { [CompiledRule.Self] = self };
        if (rule.HasOptionalOldSelf)
        {
            variables[CompiledRule.OldSelf] = oldSelf is null ? OptionalValue.None : new OptionalValue(oldSelf);
        }
        else if (oldSelf is not null)
        {
            variables[CompiledRule.OldSelf] = oldSelf;
        }

        return variables;
    }

    private void Evaluate(
        Run run, CompiledRule rule, Dictionary<string, CelValue> variables, JsonNode value, FieldPath path, Ratchet ratchet)
    {
        var (result, cost) = Evaluator.Evaluate(rule.Expression!, variables, RuleLimit);
        if (cost > (ulong)run.Budget)
        {
            EndRun(run, path, "validation failed due to running out of cost budget, no further validation rules will be run");
            return;
        }

        run.Budget -= (long)cost;
        var text = rule.Source.DisplayText;
        switch (result)
        {
            case BoolValue { Value: true }:
                return;
            case ErrorValue error when error.Message.StartsWith("no such overload", StringComparison.Ordinal):
                run.Errors.Add(Failure(path, $"'{error.Message}': call arguments did not match a supported operator, function or macro signature for rule: {text}"));
                return;
            case ErrorValue error when error.Message.StartsWith("operation cancelled", StringComparison.Ordinal):
                EndRun(run, path, $"'{error.Message}': no further validation rules will be run due to call cost exceeds limit for rule: {text}");
                return;
            case ErrorValue error:
                run.Errors.Add(Failure(path, $"{error.Message} evaluating rule: {text}"));
                return;
        }

        var detail = Message(run, rule, variables, path) ?? (rule.Source.Message.Length > 0 ? text : $"failed rule: {text}");
        if (!run.IsOver && (rule.UsesOldSelf || !ratchet.IsUnchanged))
        {
            run.Errors.Add(Refusal(rule, rule.FieldPath.Length > 0 ? path.Child(rule.FieldPath) : path, value, detail));
        }
    }

    private void EndRun(Run run, FieldPath path, string detail)
    {
        run.IsOver = true;
        run.Errors.Add(Failure(path, detail));
    }

    /// <summary>The text of the message expression; null where there is none, or it gives none.</summary>
    private string? Message(Run run, CompiledRule rule, Dictionary<string, CelValue> variables, FieldPath path)
    {
        if (rule.Message is null)
        {
            return null;
        }

        var (result, cost) = Evaluator.Evaluate(rule.Message, variables, RuleLimit);
        if (cost > (ulong)run.Budget)
        {
            EndRun(run, path, "messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run");
            return null;
        }

        run.Budget -= (long)cost;
        if (result is ErrorValue error && error.Message.StartsWith("operation cancelled", StringComparison.Ordinal))
        {
            EndRun(run, path, $"no further validation rules will be run due to call cost exceeds limit for messageExpression: {GoText.Quote(rule.Source.MessageExpression)}");
            return null;
        }

        var text = (result as StringValue)?.Value.Trim();
        return string.IsNullOrEmpty(text) || text.Contains('\n', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(text) > MaxMessageBytes
            ? null
            : text;
    }

    private FieldError Failure(FieldPath path, string detail) => FieldError.Invalid(path, _schema.Type, detail);

    private FieldError Refusal(CompiledRule rule, FieldPath path, JsonNode value, string detail)
    {
        var omitsValue = _schema.Type is "object" or "array";
        return rule.Source.Reason switch
        {
            FieldError.ForbiddenType => FieldError.Forbidden(path, detail),
            FieldError.RequiredType => FieldError.Required(path, detail),
            FieldError.DuplicateType => omitsValue ? FieldError.DuplicateOmittingValue(path) : FieldError.Duplicate(path, value),
            _ => omitsValue ? FieldError.InvalidOmittingValue(path, detail) : FieldError.Invalid(path, value, detail),
        };
    }
}
