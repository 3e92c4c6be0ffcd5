namespace KafkaLogstash.Logstash.Syntax;

/// <summary>
/// Expressions joined by boolean operators, as a flat list the way the grammar has it.
/// <c>and</c> binds tighter than <c>or</c>; <c>xor</c> and <c>nand</c> work only alone at their level.
/// </summary>
/// <param name="First">The first expression.</param>
/// <param name="Rest">Operators and the expressions after them.</param>
public sealed record ConditionSyntax(ExpressionSyntax First, SyntaxList<OperandSyntax> Rest) : SyntaxNode;

/// <summary>A boolean operator and the expression after it.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="Expression">The expression.</param>
public sealed record OperandSyntax(BooleanOperator Operator, ExpressionSyntax Expression) : SyntaxNode;

/// <summary>What joins expressions.</summary>
public enum BooleanOperator
{
    /// <summary><c>and</c></summary>
    And,

    /// <summary><c>or</c></summary>
    Or,

    /// <summary><c>xor</c></summary>
    Xor,

    /// <summary><c>nand</c></summary>
    Nand,
}

/// <summary>One expression of a condition.</summary>
public abstract record ExpressionSyntax : SyntaxNode;

/// <summary><c>( … )</c> or <c>!( … )</c>.</summary>
/// <param name="Condition">What is inside.</param>
/// <param name="Negated">Whether <c>!</c> stands before it.</param>
public sealed record GroupSyntax(ConditionSyntax Condition, bool Negated = false) : ExpressionSyntax;

/// <summary><c>![field]</c>: the field is missing, null, false or empty.</summary>
/// <param name="Field">The field.</param>
public sealed record NegatedFieldSyntax(FieldReferenceSyntax Field) : ExpressionSyntax;

/// <summary>An operand alone: true when it is neither missing, null, false nor empty.</summary>
/// <param name="Operand">The operand.</param>
public sealed record TruthSyntax(ValueSyntax Operand) : ExpressionSyntax;

/// <summary><c>in</c> and <c>not in</c>.</summary>
/// <param name="Left">What is looked for.</param>
/// <param name="Right">Where.</param>
/// <param name="Negated">Whether it is <c>not in</c>.</param>
public sealed record MembershipSyntax(ValueSyntax Left, ValueSyntax Right, bool Negated = false) : ExpressionSyntax;

/// <summary>How a comparison compares.</summary>
public enum ComparisonOperator
{
    /// <summary><c>==</c></summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&gt;</c></summary>
    Greater,
}

/// <summary>A comparison.</summary>
/// <param name="Left">The left operand.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Right">The right operand.</param>
public sealed record ComparisonSyntax(ValueSyntax Left, ComparisonOperator Operator, ValueSyntax Right) : ExpressionSyntax;

/// <summary><c>=~</c> and <c>!~</c>.</summary>
/// <param name="Left">What is matched.</param>
/// <param name="Pattern">A <see cref="RegexSyntax"/> or a <see cref="StringSyntax"/>.</param>
/// <param name="Negated">Whether it is <c>!~</c>.</param>
public sealed record MatchSyntax(ValueSyntax Left, ValueSyntax Pattern, bool Negated = false) : ExpressionSyntax;
