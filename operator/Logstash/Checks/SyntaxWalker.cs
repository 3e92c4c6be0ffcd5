using KafkaLogstash.Logstash.Syntax;

namespace KafkaLogstash.Logstash.Checks;

/// <summary>Goes through a tree in the order of its text.</summary>
internal abstract class SyntaxWalker
{
    protected SectionKind Section { get; private set; }

    public void Walk(ConfigSource source)
    {
        Section = source.Section;
        switch (source.Root)
        {
            case ConfigDocument document:
                Walk(document);
                break;
            case ConditionSyntax condition:
                VisitCondition(condition);
                break;
            case AttributeSyntax attribute:
                VisitAttribute(attribute);
                break;
            default:
                break;
        }
    }

    public void Walk(ConfigDocument document)
    {
        foreach (var section in document.Sections)
        {
            Section = section.Kind;
            VisitSection(section);
        }
    }

    protected virtual void VisitSection(SectionSyntax section) => VisitItems(section.Items);

    protected virtual void VisitPlugin(PluginSyntax plugin)
    {
        foreach (var attribute in plugin.Attributes)
        {
            VisitAttribute(attribute);
        }
    }

    protected virtual void VisitAttribute(AttributeSyntax attribute) => VisitValue(attribute.Value, inCondition: false);

    protected virtual void VisitCondition(ConditionSyntax condition)
    {
        VisitExpression(condition.First);
        foreach (var operand in condition.Rest)
        {
            VisitExpression(operand.Expression);
        }
    }

    protected virtual void VisitExpression(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case GroupSyntax group:
                VisitCondition(group.Condition);
                break;
            case NegatedFieldSyntax negated:
                VisitValue(negated.Field, inCondition: true);
                break;
            case TruthSyntax truth:
                VisitValue(truth.Operand, inCondition: true);
                break;
            case MembershipSyntax membership:
                VisitValue(membership.Left, inCondition: true);
                VisitValue(membership.Right, inCondition: true);
                break;
            case ComparisonSyntax comparison:
                VisitValue(comparison.Left, inCondition: true);
                VisitValue(comparison.Right, inCondition: true);
                break;
            case MatchSyntax match:
                VisitValue(match.Left, inCondition: true);
                VisitValue(match.Pattern, inCondition: true);
                break;
            default:
                break;
        }
    }

    protected virtual void VisitValue(ValueSyntax value, bool inCondition)
    {
        switch (value)
        {
            case PluginValueSyntax codec:
                VisitPlugin(codec.Plugin);
                break;
            case ArraySyntax array:
                foreach (var item in array.Items)
                {
                    VisitValue(item, inCondition);
                }

                break;
            case HashSyntax hash:
                foreach (var entry in hash.Entries)
                {
                    VisitKey(entry.Key);
                    VisitValue(entry.Value, inCondition);
                }

                break;
            case CallSyntax call:
                foreach (var argument in call.Arguments)
                {
                    VisitValue(argument, inCondition);
                }

                break;
            default:
                break;
        }
    }

    protected virtual void VisitKey(ValueSyntax key)
    {
    }

    protected virtual void VisitItemPlugin(PluginSyntax plugin) => VisitPlugin(plugin);

    private void VisitItems(SyntaxList<ItemSyntax> items)
    {
        foreach (var item in items)
        {
            if (item is PluginSyntax plugin)
            {
                VisitItemPlugin(plugin);
            }
            else if (item is BranchSyntax branch)
            {
                VisitBranch(branch);
            }
        }
    }

    private void VisitBranch(BranchSyntax branch)
    {
        foreach (var arm in branch.Arms)
        {
            VisitCondition(arm.Condition);
            VisitItems(arm.Block.Items);
        }

        if (branch.Else is { } otherwise)
        {
            VisitItems(otherwise.Items);
        }
    }
}
