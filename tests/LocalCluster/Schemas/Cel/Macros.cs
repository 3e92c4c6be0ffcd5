namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>Expands macros: calls that bind a name and evaluate an argument more than once, or not at all.</summary>
internal static class Macros
{
    /// <summary>The name of the value that a loop carries; no expression can spell it.</summary>
    public const string Accumulator = "@result";

    private const string Unused = "#unused";
    private const string SortInput = "@__sortBy_input__";

    /// <summary>The expansion of a call, or null when it is no macro.</summary>
    public static Expr? Expand(int offset, string name, Expr? target, Expr[] arguments, out CompileError? error)
    {
        error = null;
        Expr? expansion = (name, target, arguments) switch
        {
            ("has", null, [var argument]) => Has(offset, argument, ref error),
            ("all" or "exists", not null, [var variable, var predicate]) => Quantify(offset, name, target, variable, null, predicate, ref error),
            ("all" or "exists", not null, [var variable, var second, var predicate]) => Quantify(offset, name, target, variable, second, predicate, ref error),
            ("exists_one" or "existsOne", not null, [var variable, var predicate]) => ExactlyOne(offset, target, variable, null, predicate, ref error),
            ("existsOne", not null, [var variable, var second, var predicate]) => ExactlyOne(offset, target, variable, second, predicate, ref error),
            ("map", not null, [var variable, var transform]) => Transform(offset, target, variable, null, filter: null, transform, ref error),
            ("map", not null, [var variable, var filter, var transform]) => Transform(offset, target, variable, null, filter, transform, ref error),
            ("filter", not null, [var variable, var filter]) => Transform(offset, target, variable, null, filter, variable, ref error),
            ("transformList", not null, [var variable, var second, var transform]) => Transform(offset, target, variable, second, filter: null, transform, ref error),
            ("transformList", not null, [var variable, var second, var filter, var transform]) => Transform(offset, target, variable, second, filter, transform, ref error),
            ("transformMap", not null, [var variable, var second, var transform]) => TransformMap(offset, target, variable, second, filter: null, [variable, transform], ref error),
            ("transformMap", not null, [var variable, var second, var filter, var transform]) => TransformMap(offset, target, variable, second, filter, [variable, transform], ref error),
            ("transformMapEntry", not null, [var variable, var second, var transform]) => TransformMap(offset, target, variable, second, filter: null, [transform], ref error),
            ("transformMapEntry", not null, [var variable, var second, var filter, var transform]) => TransformMap(offset, target, variable, second, filter, [transform], ref error),
            ("optMap", not null, [var variable, var transform]) => OptionalMap(offset, target, variable, transform, isFlat: false, ref error),
            ("optFlatMap", not null, [var variable, var transform]) => OptionalMap(offset, target, variable, transform, isFlat: true, ref error),
            ("sortBy", not null, [var variable, var key]) => SortBy(offset, target, variable, key, ref error),
            _ => null,
        };
        return error is null ? expansion : null;
    }

    private static Select? Has(int offset, Expr argument, ref CompileError? error)
    {
        if (argument is Select { IsTest: false } select)
        {
            return new Select(offset, select.Operand, select.Field, isTest: true);
        }

        error = new CompileError(argument.Offset, "invalid argument to has() macro");
        return null;
    }

    private static Comprehension? Quantify(
        int offset, string name, Expr target, Expr variable, Expr? second, Expr predicate, ref CompileError? error)
    {
        var isAll = name == "all";
        var carry = new Ident(offset, Accumulator);
        return Loop(
            offset,
            target,
            variable,
            second,
            new Literal(offset, BoolValue.Of(isAll)),
            new Call(offset, Operators.NotStrictlyFalse, target: null, isAll ? carry : new Call(offset, Operators.Not, target: null, carry)),
            new Call(offset, isAll ? Operators.And : Operators.Or, target: null, new Ident(offset, Accumulator), predicate),
            new Ident(offset, Accumulator),
            ref error);
    }

    private static Comprehension? ExactlyOne(int offset, Expr target, Expr variable, Expr? second, Expr predicate, ref CompileError? error) => Loop(
        offset,
        target,
        variable,
        second,
        new Literal(offset, new IntValue(0)),
        new Literal(offset, BoolValue.True),
        When(offset, predicate, new Call(offset, Operators.Add, target: null, new Ident(offset, Accumulator), new Literal(offset, new IntValue(1)))),
        new Call(offset, Operators.Equal, target: null, new Ident(offset, Accumulator), new Literal(offset, new IntValue(1))),
        ref error);

    private static Comprehension? Transform(
        int offset, Expr target, Expr variable, Expr? second, Expr? filter, Expr transform, ref CompileError? error)
    {
        var added = new Call(offset, Operators.Add, target: null, new Ident(offset, Accumulator), new ListExpr(offset, [(transform, false)]));
        return Loop(
            offset,
            target,
            variable,
            second,
            new ListExpr(offset, []),
            new Literal(offset, BoolValue.True),
            filter is null ? added : When(offset, filter, added),
            new Ident(offset, Accumulator),
            ref error);
    }

    private static Comprehension? TransformMap(
        int offset, Expr target, Expr variable, Expr second, Expr? filter, Expr[] inserted, ref CompileError? error)
    {
        var added = new Call(offset, "cel.@mapInsert", target: null, [new Ident(offset, Accumulator), .. inserted]);
        return Loop(
            offset,
            target,
            variable,
            second,
            new MapExpr(offset, []),
            new Literal(offset, BoolValue.True),
            filter is null ? added : When(offset, filter, added),
            new Ident(offset, Accumulator),
            ref error);
    }

    private static Call? OptionalMap(int offset, Expr target, Expr variable, Expr transform, bool isFlat, ref CompileError? error)
    {
        if (variable is not Ident name)
        {
            error = new CompileError(variable.Offset, $"{(isFlat ? "optFlatMap" : "optMap")}() variable name must be a simple identifier");
            return null;
        }

        var bound = Bind(offset, name.Name, new Call(offset, "value", target), transform);
        return new Call(
            offset,
            Operators.Conditional,
            target: null,
            new Call(offset, "hasValue", target),
            isFlat ? bound : new Call(offset, "optional.of", target: null, bound),
            new Call(offset, "optional.none", target: null));
    }

    private static Comprehension? SortBy(int offset, Expr target, Expr variable, Expr key, ref CompileError? error)
    {
        var keys = Transform(offset, new Ident(offset, SortInput), variable, null, filter: null, key, ref error);
        return keys is null ? null : Bind(
            offset, SortInput, target, new Call(offset, "@sortByAssociatedKeys", new Ident(offset, SortInput), keys));
    }

    private static Comprehension Bind(int offset, string name, Expr value, Expr result) => new(offset)
    {
        Variable = Unused,
        Range = new ListExpr(offset, []),
        Accumulator = name,
        Initial = value,
        Condition = new Literal(offset, BoolValue.False),
        Step = new Ident(offset, name),
        Result = result,
        IsBinding = true,
    };

    private static Call When(int offset, Expr condition, Expr value) =>
        new(offset, Operators.Conditional, target: null, condition, value, new Ident(offset, Accumulator));

    private static Comprehension? Loop(
        int offset, Expr range, Expr variable, Expr? second, Expr initial, Expr condition, Expr step, Expr result, ref CompileError? error)
    {
        foreach (var argument in second is null ? [variable] : (Expr[])[variable, second])
        {
            if (argument is not Ident)
            {
                error = new CompileError(argument.Offset, "argument must be a simple name");
                return null;
            }
        }

        return new Comprehension(offset)
        {
            Variable = ((Ident)variable).Name,
            SecondVariable = (second as Ident)?.Name,
            Range = range,
            Accumulator = Accumulator,
            Initial = initial,
            Condition = condition,
            Step = step,
            Result = result,
        };
    }
}
