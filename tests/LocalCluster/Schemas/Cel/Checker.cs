namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>What the checker found out of an expression.</summary>
internal sealed record CheckedExpr(
    Expr Root,
    IReadOnlyDictionary<Expr, CelType> Types,
    IReadOnlyDictionary<Expr, IReadOnlyList<Overload>> Overloads,
    IReadOnlySet<string> Variables)
{
    public CelType Type => Types[Root];
}

/// <summary>CEL's type checker: resolves names and overloads, infers types, and refuses what can't work.</summary>
internal sealed class Checker
{
    private static readonly Dictionary<string, CelType> TypeNames = new(StringComparer.Ordinal)
    {
        ["bool"] = CelType.Bool,
        ["int"] = CelType.Int,
        ["uint"] = CelType.Uint,
        ["double"] = CelType.Double,
        ["string"] = CelType.String,
        ["bytes"] = CelType.Bytes,
        ["null_type"] = CelType.Null,
        ["dyn"] = CelType.Dyn,
        ["type"] = CelType.Type(CelType.Dyn),
        ["list"] = CelType.List(CelType.Dyn),
        ["map"] = CelType.Map(CelType.Dyn, CelType.Dyn),
        ["optional_type"] = CelType.Optional(CelType.Dyn),
        ["google.protobuf.Timestamp"] = CelType.Timestamp,
        ["google.protobuf.Duration"] = CelType.Duration,
        ["net.IP"] = CelType.Ip,
        ["net.CIDR"] = CelType.Cidr,
        ["kubernetes.URL"] = CelType.Url,
        ["kubernetes.Quantity"] = CelType.Quantity,
        ["kubernetes.NamedFormat"] = CelType.NamedFormat,
    };

    private readonly List<CompileError> _errors;
    private readonly TypeInference _inference = new();
    private readonly Dictionary<Expr, CelType> _types = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Expr, IReadOnlyList<Overload>> _overloads = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    /// <summary>The arguments of <c>format</c>, the one list literal that may mix types.</summary>
    private readonly HashSet<Expr> _mixedLists = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<(string Name, CelType Type)> _scope = new();

    private Checker(List<CompileError> errors) => _errors = errors;

    /// <summary>The type of a name that stands for a type, such as <c>int</c>; null for other names.</summary>
    public static CelType? FindTypeName(string name) => TypeNames.GetValueOrDefault(name);

    /// <summary>Checks an expression; errors are added to the list.</summary>
    public static CheckedExpr Check(Expr expr, IReadOnlyDictionary<string, CelType> variables, List<CompileError> errors)
    {
        var checker = new Checker(errors);
        foreach (var (name, type) in variables)
        {
            checker._scope.Push((name, type));
        }

        checker.Visit(expr);
        var types = checker._types.ToDictionary(
            pair => pair.Key, pair => checker._inference.Resolve(pair.Value, freeIsDyn: true), (IEqualityComparer<Expr>)ReferenceEqualityComparer.Instance);
        return new CheckedExpr(expr, types, checker._overloads, checker._used);
    }

    private CelType Visit(Expr expr)
    {
        var type = expr switch
        {
            Literal literal => literal.Value.Type,
            Ident ident => VisitIdent(ident.Name, ident.Offset),
            Select select => VisitSelect(select),
            Call { Function: Operators.OptionalSelect } call => VisitOptionalSelect(call),
            Call call => VisitCall(call),
            ListExpr list => VisitList(list),
            MapExpr map => VisitMap(map),
            Comprehension comprehension => VisitComprehension(comprehension),
            MessageExpr message => Refuse(message.Offset, $"undeclared reference to '{message.Name}' (in container '')"),
            _ => CelType.Error,
        };
        _types[expr] = type;
        return type;
    }

    private CelType Refuse(int offset, string message)
    {
        _errors.Add(new CompileError(offset, message));
        return CelType.Error;
    }

    private CelType VisitIdent(string name, int offset)
    {
        foreach (var (known, type) in _scope)
        {
            if (known == name)
            {
                _used.Add(name);
                return type;
            }
        }

        return FindTypeName(name) is { } named ? CelType.Type(named) : Refuse(offset, $"undeclared reference to '{name}' (in container '')");
    }

    private CelType VisitSelect(Select select)
    {
        if (!select.IsTest && Parser.QualifiedName(select) is { } name && FindTypeName(name) is { } named)
        {
            return CelType.Type(named);
        }

        var type = Field(select.Operand, select.Field, select.Offset, isOptional: false);
        return select.IsTest ? CelType.Bool : _inference.Resolve(type);
    }

    private CelType VisitOptionalSelect(Call call)
    {
        var field = (Literal)call.Arguments[1];
        _types[field] = CelType.String;
        _overloads[call] = [OptionalLibrary.SelectField];
        return _inference.Resolve(Field(call.Arguments[0], ((StringValue)field.Value).Value, call.Offset, isOptional: true));
    }

    private CelType Field(Expr operand, string field, int offset, bool isOptional)
    {
        var operandType = _inference.Resolve(Visit(operand));
        var target = operandType.Unwrapped;
        CelType type;
        switch (target.Kind)
        {
            case TypeKind.Map:
                type = target.Parameters[1];
                break;
            case TypeKind.Object:
                type = target.Fields?.GetValueOrDefault(field)?.Type ?? Refuse(offset, $"undefined field '{field}'");
                break;
            case TypeKind.Parameter:
                _inference.TryAssign(CelType.Dyn, target);
                type = CelType.Dyn;
                break;
            case TypeKind.Dyn or TypeKind.Error:
                type = CelType.Dyn;
                break;
            default:
                Refuse(offset, $"type '{target}' does not support field selection");
                type = CelType.Dyn;
                break;
        }

        return isOptional || operandType.IsOptional ? CelType.Optional(type) : type;
    }

    private CelType VisitCall(Call call)
    {
        foreach (var argument in call.Arguments)
        {
            if (call.Function == "format" && argument is ListExpr)
            {
                _mixedLists.Add(argument);
            }

            Visit(argument);
        }

        if (call.Target is null)
        {
            return FunctionTable.Contains(call.Function)
                ? ResolveCall(call, call.Function, target: null)
                : Refuse(call.Offset, $"undeclared reference to '{call.Function}' (in container '')");
        }

        if (Parser.QualifiedName(call.Target) is { } prefix && FunctionTable.Contains($"{prefix}.{call.Function}"))
        {
            return ResolveCall(call, $"{prefix}.{call.Function}", target: null);
        }

        Visit(call.Target);
        return FunctionTable.Contains(call.Function)
            ? ResolveCall(call, call.Function, call.Target)
            : Refuse(call.Offset, $"undeclared reference to '{call.Function}' (in container '')");
    }

    private CelType ResolveCall(Call call, string function, Expr? target)
    {
        var arguments = (target is null ? call.Arguments : [target, .. call.Arguments]).Select(argument => _types[argument]).ToList();
        if (function is Operators.And or Operators.Or)
        {
            return ResolveLogic(call, arguments);
        }

        var matches = new List<Overload>();
        CelType? result = null;
        foreach (var overload in FunctionTable.Find(function).Where(overload => overload.IsMember == target is not null))
        {
            var (parameters, overloadResult) = _inference.Instantiate(overload);
            if (!_inference.TryAssign(arguments, parameters))
            {
                continue;
            }

            matches.Add(overload);
            var resolved = _inference.Resolve(overloadResult);
            result = result is null || result.Equals(resolved) ? resolved : CelType.Dyn;
        }

        if (result is null)
        {
            return Refuse(call.Offset, $"found no matching overload for '{function}' applied to '{Signature(arguments, target is not null)}'");
        }

        _overloads[call] = matches;
        CheckLiterals(function, call);
        return result;
    }

    private CelType ResolveLogic(Call call, List<CelType> arguments)
    {
        _overloads[call] = [.. FunctionTable.Find(call.Function)];
        var failed = false;
        foreach (var (index, argument) in arguments.Index())
        {
            if (!_inference.TryAssign(argument, CelType.Bool))
            {
                Refuse(call.Arguments[index].Offset, $"expected type 'bool' but found '{_inference.Resolve(argument, freeIsDyn: true)}'");
                failed = true;
            }
        }

        return failed ? CelType.Error : CelType.Bool;
    }

    /// <summary>Literals that a function could only fail on are refused at once.</summary>
    private void CheckLiterals(string function, Call call)
    {
        if (call.Arguments is not [.., Literal { Value: StringValue text } literal])
        {
            return;
        }

        var isInvalid = function switch
        {
            "matches" => Re2.TryCompile(text.Value, out _) is null,
            "duration" => !GoTime.TryParseDuration(text.Value, out _),
            "timestamp" => !GoTime.TryParseTimestamp(text.Value, out _, out _),
            _ => false,
        };
        if (isInvalid)
        {
            Refuse(literal.Offset, $"invalid {function} argument");
        }
    }

    private string Signature(List<CelType> arguments, bool isMember)
    {
        var texts = arguments.Select(argument => _inference.Resolve(argument, freeIsDyn: true).ToString()).ToList();
        return isMember ? $"{texts[0]}.({string.Join(", ", texts.Skip(1))})" : $"({string.Join(", ", texts)})";
    }

    private CelType VisitList(ListExpr list)
    {
        CelType? element = null;
        foreach (var (value, isOptional) in list.Elements)
        {
            var type = Unwrap(value, Visit(value), isOptional);
            element = _mixedLists.Contains(list) ? CelType.Dyn : Join(value, element, type);
        }

        return CelType.List(element ?? _inference.NewVariable());
    }

    private CelType VisitMap(MapExpr map)
    {
        CelType? keys = null;
        CelType? values = null;
        foreach (var (key, value, isOptional) in map.Entries)
        {
            keys = Join(key, keys, Visit(key));
            values = Join(value, values, Unwrap(value, Visit(value), isOptional));
        }

        return CelType.Map(keys ?? _inference.NewVariable(), values ?? _inference.NewVariable());
    }

    private CelType Unwrap(Expr expr, CelType type, bool isOptional)
    {
        if (isOptional && !type.IsOptional && !type.IsDyn)
        {
            Refuse(expr.Offset, $"expected type '{CelType.Optional(type)}' but found '{type}'");
        }

        return isOptional ? type.Unwrapped : type;
    }

    private CelType Join(Expr expr, CelType? previous, CelType current)
    {
        if (previous is null)
        {
            return current;
        }

        return _inference.TryAssign(previous, current)
            ? TypeInference.MostGeneral(previous, current)
            : Refuse(expr.Offset, $"expected type '{_inference.Resolve(previous)}' but found '{_inference.Resolve(current)}'");
    }

    private CelType VisitComprehension(Comprehension comprehension)
    {
        var range = _inference.Resolve(Visit(comprehension.Range));
        var accumulator = Visit(comprehension.Initial);
        var depth = _scope.Count;
        _scope.Push((comprehension.Accumulator, accumulator));
        var (first, second) = VariableTypes(comprehension, range);
        _scope.Push((comprehension.Variable, first));
        if (comprehension.SecondVariable is { } name)
        {
            _scope.Push((name, second));
        }

        Visit(comprehension.Condition);
        Require(comprehension.Condition, CelType.Bool);
        Visit(comprehension.Step);
        Require(comprehension.Step, accumulator);
        while (_scope.Count > depth + 1)
        {
            _scope.Pop();
        }

        var result = Visit(comprehension.Result);
        _scope.Pop();
        return _inference.Resolve(result);
    }

    private (CelType First, CelType Second) VariableTypes(Comprehension comprehension, CelType range)
    {
        var hasSecond = comprehension.SecondVariable is not null;
        switch (range.Kind)
        {
            case TypeKind.List:
                return hasSecond ? (CelType.Int, range.Parameters[0]) : (range.Parameters[0], CelType.Dyn);
            case TypeKind.Map:
                return (range.Parameters[0], range.Parameters[1]);
            case TypeKind.Dyn or TypeKind.Error or TypeKind.Parameter:
                _inference.TryAssign(CelType.Dyn, range);
                return (CelType.Dyn, CelType.Dyn);
            default:
                Refuse(comprehension.Range.Offset, $"expression of type '{range}' cannot be range of a comprehension (must be list, map, or dynamic)");
                return (CelType.Error, CelType.Error);
        }
    }

    private void Require(Expr expr, CelType type)
    {
        if (!_inference.TryAssign(type, _types[expr]))
        {
            Refuse(expr.Offset, $"expected type '{_inference.Resolve(type, freeIsDyn: true)}' but found '{_inference.Resolve(_types[expr], freeIsDyn: true)}'");
        }
    }
}
