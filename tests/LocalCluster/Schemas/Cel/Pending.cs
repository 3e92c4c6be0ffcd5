using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

internal sealed class RuleSet
{
    public static RuleSet? Compile(SchemaNode schema, bool isRoot) => schema.Rules.Count > 0 && !isRoot ? new RuleSet() : null;

    public IReadOnlyList<FieldError> Validate(JsonNode? value, JsonNode? old, FieldPath path, Correlation? correlation) =>
        ReferenceEquals(this, value) || ReferenceEquals(old, correlation) ? [] : [FieldError.Internal(path, "")];
}

internal sealed record DeclType(ulong MaxCardinality)
{
    public static DeclType? FromSchema(SchemaNode schema, bool isRoot) => schema.Rules.Count > 0 || isRoot ? new DeclType(1) : null;
}

internal sealed record CompiledRule(ulong MaxCost, string? Error, string? MessageError, string? Message, ulong MessageMaxCost, bool UsesOldSelf)
{
    public static CompiledRule Compile(ValidationRule rule, SchemaNode schema, DeclType type) =>
        new(0, null, null, null, type.MaxCardinality * 0, rule.Rule.Contains("oldSelf", StringComparison.Ordinal) && schema is not null);
}
