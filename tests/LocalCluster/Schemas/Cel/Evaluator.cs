namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>An evaluation was ended because it did too much.</summary>
internal sealed class CostLimitException() : Exception("operation cancelled: actual cost limit exceeded");

/// <summary>Evaluates a checked expression and counts what it costs.</summary>
internal sealed class Evaluator
{
    private readonly CheckedExpr _checked;
    private readonly ulong _limit;

    private Evaluator(CheckedExpr checkedExpr, ulong limit)
    {
        _checked = checkedExpr;
        _limit = limit;
    }

    /// <summary>What the evaluation cost so far.</summary>
    private ulong Cost { get; set; }

    /// <summary>Evaluates an expression.</summary>
    /// <param name="expr">The expression.</param>
    /// <param name="variables">The values of its variables.</param>
    /// <param name="limit">The cost at which the evaluation is ended with an error that begins with <c>operation cancelled</c>.</param>
    /// <returns>The value, perhaps an error, and the cost.</returns>
    public static (CelValue Value, ulong Cost) Evaluate(CheckedExpr expr, IReadOnlyDictionary<string, CelValue> variables, ulong limit)
    {
        var evaluator = new Evaluator(expr, limit);
        Scope? scope = null;
        foreach (var (name, value) in variables)
        {
            scope = new Scope(name, value, scope);
        }

        try
        {
            return (evaluator.Visit(expr.Root, scope), evaluator.Cost);
        }
        catch (CostLimitException exception)
        {
            return (new ErrorValue(exception.Message), evaluator.Cost);
        }
    }

    /// <summary>A name in sight; a binding is evaluated when it is first looked at.</summary>
    private sealed class Scope(string name, CelValue? value, Scope? outer, Func<CelValue>? binding = null)
    {
        private CelValue? _value = value;

        public CelValue? Find(string wanted) => wanted == name ? _value ??= binding!() : outer?.Find(wanted);
    }

    private void Charge(ulong cost)
    {
        Cost = CostRange.Add(Cost, cost);
        if (Cost > _limit)
        {
            throw new CostLimitException();
        }
    }

    private CelValue Visit(Expr expr, Scope? scope) => expr switch
    {
        Literal literal => literal.Value,
        Ident ident => VisitIdent(ident, scope),
        Select select => VisitSelect(select, scope),
        Call call => VisitCall(call, scope),
        ListExpr list => VisitList(list, scope),
        MapExpr map => VisitMap(map, scope),
        Comprehension comprehension => VisitComprehension(comprehension, scope),
        _ => CelValue.NoSuchOverload,
    };

    private CelValue VisitIdent(Ident ident, Scope? scope)
    {
        Charge(1);
        return scope?.Find(ident.Name)
            ?? (Checker.FindTypeName(ident.Name) is { } type ? TypeValues.Of(type) : new ErrorValue($"no such attribute(s): {ident.Name}"));
    }

    private CelValue VisitSelect(Select select, Scope? scope)
    {
        if (!select.IsTest && Parser.QualifiedName(select) is { } name && Checker.FindTypeName(name) is { } type)
        {
            Charge(1);
            return TypeValues.Of(type);
        }

        var operand = Visit(select.Operand, scope);
        if (!select.IsTest)
        {
            Charge(1);
        }

        var key = new StringValue(select.Field);
        return operand switch
        {
            ErrorValue => operand,
            MapValue map when select.IsTest => map.Find(key) is var found && found is ErrorValue ? found : BoolValue.Of(found is not null),
            MapValue map => map.Find(key) ?? new ErrorValue($"no such key: {select.Field}"),
            OptionalValue optional => SelectOptional(optional, key, select.IsTest),
            _ => CelValue.NoSuchOverload,
        };
    }

    private static CelValue SelectOptional(OptionalValue optional, StringValue key, bool isTest)
    {
        var found = optional.Value is MapValue map ? map.Find(key) : null;
        return found is ErrorValue ? found : isTest ? BoolValue.Of(found is not null) : found is null ? OptionalValue.None : new OptionalValue(found);
    }

    private CelValue VisitCall(Call call, Scope? scope)
    {
        switch (call.Function)
        {
            case Operators.And or Operators.Or:
                return VisitLogic(call, isAnd: call.Function == Operators.And, scope);
            case Operators.Conditional:
                return Visit(call.Arguments[0], scope) switch
                {
                    BoolValue condition => Visit(call.Arguments[condition.Value ? 1 : 2], scope),
                    ErrorValue error => error,
                    _ => CelValue.NoSuchOverload,
                };
            case Operators.NotStrictlyFalse:
                Charge(1);
                return Visit(call.Arguments[0], scope) is BoolValue { Value: false } ? BoolValue.False : BoolValue.True;
            case "orValue" or "or" when call.Target is not null:
                return VisitAlternative(call, call.Target, scope);
            default:
                return Invoke(call, scope);
        }
    }

    /// <summary>The alternative to an optional is evaluated only where there is no value.</summary>
    private CelValue VisitAlternative(Call call, Expr target, Scope? scope)
    {
        Charge(1);
        return Visit(target, scope) switch
        {
            OptionalValue { Value: null } => Visit(call.Arguments[0], scope),
            OptionalValue { Value: { } value } optional => call.Function == "or" ? optional : value,
            ErrorValue error => error,
            _ => CelValue.NoSuchOverload,
        };
    }

    private CelValue VisitLogic(Call call, bool isAnd, Scope? scope)
    {
        CelValue? failure = null;
        foreach (var argument in call.Arguments)
        {
            switch (Visit(argument, scope))
            {
                case BoolValue value when value.Value != isAnd:
                    return value;
                case BoolValue:
                    break;
                case ErrorValue error:
                    failure ??= error;
                    break;
                default:
                    failure ??= CelValue.NoSuchOverload;
                    break;
            }
        }

        return failure ?? BoolValue.Of(isAnd);
    }

    private CelValue Invoke(Call call, Scope? scope)
    {
        var overloads = _checked.Overloads[call];
        var isMember = overloads[0].IsMember;
        var arguments = new CelValue[call.Arguments.Count + (isMember ? 1 : 0)];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Visit(isMember ? i == 0 ? call.Target! : call.Arguments[i - 1] : call.Arguments[i], scope);
            if (arguments[i] is ErrorValue)
            {
                return arguments[i];
            }
        }

        var overload = overloads.Count == 1 ? overloads[0] : overloads.FirstOrDefault(candidate => candidate.Accepts(arguments));
        if (overload is null || !overload.Accepts(arguments))
        {
            return CelValue.NoSuchOverload;
        }

        var result = overload.Invoke(arguments);
        Charge(CallCosts.Actual(overload, arguments, result));
        return result;
    }

    private CelValue VisitList(ListExpr list, Scope? scope)
    {
        var items = new List<CelValue>(list.Elements.Count);
        foreach (var (element, isOptional) in list.Elements)
        {
            var value = Visit(element, scope);
            if (value is ErrorValue)
            {
                return value;
            }

            if (isOptional && value is OptionalValue optional)
            {
                if (optional.Value is null)
                {
                    continue;
                }

                value = optional.Value;
            }

            items.Add(value);
        }

        Charge(CallCosts.ListCreation);
        return new ArrayValue(items);
    }

    private CelValue VisitMap(MapExpr map, Scope? scope)
    {
        var entries = new List<KeyValuePair<CelValue, CelValue>>(map.Entries.Count);
        foreach (var (keyExpr, valueExpr, isOptional) in map.Entries)
        {
            var key = Visit(keyExpr, scope);
            var value = Visit(valueExpr, scope);
            if (key is ErrorValue || value is ErrorValue)
            {
                return key is ErrorValue ? key : value;
            }

            if (isOptional && value is OptionalValue optional)
            {
                if (optional.Value is null)
                {
                    continue;
                }

                value = optional.Value;
            }

            entries.RemoveAll(entry => Equality.Compare(entry.Key, key) == BoolValue.True);
            entries.Add(KeyValuePair.Create(key, value));
        }

        Charge(CallCosts.MapCreation);
        return new DictionaryValue(entries);
    }

    private CelValue VisitComprehension(Comprehension comprehension, Scope? scope)
    {
        if (comprehension.IsBinding)
        {
            return Visit(comprehension.Result, new Scope(comprehension.Accumulator, value: null, scope, () => Visit(comprehension.Initial, scope)));
        }

        var range = Visit(comprehension.Range, scope);
        if (range is ErrorValue)
        {
            return range;
        }

        if (Steps(range, comprehension.SecondVariable is not null) is not { } steps)
        {
            return CelValue.NoSuchOverload;
        }

        var accumulated = Visit(comprehension.Initial, scope);
        foreach (var (first, second) in steps)
        {
            var inner = new Scope(comprehension.Accumulator, accumulated, new Scope(comprehension.Variable, first, scope));
            inner = comprehension.SecondVariable is { } name ? new Scope(name, second, inner) : inner;
            if (Visit(comprehension.Condition, inner) is not BoolValue { Value: true })
            {
                break;
            }

            accumulated = Visit(comprehension.Step, inner);
        }

        return Visit(comprehension.Result, new Scope(comprehension.Accumulator, accumulated, scope));
    }

    private static IEnumerable<(CelValue First, CelValue? Second)>? Steps(CelValue range, bool isPair) => range switch
    {
        ListValue list when isPair => list.Items.Select((item, index) => ((CelValue)new IntValue(index), (CelValue?)item)),
        ListValue list => list.Items.Select(item => (item, (CelValue?)null)),
        MapValue map => map.Keys.Select(key => (key, isPair ? map.Find(key) : null)),
        _ => null,
    };
}
