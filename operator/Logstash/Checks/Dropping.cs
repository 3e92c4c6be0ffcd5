using System.Globalization;
using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Logstash.Checks;

/// <summary>Finds the <c>drop</c> that no event gets past.</summary>
internal static class Dropping
{
    /// <summary>The plugin that drops every event which reaches these items, or null.</summary>
    public static PluginSyntax? Find(SyntaxList<ItemSyntax> items) => items.Select(Find).FirstOrDefault(drop => drop is not null);

    private static PluginSyntax? Find(ItemSyntax item) => item switch
    {
        PluginSyntax plugin => plugin.Name.Text == "drop" && plugin.Attributes.All(IsWhole) ? plugin : null,
        BranchSyntax branch => Find(branch),
        _ => null,
    };

    private static PluginSyntax? Find(BranchSyntax branch)
    {
        PluginSyntax? drop = null;
        foreach (var arm in branch.Arms)
        {
            var value = Constant(arm.Condition);
            if (value == false)
            {
                continue;
            }

            drop = Find(arm.Block.Items);
            if (drop is null || value == true)
            {
                return drop;
            }
        }

        return branch.Else is { } otherwise ? Find(otherwise.Items) : null;
    }

    private static bool IsWhole(AttributeSyntax attribute) =>
        attribute.Name.Text != "percentage" || (Literal(attribute.Value) is { } text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var part) && part >= 100);

    /// <summary>What a condition that compares texts alone always is; null for any other.</summary>
    private static bool? Constant(ConditionSyntax condition) => condition.Rest.Count > 0 ? null : condition.First switch
    {
        GroupSyntax group => Constant(group.Condition) is { } value ? value != group.Negated : null,
        ComparisonSyntax { Left: StringSyntax, Right: StringSyntax, Operator: ComparisonOperator.Equal or ComparisonOperator.NotEqual } comparison
            when Literal(comparison.Left) is { } left && Literal(comparison.Right) is { } right =>
            string.Equals(left, right, StringComparison.Ordinal) == (comparison.Operator == ComparisonOperator.Equal),
        TruthSyntax { Operand: StringSyntax text } when Literal(text) is { Length: > 0 } => true,
        _ => null,
    };

    private static string? Literal(ValueSyntax value) => value switch
    {
        StringSyntax text when !text.Text.Contains("${", StringComparison.Ordinal) => text.Text,
        NumberSyntax number => number.Text,
        _ => null,
    };
}
