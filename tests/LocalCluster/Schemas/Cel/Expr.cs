namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>A node of a CEL expression, macros expanded. Nodes are compared by identity: checker and cost estimate keep their findings by node.</summary>
/// <param name="offset">The position in the expression, in code points, that messages point at.</param>
internal abstract class Expr(int offset)
{
    public int Offset { get; } = offset;
}

internal sealed class Literal(int offset, CelValue value) : Expr(offset)
{
    public CelValue Value { get; } = value;
}

internal sealed class Ident(int offset, string name) : Expr(offset)
{
    public string Name { get; } = name;
}

/// <summary><c>operand.field</c>, or with <paramref name="isTest"/> <c>has(operand.field)</c>.</summary>
internal sealed class Select(int offset, Expr operand, string field, bool isTest = false) : Expr(offset)
{
    public Expr Operand { get; } = operand;

    public string Field { get; } = field;

    public bool IsTest { get; } = isTest;
}

/// <summary>A call of a function, a method or an operator; operators are functions with names such as <c>_+_</c>.</summary>
internal sealed class Call(int offset, string function, Expr? target, params Expr[] arguments) : Expr(offset)
{
    public string Function { get; } = function;

    public Expr? Target { get; } = target;

    public IReadOnlyList<Expr> Arguments { get; } = arguments;
}

internal sealed class ListExpr(int offset, IReadOnlyList<(Expr Value, bool IsOptional)> elements) : Expr(offset)
{
    public IReadOnlyList<(Expr Value, bool IsOptional)> Elements { get; } = elements;
}

internal sealed class MapExpr(int offset, IReadOnlyList<(Expr Key, Expr Value, bool IsOptional)> entries) : Expr(offset)
{
    public IReadOnlyList<(Expr Key, Expr Value, bool IsOptional)> Entries { get; } = entries;
}

/// <summary><c>Name{...}</c>: no type of Kubernetes' CEL can be made this way, so it is only ever refused.</summary>
internal sealed class MessageExpr(int offset, string name) : Expr(offset)
{
    public string Name { get; } = name;
}

/// <summary>A loop, which macros such as <c>all</c> and <c>map</c> expand to; over an empty range it binds a name to a value.</summary>
internal sealed class Comprehension(int offset) : Expr(offset)
{
    public required string Variable { get; init; }

    public string? SecondVariable { get; init; }

    public required Expr Range { get; init; }

    public required string Accumulator { get; init; }

    public required Expr Initial { get; init; }

    public required Expr Condition { get; init; }

    public required Expr Step { get; init; }

    public required Expr Result { get; init; }

    /// <summary>Whether this is a binding, evaluated when its result needs it.</summary>
    public bool IsBinding { get; init; }
}

/// <summary>The function names of operators.</summary>
internal static class Operators
{
    public const string And = "_&&_";
    public const string Or = "_||_";
    public const string Not = "!_";
    public const string Conditional = "_?_:_";
    public const string NotStrictlyFalse = "@not_strictly_false";
    public const string Equal = "_==_";
    public const string NotEqual = "_!=_";
    public const string Less = "_<_";
    public const string LessOrEqual = "_<=_";
    public const string Greater = "_>_";
    public const string GreaterOrEqual = "_>=_";
    public const string In = "@in";
    public const string Add = "_+_";
    public const string Subtract = "_-_";
    public const string Multiply = "_*_";
    public const string Divide = "_/_";
    public const string Modulo = "_%_";
    public const string Negate = "-_";
    public const string Index = "_[_]";
    public const string OptionalIndex = "_[?_]";
    public const string OptionalSelect = "_?._";
}
