using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>Checks a value against the OpenAPI keywords of a schema. Of several failed alternatives the best match is explained, as the API server does.</summary>
internal sealed class OpenApiValidation
{
    private readonly FieldPath _root;

    private OpenApiValidation(FieldPath root) => _root = root;

    /// <summary>Validates a value.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="value">The value.</param>
    /// <param name="root">The path of the value.</param>
    /// <param name="correlation">On an update the value with its former self: what did not change is not refused.</param>
    public static IReadOnlyList<FieldError> Validate(SchemaNode schema, JsonNode? value, FieldPath root, Correlation? correlation) =>
        [.. new OpenApiValidation(root).Ratcheted(schema, value, "", correlation).Findings.Select(finding => finding.Error)];

    private Outcome Ratcheted(SchemaNode schema, JsonNode? value, string path, Correlation? correlation)
    {
        var outcome = Check(schema, value, path, correlation);
        return outcome.IsValid || correlation is not { IsUnchanged: true } ? outcome : new Outcome { Matches = outcome.Matches };
    }

    private Outcome Check(SchemaNode schema, JsonNode? value, string path, Correlation? correlation)
    {
        var outcome = new Outcome();
        var format = Formats.IsKnown(schema.Format, schema.IntOrString ? "" : schema.Type) ? schema.Format : "";
        if (schema.Type.Length > 0 || schema.IntOrString || format.Length > 0)
        {
            CheckType(schema, format, value, path, outcome);
        }

        if (value is null)
        {
            CheckEnum(schema, value, path, outcome);
            return outcome;
        }

        CheckBranches(schema, value, path, correlation, outcome);
        switch (value)
        {
            case JsonObject members:
                CheckEnum(schema, value, path, outcome);
                CheckObject(schema, members, path, correlation, outcome);
                outcome.Matches++;
                break;
            case JsonArray items:
                CheckArray(schema, items, path, correlation, outcome);
                outcome.Matches += 2;
                CheckEnum(schema, value, path, outcome);
                break;
            case JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String:
                CheckString(schema, format, scalar.GetValue<string>(), path, outcome);
                CheckEnum(schema, value, path, outcome);
                break;
            default:
                if (JsonNumber.TryRead(value, out var number))
                {
                    CheckNumber(schema, format, number, path, outcome);
                    outcome.Matches += 2;
                }

                CheckEnum(schema, value, path, outcome);
                break;
        }

        outcome.Matches += 2;
        return outcome;
    }

    private void CheckType(SchemaNode schema, string format, JsonNode? value, string path, Outcome outcome)
    {
        outcome.Matches++;
        string[] expected = schema.IntOrString ? ["integer", "string"] : schema.Type.Length > 0 ? [schema.Type] : [];
        var name = string.Join(',', expected);
        if (value is null)
        {
            if (expected.Length > 0 && !schema.Nullable)
            {
                Refuse(outcome, path, "null", name);
            }
            else
            {
                outcome.Matches++;
            }

            return;
        }

        var (actual, actualFormat) = TypeOf(value);
        var isNumberOfOtherKind =
            (actual == "number" && expected.Contains("integer") && JsonNumber.TryRead(value, out var number) && number.IsWhole)
            || (actual == "integer" && expected.Contains("number"));
        var isTextual = actual is "string" or "array";
        var expectsNumber = expected.Contains("number") || expected.Contains("integer");
        if (!isTextual && format.Length > 0 && !expected.Contains(actual) && actualFormat != format && !isNumberOfOtherKind)
        {
            Refuse(outcome, path, actualFormat, format);
        }
        else if (!(isTextual && format.Length > 0 && !expectsNumber) && !expected.Contains(actual) && !isNumberOfOtherKind)
        {
            Refuse(outcome, path, actual, name);
        }
        else
        {
            outcome.Matches++;
        }
    }

    private void Refuse(Outcome outcome, string path, string actual, string expected)
    {
        var text = $"{path} in body must be of type {expected}: {GoText.Quote(actual)}";
        outcome.Add(FieldError.TypeInvalid(At(path), actual, text), text);
    }

    private static (string Type, string Format) TypeOf(JsonNode value) => value switch
    {
        JsonObject => ("object", ""),
        JsonArray => ("array", ""),
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => ("string", ""),
            JsonValueKind.True or JsonValueKind.False => ("boolean", ""),
            _ => JsonNumber.TryRead(value, out var number) && number.IsInteger ? ("integer", "int64") : ("number", "float64"),
        },
    };

    private void CheckBranches(SchemaNode schema, JsonNode value, string path, Correlation? correlation, Outcome outcome)
    {
        if (schema.AnyOf.Count > 0)
        {
            var (valid, best, success) = Try(schema.AnyOf, value, path, correlation, stopAtFirst: true);
            if (valid == 0)
            {
                Say(outcome, $"{GoText.Quote(path)} must validate at least one schema (anyOf)");
            }

            outcome.Merge(valid == 0 ? best : success);
        }

        if (schema.OneOf.Count > 0)
        {
            var (valid, best, success) = Try(schema.OneOf, value, path, correlation, stopAtFirst: false);
            if (valid != 1)
            {
                var found = valid == 0 ? "Found none valid" : $"Found {valid} valid alternatives";
                Say(outcome, $"{GoText.Quote(path)} must validate one and only one schema (oneOf). {found}");
            }

            outcome.Merge(valid == 0 ? best : valid == 1 ? success : null);
        }

        if (schema.AllOf.Count > 0)
        {
            var valid = 0;
            foreach (var branch in schema.AllOf)
            {
                var result = Check(branch, value, path, correlation);
                valid += result.IsValid ? 1 : 0;
                outcome.Merge(result);
            }

            if (valid != schema.AllOf.Count)
            {
                Say(outcome, $"{GoText.Quote(path)} must validate all the schemas (allOf){(valid == 0 ? ". None validated" : "")}");
            }
        }

        if (schema.Not is not null && Check(schema.Not, value, path, correlation).IsValid)
        {
            Say(outcome, $"{GoText.Quote(path)} must not validate the schema (not)");
        }

        outcome.Matches += 2;
    }

    private (int Valid, Outcome? Best, Outcome? Success) Try(
        IReadOnlyList<SchemaNode> branches, JsonNode value, string path, Correlation? correlation, bool stopAtFirst)
    {
        var valid = 0;
        Outcome? best = null;
        Outcome? success = null;
        foreach (var branch in branches)
        {
            var result = Check(branch, value, path, correlation);
            if (result.IsValid)
            {
                valid++;
                success ??= result;
                if (stopAtFirst)
                {
                    break;
                }
            }
            else if (valid == 0 && (best is null || result.Matches > best.Matches))
            {
                best = result;
            }
        }

        return (valid, best, success);
    }

    private void CheckString(SchemaNode schema, string format, string text, string path, Outcome outcome)
    {
        outcome.Matches++;
        var length = text.EnumerateRunes().Count();
        if (length > schema.MaxLength)
        {
            outcome.Add(FieldError.TooLong(At(path), schema.MaxLength.Value), $"{path} in body should be at most {schema.MaxLength} chars long");
        }
        else if (length < schema.MinLength)
        {
            Invalid(outcome, path, text, $"{path} in body should be at least {schema.MinLength} chars long");
        }
        else if (schema.Pattern.Length > 0)
        {
            if (Re2.TryCompile(schema.Pattern, out var error) is not { } regex)
            {
                Invalid(outcome, path, text, $"{path} in body should match '{schema.Pattern}, but pattern is invalid: {error}'");
            }
            else if (!regex.IsMatch(text))
            {
                Invalid(outcome, path, text, $"{path} in body should match '{schema.Pattern}'");
            }
        }

        if (format.Length > 0)
        {
            outcome.Matches++;
            if (!Formats.IsValid(format, text))
            {
                var detail = $"{path} in body must be of type {format}: {GoText.Quote(text)}";
                outcome.Add(FieldError.TypeInvalid(At(path), text, detail), detail);
            }
        }
    }

    private void CheckNumber(SchemaNode schema, string format, JsonNumber number, string path, Outcome outcome)
    {
        var isOutOfRange = schema.Type switch
        {
            "integer" when format == "int32" => number.Double is < int.MinValue or > int.MaxValue,
            "integer" => !number.IsInteger && (number.Double != Math.Floor(number.Double) || Math.Abs(number.Double) >= 9.223372036854775807e18),
            "number" when format == "float" => Math.Abs(number.Double) > float.MaxValue,
            _ => false,
        };
        if (isOutOfRange)
        {
            Say(outcome, format.Length > 0
                ? $"Checked value must be of type {schema.Type} with format {format} in {path}"
                : $"Checked value must be of type {schema.Type} (default format) in {path}");
        }

        if (schema.MultipleOf is { } factor)
        {
            CheckMultiple(factor, number, path, outcome);
        }

        if (schema.Minimum is { } minimum && IsBeyond(minimum.CompareTo(number.Double), schema.ExclusiveMinimum))
        {
            Invalid(outcome, path, NumberValue(number), $"{path} in body should be greater than {(schema.ExclusiveMinimum ? "" : "or equal to ")}{Bound(minimum, number)}");
        }

        if (schema.Maximum is { } maximum && IsBeyond(number.Double.CompareTo(maximum), schema.ExclusiveMaximum))
        {
            Invalid(outcome, path, NumberValue(number), $"{path} in body should be less than {(schema.ExclusiveMaximum ? "" : "or equal to ")}{Bound(maximum, number)}");
        }
    }

    private void CheckMultiple(double factor, JsonNumber number, string path, Outcome outcome)
    {
        var isIntegral = number.IsInteger && factor == Math.Floor(factor);
        if (factor <= 0)
        {
            Invalid(outcome, path, JsonValue.Create(factor), $"factor MultipleOf declared for {path} must be positive: {GoText.Double(factor)}");
        }
        else if (isIntegral ? number.Integer % (long)factor != 0 : !IsWhole(factor < 1 ? 1 / factor * number.Double : number.Double / factor))
        {
            Invalid(outcome, path, NumberValue(number), $"{path} in body should be a multiple of {Bound(factor, number)}");
        }
    }

    private static bool IsWhole(double value) => Math.Abs(value - Math.Round(value)) < 1e-9;

    private static bool IsBeyond(int comparison, bool exclusive) => exclusive ? comparison >= 0 : comparison > 0;

    private static string Bound(double bound, JsonNumber number) =>
        number.IsInteger ? ((long)bound).ToString(CultureInfo.InvariantCulture) : GoText.Double(bound);

    private static JsonValue NumberValue(JsonNumber number) =>
        number.IsInteger ? JsonValue.Create(number.Integer) : JsonValue.Create(number.Double);

    private void CheckArray(SchemaNode schema, JsonArray items, string path, Correlation? correlation, Outcome outcome)
    {
        for (var i = 0; schema.Items is not null && i < items.Count; i++)
        {
            outcome.Merge(Ratcheted(schema.Items, items[i], $"{path}[{i}]", correlation?.Index(i)));
        }

        if (items.Count < schema.MinItems)
        {
            Invalid(outcome, path, JsonValue.Create(items.Count), $"{path} in body should have at least {schema.MinItems} items");
        }

        if (items.Count > schema.MaxItems)
        {
            outcome.Add(FieldError.TooMany(At(path), items.Count, schema.MaxItems.Value), $"{path} in body should have at most {schema.MaxItems} items");
        }

        if (schema.UniqueItems && items.Index().Any(item => items.Take(item.Index).Any(earlier => JsonNode.DeepEquals(item.Item, earlier))))
        {
            Invalid(outcome, path, "", $"{path} in body shouldn't contain duplicates");
        }
    }

    private void CheckObject(SchemaNode schema, JsonObject members, string path, Correlation? correlation, Outcome outcome)
    {
        if (members.Count < schema.MinProperties)
        {
            Invalid(outcome, path, JsonValue.Create(members.Count), $"{path} in body should have at least {schema.MinProperties} properties");
        }

        if (members.Count > schema.MaxProperties)
        {
            outcome.Add(FieldError.TooMany(At(path), members.Count, schema.MaxProperties.Value), $"{path} in body should have at most {schema.MaxProperties} properties");
        }

        foreach (var (name, member) in members)
        {
            if (schema.Properties.TryGetValue(name, out var property))
            {
                outcome.Merge(Ratcheted(property, member, path.Length == 0 ? name : $"{path}.{name}", MemberCorrelation(correlation, path, name)));
            }
            else if (schema.AdditionalProperties is { } additional)
            {
                outcome.Merge(Ratcheted(additional, member, $"{path}.{name}", MemberCorrelation(correlation, path, name)));
            }
            else if (schema.AdditionalPropertiesAllowed == false)
            {
                var text = $"{path}.{name} in body is a forbidden property";
                outcome.Add(FieldError.Invalid(At(path), "", text), text);
            }
        }

        foreach (var name in schema.Required)
        {
            if (!members.ContainsKey(name))
            {
                outcome.Add(FieldError.Required(At($"{path}.{name}"), ""), $"{path}.{name} in body is required");
            }
        }
    }

    /// <summary>The group and kind of an object change with the version it is read in, so they are never taken for unchanged.</summary>
    private static Correlation? MemberCorrelation(Correlation? correlation, string path, string name) =>
        path.Length == 0 && name is "kind" or "apiVersion" ? null : correlation?.Key(name);

    private void CheckEnum(SchemaNode schema, JsonNode? value, string path, Outcome outcome)
    {
        if (schema.Enum.Count == 0 || (value is not null && schema.Enum.Any(allowed => JsonNode.DeepEquals(allowed, value))))
        {
            return;
        }

        var supported = schema.Enum.Where(allowed => value is null || allowed is not null).Select(allowed =>
            allowed is JsonValue text && text.GetValueKind() == JsonValueKind.String ? text.GetValue<string>() : GoText.Json(allowed)).ToList();
        outcome.Add(FieldError.NotSupported(At(path), value, supported), $"{path} in body should be one of [{string.Join(' ', supported)}]");
    }

    private void Invalid(Outcome outcome, string path, JsonNode? value, string text) =>
        outcome.Add(FieldError.Invalid(At(path), value, text), text);

    private void Say(Outcome outcome, string text) => outcome.Add(FieldError.Invalid(_root, "", text), text);

    private FieldPath At(string path)
    {
        var name = path.StartsWith('.') ? path[1..] : path;
        return name.Length == 0 ? _root : _root.Child(name);
    }

    private sealed class Outcome
    {
        private readonly HashSet<string> _texts = new(StringComparer.Ordinal);

        public List<(FieldError Error, string Text)> Findings { get; } = [];

        /// <summary>How many checks were passed or made; the alternative with most is explained when none fits.</summary>
        public int Matches { get; set; }

        public bool IsValid => Findings.Count == 0;

        public void Add(FieldError error, string text)
        {
            if (_texts.Add(text))
            {
                Findings.Add((error, text));
            }
        }

        public void Merge(Outcome? other)
        {
            if (other is null)
            {
                return;
            }

            foreach (var (error, text) in other.Findings)
            {
                Add(error, text);
            }

            Matches += other.Matches;
        }
    }
}
