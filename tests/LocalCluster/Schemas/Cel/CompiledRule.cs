using System.Text;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>A rule ready for evaluation, or why it can't be evaluated, and what it may cost.</summary>
internal sealed record CompiledRule
{
    /// <summary>The variable that holds the value of the level of a rule.</summary>
    public const string Self = "self";

    /// <summary>The variable that holds what the value was before an update.</summary>
    public const string OldSelf = "oldSelf";

    public required ValidationRule Source { get; init; }

    public CheckedExpr? Expression { get; init; }

    public string? Error { get; init; }

    public ulong MaxCost { get; init; }

    public bool UsesOldSelf { get; init; }

    public CheckedExpr? Message { get; init; }

    public string? MessageError { get; init; }

    public ulong MessageMaxCost { get; init; }

    /// <summary>The path below the level of the rule that its errors name; empty for the level itself.</summary>
    public string FieldPath { get; init; } = "";

    public bool HasOptionalOldSelf => Source.OptionalOldSelf == true;

    public static CompiledRule Compile(ValidationRule rule, SchemaNode schema, DeclType self)
    {
        if (string.IsNullOrWhiteSpace(rule.Rule))
        {
            return new CompiledRule { Source = rule };
        }

        var variables = new Dictionary<string, CelType>(StringComparer.Ordinal)
        {
            [Self] = self.Type,
            [OldSelf] = rule.OptionalOldSelf == true ? CelType.Optional(self.Type) : self.Type,
        };
        var expression = Compile(rule.Rule, variables, CelType.Bool, "", "cel expression must evaluate to a bool", out var error);
        if (expression is null)
        {
            return new CompiledRule { Source = rule, Error = error };
        }

        var compiled = new CompiledRule
        {
            Source = rule,
            Expression = expression,
            MaxCost = CostEstimator.Estimate(expression, self).Max,
            UsesOldSelf = expression.Variables.Contains(OldSelf),
            FieldPath = rule.FieldPath.Length > 0 && RuleFieldPath.TryNormalize(rule.FieldPath, schema, out var path) ? path : "",
        };
        if (rule.MessageExpression.Length == 0)
        {
            return compiled;
        }

        var message = Compile(
            rule.MessageExpression, variables, CelType.String, "messageExpression ", "messageExpression must evaluate to a string", out var messageError);
        return compiled with
        {
            Message = message,
            MessageError = message is null ? messageError : null,
            MessageMaxCost = message is null ? 0 : CostEstimator.Estimate(message, self).Max,
        };
    }

    /// <summary>The error of a conversion of a literal, which can be known before there is an object.</summary>
    private static string? FailingConstant(CheckedExpr expression) => expression.Overloads
        .Where(call => call.Key is Call { Function: "int" or "uint" or "double" or "bool", Arguments: [Literal] })
        .Select(call => call.Value[0].Invoke([((Literal)((Call)call.Key).Arguments[0]).Value]) as ErrorValue)
        .FirstOrDefault(error => error is not null)?.Message;

    private static CheckedExpr? Compile(
        string source, IReadOnlyDictionary<string, CelType> variables, CelType expected, string prefix, string wrongType, out string? error)
    {
        var errors = new List<CompileError>();
        var parsed = Parser.Parse(source, errors);
        var expression = parsed is null ? null : Checker.Check(parsed, variables, errors);
        error = errors.Count > 0
            ? new StringBuilder(prefix).Append("compilation failed: ").Append(CompileError.Print(source, errors)).ToString()
            : expression?.Type.Equals(expected) != true ? wrongType
            : FailingConstant(expression) is { } failure ? $"{prefix}program instantiation failed: {failure}" : null;
        return error is null ? expression : null;
    }
}
