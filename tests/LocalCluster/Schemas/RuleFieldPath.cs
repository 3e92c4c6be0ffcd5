using System.Text;

namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>The <c>fieldPath</c> of a rule: <c>.spec.name</c> or <c>['odd name'].x</c>, relative to the level of the rule.</summary>
internal static class RuleFieldPath
{
    /// <summary>Checks that a path names a field of the schema, and writes it as errors do.</summary>
    /// <param name="text">The path.</param>
    /// <param name="schema">The schema of the level of the rule.</param>
    /// <param name="normalized">The path without a leading dot.</param>
    public static bool TryNormalize(string text, SchemaNode schema, out string normalized)
    {
        normalized = "";
        var path = FieldPath.Root;
        var current = schema;
        for (var at = 0; at < text.Length;)
        {
            if (!TryReadStep(text, ref at, out var name) || current is null || Step(current, name, path) is not { } step)
            {
                return false;
            }

            (path, current) = step;
        }

        normalized = path.Text ?? "";
        return normalized.Length > 0;
    }

    private static (FieldPath Path, SchemaNode? Schema)? Step(SchemaNode schema, string name, FieldPath path)
    {
        if (schema.Properties.Count > 0)
        {
            return schema.Properties.TryGetValue(name, out var property) ? (path.Child(name), property) : null;
        }

        return schema.AdditionalProperties is { } additional ? (path.Key(name), additional) : null;
    }

    private static bool TryReadStep(string text, ref int at, out string name)
    {
        name = "";
        if (text[at] == '.')
        {
            var end = text.IndexOfAny(['.', '[', ']'], at + 1);
            name = end < 0 ? text[(at + 1)..] : text[(at + 1)..end];
            at = end < 0 ? text.Length : end;
            return name.Length > 0;
        }

        if (at + 1 >= text.Length || text[at] != '[' || text[at + 1] != '\'')
        {
            return false;
        }

        var unquoted = new StringBuilder();
        for (var i = at + 2; i < text.Length; i++)
        {
            if (text[i] == '\'')
            {
                at = i + 2;
                name = unquoted.ToString();
                return i + 1 < text.Length && text[i + 1] == ']';
            }

            if (text[i] != '\\')
            {
                unquoted.Append(text[i]);
                continue;
            }

            i++;
            if (i >= text.Length || !"abfnrtv'\\".Contains(text[i], StringComparison.Ordinal))
            {
                return false;
            }

            unquoted.Append(Unescaped(text[i]));
        }

        return false;
    }

    private static char Unescaped(char directive) => directive switch
    {
        'a' => '\a',
        'b' => '\b',
        'f' => '\f',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\v',
        _ => directive,
    };
}
