namespace KafkaLogstash.Logstash.Syntax;

/// <summary>How kinds and operators are written.</summary>
public static class Keywords
{
    /// <summary>The keyword of a section.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns><c>input</c>, <c>filter</c> or <c>output</c>.</returns>
    public static string Keyword(this SectionKind kind) => kind switch
    {
        SectionKind.Input => "input",
        SectionKind.Filter => "filter",
        _ => "output",
    };

    internal static string Keyword(this BooleanOperator op) => op switch
    {
        BooleanOperator.And => "and",
        BooleanOperator.Or => "or",
        BooleanOperator.Xor => "xor",
        _ => "nand",
    };

    internal static string Keyword(this ComparisonOperator op) => op switch
    {
        ComparisonOperator.Equal => "==",
        ComparisonOperator.NotEqual => "!=",
        ComparisonOperator.LessOrEqual => "<=",
        ComparisonOperator.GreaterOrEqual => ">=",
        ComparisonOperator.Less => "<",
        _ => ">",
    };

    internal static char Mark(this QuoteKind quote) => quote == QuoteKind.SingleQuoted ? '\'' : '"';
}
