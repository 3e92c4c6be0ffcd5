using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.Schemas.Cel;

namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>Which keywords a CustomResourceDefinition may combine, and the compilation and cost of its CEL rules.</summary>
internal sealed class KeywordRules
{
    private const ulong MaxRuleCost = 10_000_000;
    private const ulong MaxSchemaCost = 100_000_000;
    private static readonly string[] Types = ["array", "boolean", "integer", "number", "object", "string"];
    private static readonly string[] Reasons = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];
    private static readonly string[] MetaFields = ["metadata", "kind", "apiVersion"];

    private readonly List<FieldError> _errors = [];
    private readonly List<FieldError> _ruleErrors = [];
    private readonly List<(FieldPath Path, ulong Cost)> _costs = [];

    /// <summary>Validates a schema.</summary>
    /// <param name="schema">The root of the schema.</param>
    /// <param name="path">The path of the schema in the CustomResourceDefinition.</param>
    /// <param name="compileRules">Whether rules are compiled: they are not while the schema is not structural.</param>
    public static IReadOnlyList<FieldError> Validate(SchemaNode schema, FieldPath path, bool compileRules)
    {
        var rules = new KeywordRules();
        rules.Visit(schema, path, new Scope { IsRoot = true, Cardinality = 1, CompileRules = compileRules });
        rules.CheckTotalCost(path);
        return [.. rules._errors, .. rules._ruleErrors];
    }

    /// <summary>What the levels above say about a level.</summary>
    private sealed record Scope
    {
        public bool IsRoot { get; init; }

        /// <summary>How often the level can occur in one object; null where nothing bounds it.</summary>
        public ulong? Cardinality { get; init; }

        public bool CompileRules { get; init; }
        public bool InsideMetadata { get; init; }
        public string? NoDefaultsBecause { get; init; }

        /// <summary>The level above whose old and new parts can't be matched, so that rules below must not use <c>oldSelf</c>.</summary>
        public FieldPath? Uncorrelatable { get; init; }
    }

    private void Visit(SchemaNode schema, FieldPath path, Scope scope)
    {
        var before = _errors.Count;
        CheckUnsupported(schema, path, scope);
        var nested = scope with { IsRoot = false };
        if (schema.AdditionalProperties is not null || schema.AdditionalPropertiesAllowed is not null)
        {
            VisitAdditionalProperties(schema, path, nested);
        }

        foreach (var (name, property) in schema.Properties)
        {
            var propertyScope = nested with { Cardinality = Multiply(scope.Cardinality, schema) };
            if ((scope.IsRoot || schema.EmbeddedResource) && MetaFields.Contains(name))
            {
                propertyScope = propertyScope with
                {
                    InsideMetadata = true,
                    NoDefaultsBecause = scope.IsRoot ? $"in top-level {name}" : scope.NoDefaultsBecause,
                };
            }

            Visit(property, path.Child("properties").Key(name), propertyScope);
        }

        VisitBranches(schema, path, nested with { CompileRules = false });
        if (schema.Items is not null)
        {
            Visit(schema.Items, path.Child("items"), nested with
            {
                Cardinality = Multiply(scope.Cardinality, schema),
                Uncorrelatable = scope.Uncorrelatable ?? (schema.ListType == "map" ? null : path),
            });
        }

        CheckMapType(schema, path);
        CheckListType(schema, path);
        for (var i = 0; i < schema.Rules.Count; i++)
        {
            CheckRuleTexts(schema, schema.Rules[i], path.Child("x-kubernetes-validations").Index(i));
        }

        // Rules of a level with errors at it or below are not compiled: the messages would only confuse.
        if (_errors.Count == before && scope.CompileRules && schema.Rules.Count > 0)
        {
            CompileRules(schema, path, scope);
        }
    }

    private void VisitAdditionalProperties(SchemaNode schema, FieldPath path, Scope nested)
    {
        var additionalPath = path.Child("additionalProperties");
        if (schema.Properties.Count > 0 && schema.AdditionalPropertiesAllowed != true)
        {
            _errors.Add(FieldError.Forbidden(additionalPath, "additionalProperties and properties are mutual exclusive"));
        }

        if (schema.AdditionalProperties is not null)
        {
            Visit(schema.AdditionalProperties, additionalPath, nested with
            {
                Cardinality = Multiply(nested.Cardinality, schema),
                NoDefaultsBecause = nested.InsideMetadata ? "inside additionalProperties applying to object metadata" : nested.NoDefaultsBecause,
            });
        }
    }

    private void VisitBranches(SchemaNode schema, FieldPath path, Scope scope)
    {
        if (schema.Not is not null)
        {
            Visit(schema.Not, path.Child("not"), scope);
        }

        foreach (var (keyword, branches) in new[] { ("allOf", schema.AllOf), ("oneOf", schema.OneOf), ("anyOf", schema.AnyOf) })
        {
            for (var i = 0; i < branches.Count; i++)
            {
                Visit(branches[i], path.Child(keyword).Index(i), scope);
            }
        }
    }

    private void CheckUnsupported(SchemaNode schema, FieldPath path, Scope scope)
    {
        if (schema.Type.Length > 0 && !Types.Contains(schema.Type))
        {
            _errors.Add(FieldError.NotSupported(path.Child("type"), schema.Type, Types));
        }

        if (schema.Default is not null && scope.NoDefaultsBecause is { } reason)
        {
            _errors.Add(FieldError.Forbidden(path.Child("default"), $"must not be set {reason}"));
        }

        foreach (var keyword in schema.UnsupportedKeywords)
        {
            _errors.Add(FieldError.Forbidden(path.Child(keyword),
                keyword == "items" ? "items must be a schema object and not an array" : $"{keyword} is not supported"));
        }

        if (schema.Type == "null")
        {
            _errors.Add(FieldError.Forbidden(path.Child("type"), "type cannot be set to null, use nullable as an alternative"));
        }

        if (scope.InsideMetadata && schema.EmbeddedResource)
        {
            _errors.Add(FieldError.Forbidden(path.Child("x-kubernetes-embedded-resource"), "must not be used inside of resource meta"));
        }

        if (schema.UniqueItems)
        {
            _errors.Add(FieldError.Forbidden(path.Child("uniqueItems"),
                "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
        }

        if (schema.PreserveUnknownFields == false)
        {
            _errors.Add(FieldError.Invalid(path.Child("x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined"));
        }
    }

    private void CheckMapType(SchemaNode schema, FieldPath path)
    {
        if (schema.MapType is null)
        {
            return;
        }

        RequireType(schema, "object", "must be object if x-kubernetes-map-type is specified", path);
        if (schema.MapType is not ("atomic" or "granular"))
        {
            _errors.Add(FieldError.NotSupported(path.Child("x-kubernetes-map-type"), schema.MapType, ["atomic", "granular"]));
        }
    }

    private void RequireType(SchemaNode schema, string type, string detail, FieldPath path)
    {
        if (schema.Type != type)
        {
            _errors.Add(schema.Type.Length == 0
                ? FieldError.Required(path.Child("type"), detail)
                : FieldError.Invalid(path.Child("type"), schema.Type, detail));
        }
    }

    private void CheckListType(SchemaNode schema, FieldPath path)
    {
        var typePath = path.Child("x-kubernetes-list-type");
        if (schema.ListType is not null)
        {
            RequireType(schema, "array", "must be array if x-kubernetes-list-type is specified", path);
            if (schema.ListType is not ("atomic" or "set" or "map"))
            {
                _errors.Add(FieldError.NotSupported(typePath, schema.ListType, ["atomic", "set", "map"]));
            }
        }

        if (schema is { ListType: "set", Type: "array", Items: { } element })
        {
            CheckSetElement(element, path.Child("items"));
        }

        if (schema.ListMapKeys.Count > 0 && schema.ListType != "map")
        {
            const string Detail = "must be map if x-kubernetes-list-map-keys is non-empty";
            _errors.Add(schema.ListType is null ? FieldError.Required(typePath, Detail) : FieldError.Invalid(typePath, schema.ListType, Detail));
        }

        if (schema.ListType == "map")
        {
            CheckListMap(schema, path);
        }

        if (schema.ListType is "set" or "map" && schema.Items is { Nullable: true })
        {
            _errors.Add(FieldError.Forbidden(path.Child("items").Child("nullable"), $"cannot be nullable when x-kubernetes-list-type is {schema.ListType}"));
        }
    }

    private void CheckSetElement(SchemaNode element, FieldPath path)
    {
        const string Detail = "must be atomic as item of a list with x-kubernetes-list-type=set";
        if (element is { Type: "array", ListType: not (null or "atomic") })
        {
            _errors.Add(FieldError.Invalid(path.Child("x-kubernetes-list-type"), element.ListType, Detail));
        }
        else if (element is { Type: "object", MapType: not "atomic" })
        {
            _errors.Add(FieldError.Invalid(path.Child("x-kubernetes-map-type"), element.ListType, Detail));
        }
    }

    private void CheckListMap(SchemaNode schema, FieldPath path)
    {
        var keysPath = path.Child("x-kubernetes-list-map-keys");
        if (schema.ListMapKeys.Count == 0)
        {
            _errors.Add(FieldError.Required(keysPath, "must not be empty if x-kubernetes-list-type is map"));
        }

        if (schema.Items is null)
        {
            _errors.Add(FieldError.Required(path.Child("items"), "must have a schema if x-kubernetes-list-type is map"));
            return;
        }

        var itemPath = path.Child("items");
        if (schema.Items.Type != "object")
        {
            _errors.Add(FieldError.Invalid(itemPath.Child("type"), schema.Items.Type, "must be object if parent array's x-kubernetes-list-type is map"));
            return;
        }

        var keys = new JsonArray([.. schema.ListMapKeys.Select(key => (JsonNode?)key)]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in schema.ListMapKeys)
        {
            if (!schema.Items.Properties.TryGetValue(key, out var property))
            {
                _errors.Add(FieldError.Invalid(keysPath, keys, "entries must all be names of item properties"));
            }
            else if (property.Type is "array" or "object")
            {
                _errors.Add(FieldError.Invalid(itemPath.Child("properties").Key(key).Child("type"), schema.Items.Type,
                    "must be a scalar type if parent array's x-kubernetes-list-type is map"));
            }

            if (!seen.Add(key))
            {
                _errors.Add(FieldError.Invalid(keysPath, keys, "must not contain duplicate entries"));
            }

            if (property is not null)
            {
                CheckKeyProperty(schema.Items, key, property, itemPath.Child("properties").Key(key));
            }
        }
    }

    private void CheckKeyProperty(SchemaNode item, string key, SchemaNode property, FieldPath path)
    {
        if (!item.Required.Contains(key) && property.Default is null)
        {
            _errors.Add(FieldError.Required(path.Child("default"),
                "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"));
        }

        if (property.Nullable)
        {
            _errors.Add(FieldError.Forbidden(path.Child("nullable"), "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"));
        }
    }

    private void CheckRuleTexts(SchemaNode schema, ValidationRule rule, FieldPath path)
    {
        var (text, message) = (rule.Rule.Trim(), rule.Message.Trim());
        if (text.Length == 0)
        {
            _errors.Add(FieldError.Required(path.Child("rule"), "rule is not specified"));
        }
        else if (rule.Message.Length > 0 && message.Length == 0)
        {
            _errors.Add(FieldError.Invalid(path.Child("message"), rule.Message, "must be non-empty if specified"));
        }
        else if (HasLineBreak(message))
        {
            _errors.Add(FieldError.Invalid(path.Child("message"), rule.Message, "must not contain line breaks"));
        }
        else if (HasLineBreak(text) && message.Length == 0)
        {
            _errors.Add(FieldError.Required(path.Child("message"), "message must be specified if rule contains line breaks"));
        }

        if (rule.MessageExpression.Length > 0 && string.IsNullOrWhiteSpace(rule.MessageExpression))
        {
            _errors.Add(FieldError.Required(path.Child("messageExpression"), "messageExpression must be non-empty if specified"));
        }

        if (rule.Reason is { } reason && !Reasons.Contains(reason))
        {
            _errors.Add(FieldError.NotSupported(path.Child("reason"), reason, Reasons));
        }

        if (rule.FieldPath.Length > 0)
        {
            CheckFieldPath(schema, rule.FieldPath, path.Child("fieldPath"));
        }
    }

    private void CheckFieldPath(SchemaNode schema, string fieldPath, FieldPath path)
    {
        if (string.IsNullOrWhiteSpace(fieldPath))
        {
            _errors.Add(FieldError.Invalid(path, fieldPath, "must be non-empty if specified"));
        }

        if (HasLineBreak(fieldPath))
        {
            _errors.Add(FieldError.Invalid(path, fieldPath, "must not contain line breaks"));
        }

        if (!RuleFieldPath.TryNormalize(fieldPath, schema, out _))
        {
            _errors.Add(FieldError.Invalid(path, fieldPath, "must be a valid path"));
        }
    }

    private static bool HasLineBreak(string text) => text.AsSpan().ContainsAny('\n', '\r');

    private void CompileRules(SchemaNode schema, FieldPath path, Scope scope)
    {
        if (DeclType.FromSchema(schema, scope.IsRoot || schema.EmbeddedResource) is not { } type)
        {
            _ruleErrors.Add(FieldError.Internal(path.Child("x-kubernetes-validations"),
                "internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations"));
            return;
        }

        var occurrences = scope.Cardinality ?? type.MaxCardinality;
        for (var i = 0; i < schema.Rules.Count; i++)
        {
            var rulePath = path.Child("x-kubernetes-validations").Index(i);
            var compiled = CompiledRule.Compile(schema.Rules[i], schema, type);
            Charge(rulePath.Child("rule"), "estimated rule cost", CostRange.Multiply(compiled.MaxCost, occurrences));
            ReportErrors(schema.Rules[i], compiled, rulePath, scope);
        }
    }

    private void ReportErrors(ValidationRule rule, CompiledRule compiled, FieldPath path, Scope scope)
    {
        if (compiled.Error is { } error)
        {
            _ruleErrors.Add(FieldError.InvalidRule(path.Child("rule"), rule, error));
        }

        if (compiled.MessageError is { } messageError)
        {
            _ruleErrors.Add(FieldError.InvalidRule(path.Child("messageExpression"), rule, messageError));
        }
        else if (compiled.Message is not null)
        {
            Charge(path.Child("messageExpression"), "estimated messageExpression cost", compiled.MessageMaxCost);
        }

        if (compiled.UsesOldSelf && scope.Uncorrelatable is { } uncorrelatable)
        {
            _ruleErrors.Add(FieldError.Invalid(path.Child("rule"), rule.Rule,
                $"oldSelf cannot be used on the uncorrelatable portion of the schema within {uncorrelatable}"));
        }
        else if (!compiled.UsesOldSelf && rule.OptionalOldSelf is { } optional)
        {
            _ruleErrors.Add(FieldError.Invalid(path.Child("optionalOldSelf"), optional, "may not be set if oldSelf is not used in rule"));
        }
    }

    private void Charge(FieldPath path, string name, ulong cost)
    {
        if (cost > MaxRuleCost)
        {
            _ruleErrors.Add(FieldError.Forbidden(path, BudgetText(name, cost, MaxRuleCost)));
        }

        _costs.Add((path, cost));
    }

    private void CheckTotalCost(FieldPath path)
    {
        var total = _costs.Aggregate(0UL, (sum, rule) => CostRange.Add(sum, rule.Cost));
        if (total <= MaxSchemaCost)
        {
            return;
        }

        foreach (var (expensive, _) in _costs.Where(rule => rule.Cost >= MaxSchemaCost / 100).OrderByDescending(rule => rule.Cost).Take(4))
        {
            _ruleErrors.Add(FieldError.Forbidden(expensive, "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema"));
        }

        _ruleErrors.Add(FieldError.Forbidden(path,
            BudgetText("x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema", total, MaxSchemaCost)));
    }

    private static string BudgetText(string name, ulong cost, ulong limit)
    {
        var factor = (double)cost / limit;
        var times = factor > 100 ? "more than 100x" : factor < 1.5 ? $"{factor:F6}x" : $"{factor:F1}x";
        return $"{name} exceeds budget by factor of {times} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength "
            + "where arrays, maps, and strings are declared)";
    }

    private static ulong? Multiply(ulong? cardinality, SchemaNode schema)
    {
        ulong? factor = schema switch
        {
            { Type: "object", HasAdditionalProperties: true } => AtLeastZero(schema.MaxProperties),
            { Type: "array" } => AtLeastZero(schema.MaxItems),
            _ => 1,
        };
        return cardinality is null || factor is null ? null : CostRange.Multiply(cardinality.Value, factor.Value);
    }

    private static ulong? AtLeastZero(long? bound) => bound is { } value ? (ulong)Math.Max(0, value) : null;
}
