using System.Globalization;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>A Pratt parser for CEL; macros are expanded as they are met.</summary>
internal sealed class Parser
{
    private const int MaxDepth = 250;
    private const int ConditionalPower = 1;
    private const int UnaryPower = 7;
    private const string Operand =
        "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

    private static readonly Dictionary<string, (string Function, int Power)> Binary = new(StringComparer.Ordinal)
    {
        ["||"] = (Operators.Or, 2),
        ["&&"] = (Operators.And, 3),
        ["=="] = (Operators.Equal, 4),
        ["!="] = (Operators.NotEqual, 4),
        ["<"] = (Operators.Less, 4),
        ["<="] = (Operators.LessOrEqual, 4),
        [">"] = (Operators.Greater, 4),
        [">="] = (Operators.GreaterOrEqual, 4),
        ["in"] = (Operators.In, 4),
        ["+"] = (Operators.Add, 5),
        ["-"] = (Operators.Subtract, 5),
        ["*"] = (Operators.Multiply, 6),
        ["/"] = (Operators.Divide, 6),
        ["%"] = (Operators.Modulo, 6),
    };

    private static readonly HashSet<string> Reserved = new(
        [
            "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return",
            "var", "void", "while",
        ],
        StringComparer.Ordinal);

    private readonly List<CompileError> _errors;
    private readonly List<Token> _tokens;
    private int _at;
    private int _depth;

    private Parser(string source, List<CompileError> errors)
    {
        _errors = errors;
        _tokens = Lexer.Read(source, errors);
    }

    /// <summary>Parses an expression.</summary>
    /// <returns>The expression, or null with errors added to the list.</returns>
    public static Expr? Parse(string source, List<CompileError> errors)
    {
        var parser = new Parser(source, errors);
        try
        {
            var expr = parser.Expression(0);
            if (parser.Current.Kind != TokenKind.End)
            {
                throw parser.Unexpected("<EOF>");
            }

            return errors.Count == 0 ? expr : null;
        }
        catch (SyntaxException exception)
        {
            errors.Add(exception.Error);
            return null;
        }
    }

    private sealed class SyntaxException(CompileError error) : Exception(error.Message)
    {
        public CompileError Error { get; } = error;
    }

    private Token Current => _tokens[_at];

    private SyntaxException Unexpected(string expected)
    {
        var problem = expected == "<EOF>" ? "extraneous" : "mismatched";
        return new SyntaxException(new CompileError(Current.Offset, $"Syntax error: {problem} input '{Current.Text}' expecting {expected}"));
    }

    private bool IsSymbol(string text) => Current.Kind == TokenKind.Symbol && Current.Text == text;

    private bool TryTake(string symbol)
    {
        if (!IsSymbol(symbol))
        {
            return false;
        }

        _at++;
        return true;
    }

    private Token Take(string symbol) => IsSymbol(symbol) ? _tokens[_at++] 
        : throw new SyntaxException(new CompileError(Current.Offset, $"Syntax error: missing '{symbol}' at '{Current.Text}'"));

    private Token TakeIdentifier() =>
        Current.Kind == TokenKind.Ident && Current.Text is not ("true" or "false" or "null" or "in") ? _tokens[_at++] : throw Unexpected("IDENTIFIER");

    private Expr Expression(int power)
    {
        if (++_depth > MaxDepth)
        {
            throw new SyntaxException(new CompileError(Current.Offset, $"expression recursion limit exceeded: {MaxDepth}"));
        }

        var left = Unary();
        while (true)
        {
            if (IsSymbol("?") && power <= ConditionalPower)
            {
                left = Conditional(left);
            }
            else if (Current.Kind is TokenKind.Symbol or TokenKind.Ident && Binary.TryGetValue(Current.Text, out var op) && op.Power > power)
            {
                var offset = _tokens[_at++].Offset;
                left = new Call(offset, op.Function, target: null, left, Expression(op.Power));
            }
            else
            {
                _depth--;
                return left;
            }
        }
    }

    private Call Conditional(Expr condition)
    {
        var offset = Take("?").Offset;
        var whenTrue = Expression(ConditionalPower);
        Take(":");
        return new Call(offset, Operators.Conditional, target: null, condition, whenTrue, Expression(0));
    }

    private Expr Unary()
    {
        var start = Current;
        if (IsSymbol("-") && _tokens[_at + 1].Kind is TokenKind.Int or TokenKind.Double)
        {
            _at++;
            return Postfix(Number(negative: true, start.Offset));
        }

        if (!IsSymbol("!") && !IsSymbol("-"))
        {
            return Postfix(Primary());
        }

        // An even number of the same sign cancels out.
        var count = 0;
        while (TryTake(start.Text))
        {
            count++;
        }

        var operand = Expression(UnaryPower);
        return count % 2 == 0 ? operand : new Call(start.Offset, start.Text == "!" ? Operators.Not : Operators.Negate, target: null, operand);
    }

    private Expr Postfix(Expr expr)
    {
        while (true)
        {
            if (IsSymbol("."))
            {
                expr = Member(expr);
            }
            else if (IsSymbol("["))
            {
                var offset = Take("[").Offset;
                var function = TryTake("?") ? Operators.OptionalIndex : Operators.Index;
                var index = Expression(0);
                Take("]");
                expr = new Call(offset, function, target: null, expr, index);
            }
            else
            {
                return expr;
            }
        }
    }

    private Expr Member(Expr operand)
    {
        var dot = Take(".").Offset;
        if (TryTake("?"))
        {
            var field = TakeIdentifier();
            return new Call(dot, Operators.OptionalSelect, target: null, operand, new Literal(field.Offset, new StringValue(field.Text)));
        }

        var name = TakeIdentifier().Text;
        if (!IsSymbol("("))
        {
            return IsSymbol("{") && QualifiedName(operand) is { } prefix ? Message(prefix + "." + name, dot) : new Select(dot, operand, name);
        }

        var open = Take("(").Offset;
        var arguments = Arguments();
        return Expand(open, name, operand, arguments) ?? new Call(open, name, operand, arguments);
    }

    private Expr[] Arguments()
    {
        var arguments = new List<Expr>();
        if (!IsSymbol(")"))
        {
            do
            {
                arguments.Add(Expression(0));
            }
            while (TryTake(","));
        }

        Take(")");
        return [.. arguments];
    }

    private static Expr? Expand(int offset, string name, Expr? target, Expr[] arguments)
    {
        var expansion = Macros.Expand(offset, name, target, arguments, out var error);
        return error is null ? expansion : throw new SyntaxException(error);
    }

    private Expr Primary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Int or TokenKind.Uint or TokenKind.Double:
                return Number(negative: false, token.Offset);
            case TokenKind.String:
                _at++;
                return new Literal(token.Offset, new StringValue(token.Text));
            case TokenKind.Bytes:
                _at++;
                return new Literal(token.Offset, new BytesValue([.. token.Text.Select(unit => (byte)unit)]));
            case TokenKind.Ident:
                return IdentifierOrCall();
            case TokenKind.Symbol when token.Text == "(":
                _at++;
                var inner = Expression(0);
                Take(")");
                return inner;
            case TokenKind.Symbol when token.Text == "[":
                return ListLiteral();
            case TokenKind.Symbol when token.Text == "{":
                return MapLiteral();
            case TokenKind.Symbol when token.Text == ".":
                _at++;
                return IdentifierOrCall();
            default:
                throw Unexpected(Operand);
        }
    }

    private Expr IdentifierOrCall()
    {
        if (Current.Kind == TokenKind.Ident)
        {
            CelValue? constant = Current.Text switch
            {
                "true" => BoolValue.True,
                "false" => BoolValue.False,
                "null" => NullValue.Instance,
                _ => null,
            };
            if (constant is not null)
            {
                return new Literal(_tokens[_at++].Offset, constant);
            }
        }

        var name = Current.Kind == TokenKind.Ident && Current.Text != "in" ? _tokens[_at++] : throw Unexpected(Operand);
        if (Reserved.Contains(name.Text))
        {
            throw new SyntaxException(new CompileError(name.Offset, $"reserved identifier: {name.Text}"));
        }

        if (IsSymbol("("))
        {
            var open = Take("(").Offset;
            var arguments = Arguments();
            return Expand(open, name.Text, target: null, arguments) ?? new Call(open, name.Text, target: null, arguments);
        }

        return IsSymbol("{") ? Message(name.Text, name.Offset) : new Ident(name.Offset, name.Text);
    }

    private MessageExpr Message(string name, int offset)
    {
        Take("{");
        while (!IsSymbol("}"))
        {
            _ = TryTake("?");
            TakeIdentifier();
            Take(":");
            Expression(0);
            if (!TryTake(","))
            {
                break;
            }
        }

        Take("}");
        return new MessageExpr(offset, name);
    }

    private ListExpr ListLiteral()
    {
        var offset = Take("[").Offset;
        var elements = new List<(Expr, bool)>();
        while (!IsSymbol("]"))
        {
            var isOptional = TryTake("?");
            elements.Add((Expression(0), isOptional));
            if (!TryTake(","))
            {
                break;
            }
        }

        Take("]");
        return new ListExpr(offset, elements);
    }

    private MapExpr MapLiteral()
    {
        var offset = Take("{").Offset;
        var entries = new List<(Expr, Expr, bool)>();
        while (!IsSymbol("}"))
        {
            var isOptional = TryTake("?");
            var key = Expression(0);
            Take(":");
            entries.Add((key, Expression(0), isOptional));
            if (!TryTake(","))
            {
                break;
            }
        }

        Take("}");
        return new MapExpr(offset, entries);
    }

    private Literal Number(bool negative, int offset)
    {
        var token = _tokens[_at++];
        if (token.Kind == TokenKind.Double)
        {
            var number = double.Parse(token.Text, CultureInfo.InvariantCulture);
            return new Literal(offset, new DoubleValue(negative ? -number : number));
        }

        var isRead = Lexer.TryReadInteger(token.Text, out var value);
        if (token.Kind == TokenKind.Uint)
        {
            return isRead ? new Literal(offset, new UintValue(value)) : throw new SyntaxException(new CompileError(offset, "invalid uint literal"));
        }

        var limit = negative ? 1UL << 63 : long.MaxValue;
        if (!isRead || value > limit)
        {
            throw new SyntaxException(new CompileError(offset, "invalid int literal"));
        }

        return new Literal(offset, new IntValue(negative ? unchecked(-(long)value) : (long)value));
    }

    /// <summary><c>a.b.c</c> where an expression is nothing but a name with dots, else null.</summary>
    public static string? QualifiedName(Expr expr) => expr switch
    {
        Ident ident => ident.Name,
        Select { IsTest: false } select when QualifiedName(select.Operand) is { } prefix => $"{prefix}.{select.Field}",
        _ => null,
    };
}
