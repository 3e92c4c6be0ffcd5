namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>
/// The least and the most that evaluating an expression can cost, given how large the schema lets values become. The bounds decide which rules
/// a CustomResourceDefinition may have, so they follow the API server's arithmetic closely.
/// </summary>
internal sealed class CostEstimator
{
    private static readonly CostRange One = CostRange.Fixed(1);
    private static readonly CostRange AddressBytes = new(4, 16);

    private readonly CheckedExpr _checked;
    private readonly DeclType _self;
    private readonly Dictionary<Expr, CostRange> _sizes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Expr, Entries> _entries = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Expr, DeclType?> _declared = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<Local> _locals = new();

    private CostEstimator(CheckedExpr checkedExpr, DeclType self)
    {
        _checked = checkedExpr;
        _self = self;
    }

    /// <summary>The cost of an expression over values of the schema's type.</summary>
    public static CostRange Estimate(CheckedExpr expr, DeclType self) => new CostEstimator(expr, self).Cost(expr.Root);

    /// <summary>Sizes of the keys and values in a list or map that the expression itself makes.</summary>
    private sealed record Entries(bool IsList, CostRange Keys, CostRange Values)
    {
        public Entries Union(Entries other) => new(IsList, Keys.Union(other.Keys), Values.Union(other.Values));
    }

    private sealed record Local(string Name, DeclType? Declared, CostRange? Size, Entries? Entries);

    private CostRange Cost(Expr expr)
    {
        switch (expr)
        {
            case Ident ident:
                var local = Find(ident.Name);
                _declared[ident] = local is not null ? local.Declared : _self;
                return One;
            case Select { IsTest: true } test:
                return Cost(test.Operand);
            case Select select:
                return CostOfSelect(select);
            case Call call:
                return CostOfCall(call);
            case ListExpr list:
                return CostOfList(list);
            case MapExpr map:
                return CostOfMap(map);
            case Comprehension { IsBinding: true } binding:
                return CostOfBinding(binding);
            case Comprehension comprehension:
                return CostOfComprehension(comprehension);
            default:
                return default;
        }
    }

    private Local? Find(string name) => _locals.FirstOrDefault(local => local.Name == name);

    private CostRange CostOfSelect(Select select)
    {
        if (!_checked.Types.ContainsKey(select.Operand))
        {
            _declared[select] = _self;
            return One;
        }

        var cost = Cost(select.Operand);
        _declared[select] = Declared(select.Operand) is { } declared ? declared.Type.Fields?.GetValueOrDefault(select.Field) : _self;
        return _checked.Types[select.Operand].Kind is TypeKind.Map or TypeKind.Object or TypeKind.Parameter ? cost + One : cost;
    }

    /// <summary>
    /// What the schema says of a part of a value. Of a part of something that the expression made itself the API server takes the bounds of
    /// the whole object, which for objects is no size at all; estimates depend on it.
    /// </summary>
    private DeclType? Part(Expr whole, Func<DeclType, DeclType?> part) => Declared(whole) is { } declared ? part(declared) : _self;

    private DeclType? Declared(Expr expr) => _declared.GetValueOrDefault(expr);

    private CostRange CostOfCall(Call call)
    {
        var arguments = new CostRange[call.Arguments.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Cost(call.Arguments[i]);
        }

        if (call.Function == "dyn")
        {
            CopySizes(call, call.Arguments[0]);
            return arguments[0] + One;
        }

        if (!_checked.Overloads.TryGetValue(call, out var overloads))
        {
            return default;
        }

        var target = overloads[0].IsMember ? call.Target : null;
        var targetCost = target is null ? default : Cost(target);
        var cost = new CostRange(ulong.MaxValue, 0);
        CostRange? resultSize = null;
        foreach (var overload in overloads)
        {
            var (callCost, size) = CostOfOverload(call, overload, target, arguments);
            cost = cost.Union(callCost);
            resultSize = size is null ? resultSize : resultSize?.Union(size.Value) ?? size;
            if (overload.Id is "index_list" or "index_map")
            {
                resultSize = EntriesOf(call.Arguments[0])?.Values;
                _declared[call] = Part(call.Arguments[0], declared => declared.Element);
            }

            resultSize ??= SizeOf(call);
        }

        if (resultSize is { } known)
        {
            _sizes[call] = known;
        }

        return targetCost + cost;
    }

    private (CostRange Cost, CostRange? Size) CostOfOverload(Call call, Overload overload, Expr? target, CostRange[] arguments)
    {
        var sum = arguments.Aggregate(default(CostRange), (total, argument) => total + argument);
        var first = call.Arguments.Count > 0 ? call.Arguments[0] : null;
        (CostRange, CostRange?) Result(CostRange cost, CostRange? size = null) => (cost + sum, size);

        switch (overload.Function)
        {
            case "isSorted" or "sum" or "max" or "min" or "indexOf" or "lastIndexOf" when target is not null:
                return Result(CostOfListWalk(target));
            case "url":
                return Result(SizeOrUnknown(first!).Scale(CallCosts.Traversal), SizeOrUnknown(first!));
            case "lowerAscii" or "upperAscii" or "substring" or "trim" when target is not null:
                return Result(SizeOrUnknown(target).Scale(CallCosts.Traversal), SizeOrUnknown(target));
            case "replace" when target is not null:
                return Result(
                    SizeOrUnknown(target).Scale(2 * CallCosts.Traversal),
                    ReplacedSize(SizeOrUnknown(target), SizeOrUnknown(call.Arguments[0]), SizeOrUnknown(call.Arguments[1])));
            case "split" when target is not null:
                var pieces = call.Arguments is [_, Literal { Value: IntValue limit }] ? (ulong)limit.Value : SizeOrUnknown(target).Max;
                return Result(SizeOrUnknown(target).Scale(2 * CallCosts.Traversal), new CostRange(0, pieces));
            case "join" when target is not null:
                var joined = JoinedSize(target, first);
                return Result(joined.Scale(CallCosts.Traversal), joined);
            case "find" or "findAll" when target is not null:
                var cost = (SizeOrUnknown(target) + One).Scale(CallCosts.Traversal) * SizeOrUnknown(first!).Scale(CallCosts.RegexLength);
                return Result(cost, new CostRange(0, SizeOrUnknown(target).Max));
            case "ip" when overload.Id == "cidr_ip":
                return Result(One);
            case "cidr" or "isIP" or "isCIDR" or "ip" or "quantity" or "isQuantity":
                return Result(SizeOrUnknown(first!).Scale(CallCosts.Traversal));
            case "ip.isCanonical":
                return Result(SizeOrUnknown(first!).Scale(2 * CallCosts.Traversal));
            case "containsIP" or "containsCIDR":
                return Result(CostOfContainment(overload, first!));
            case "slice" when target is not null:
                var slice = IntLiteral(call.Arguments[1], SizeOrUnknown(target).Max) - IntLiteral(call.Arguments[0], 0);
                return Result(CallCosts.NewList(CostRange.Fixed(slice), 1), CostRange.Fixed(slice));
            case "lists.range":
                var range = CostRange.Fixed(IntLiteral(first!, ulong.MaxValue));
                return Result(CallCosts.NewList(range, 1), range);
            case "reverse" when target is not null:
                return Result(CallCosts.NewList(SizeOrUnknown(target), 1), SizeOrUnknown(target));
            case "flatten" when target is not null:
                var depth = first is null ? 1 : IntLiteral(first, ulong.MaxValue);
                return Result(CallCosts.NewList(SizeOrUnknown(target), depth), SizeOrUnknown(target));
            case "distinct" when target is not null:
                return Result(CallCosts.SelfCompared(SizeOrUnknown(target), isText: false), SizeOrUnknown(target) * SizeOrUnknown(target));
            case "sort" or "@sortByAssociatedKeys" when target is not null:
                var keys = SizeOrUnknown(first ?? target);
                var isText = overload.Parameters[^1].Parameters[0].Kind is TypeKind.String or TypeKind.Bytes;
                return Result(CallCosts.SelfCompared(keys, isText), keys * keys);
            case "validate":
                return Result(SizeOrUnknown(first!).Scale(CallCosts.Traversal).Scale(CallCosts.NamedFormatRegexLength * CallCosts.RegexLength));
            default:
                return CostOfStandard(call, overload, target, arguments, sum);
        }
    }

    private static ulong IntLiteral(Expr expr, ulong otherwise) => expr is Literal { Value: IntValue { Value: >= 0 } number } ? (ulong)number.Value : otherwise;

    private (CostRange Cost, CostRange? Size) CostOfStandard(
        Call call, Overload overload, Expr? target, CostRange[] arguments, CostRange sum)
    {
        CostRange Size(int index) => SizeOrUnknown(call.Arguments[index]);
        switch (overload.Function)
        {
            case "format" when target is not null:
                return (SizeOrUnknown(target).Scale(CallCosts.Traversal) + sum, null);
            case "bytes" when overload.Id == "string_to_bytes":
                return (Size(0).Scale(CallCosts.Traversal) + sum, new CostRange(Size(0).Min, CostRange.Multiply(Size(0).Max, 4)));
            case "string" when overload.Id == "bytes_to_string":
                return (Size(0).Scale(CallCosts.Traversal) + sum, new CostRange(Size(0).Min / 4, Size(0).Max));
            case "strings.quote":
                return (Size(0).Scale(CallCosts.Traversal) + sum, (Size(0) * CostRange.Fixed(2)) + CostRange.Fixed(2));
            case "startsWith" or "endsWith":
                return (Size(0).Scale(CallCosts.Traversal) + sum, null);
            case Operators.In when overload.Id == "in_list":
                return (Size(1) + sum, null);
            case "matches" when target is not null:
                return (((SizeOrUnknown(target) + One).Scale(CallCosts.Traversal) * Size(0).Scale(CallCosts.RegexLength)) + sum, null);
            case "contains" when target is not null:
                return ((SizeOrUnknown(target).Scale(CallCosts.Traversal) * Size(0).Scale(CallCosts.Traversal)) + sum, null);
            case Operators.And or Operators.Or:
                return (new CostRange(arguments[0].Min, (arguments[0] + arguments[1]).Max), null);
            case Operators.Conditional:
                return CostOfConditional(call, arguments);
            case Operators.Add when overload.Id is "add_string" or "add_bytes" or "add_list":
                return CostOfConcatenation(call, overload, sum);
            case Operators.Equal or Operators.NotEqual:
                return (CostOfEquality(call, overload) + sum, null);
            case Operators.Less or Operators.LessOrEqual or Operators.Greater or Operators.GreaterOrEqual
                when overload.Parameters[0].Kind is TypeKind.String or TypeKind.Bytes:
                return (CostOfComparison(call) + sum, null);
            default:
                return (One + sum, null);
        }
    }

    private CostRange CostOfEquality(Call call, Overload overload)
    {
        var (left, right) = (_checked.Types[call.Arguments[0]], _checked.Types[call.Arguments[1]]);
        var isSimple = overload.Function == Operators.Equal && left.Equals(right)
            && (left.Equals(CelType.Quantity) || left.Equals(CelType.Ip) || left.Equals(CelType.Cidr));
        return isSimple ? One : CostOfComparison(call);
    }

    private CostRange CostOfComparison(Call call)
    {
        var smallest = Math.Min(SizeOrUnknown(call.Arguments[0]).Max, SizeOrUnknown(call.Arguments[1]).Max);
        return new CostRange(smallest > 0 ? 1UL : 0, smallest).Scale(CallCosts.Traversal);
    }

    private (CostRange Cost, CostRange? Size) CostOfConditional(Call call, CostRange[] arguments)
    {
        var (whenTrue, whenFalse) = (call.Arguments[1], call.Arguments[2]);
        if (EntriesOf(whenTrue) is { } left && EntriesOf(whenFalse) is { } right)
        {
            _entries[call] = left.Union(right);
        }

        return (arguments[0] + arguments[1].Union(arguments[2]), SizeOrUnknown(whenTrue).Union(SizeOrUnknown(whenFalse)));
    }

    private (CostRange Cost, CostRange? Size) CostOfConcatenation(Call call, Overload overload, CostRange sum)
    {
        var size = SizeOrUnknown(call.Arguments[0]) + SizeOrUnknown(call.Arguments[1]);
        if (EntriesOf(call.Arguments[0]) is { } left && EntriesOf(call.Arguments[1]) is { } right)
        {
            _entries[call] = left.Union(right);
        }

        return ((overload.Id == "add_list" ? One : size.Scale(CallCosts.Traversal)) + sum, size);
    }

    private CostRange CostOfContainment(Overload overload, Expr argument)
    {
        var cost = (AddressBytes + AddressBytes).Scale(CallCosts.Traversal);
        if (overload.Function == "containsCIDR")
        {
            cost = cost + AddressBytes.Scale(CallCosts.Traversal) + One;
        }

        return overload.Parameters[1].Kind == TypeKind.String ? cost + SizeOrUnknown(argument).Scale(CallCosts.Traversal) : cost;
    }

    private CostRange CostOfListWalk(Expr target)
    {
        if (_checked.Types[target] is not { Kind: TypeKind.List } type)
        {
            return SizeOrUnknown(target).Scale(CallCosts.Traversal);
        }

        var each = One;
        if (type.Parameters[0].Kind is TypeKind.String or TypeKind.Bytes)
        {
            each += ElementSize(target).Scale(CallCosts.Traversal);
        }

        return SizeOrUnknown(target) * each;
    }

    private CostRange ElementSize(Expr list) =>
        Declared(list)?.Element is { } element ? new CostRange(0, (ulong)element.MaxElements) : CostRange.Unknown;

    private CostRange JoinedSize(Expr list, Expr? separator)
    {
        var count = SizeOrUnknown(list);
        var size = count * ElementSize(list);
        return separator is null ? size : size + (SizeOrUnknown(separator) * new CostRange(count.Min > 0 ? count.Min - 1 : 0, count.Max > 0 ? count.Max - 1 : 0));
    }

    private static CostRange ReplacedSize(CostRange text, CostRange old, CostRange with)
    {
        var (most, keptMost) = old.Min == 0 ? (CostRange.Add(text.Max, 1), text.Max)
            : with.Max <= old.Min ? (0UL, text.Max)
            : (CostRange.Scale(text.Max, 1.0 / old.Min), 0UL);
        var (least, keptLeast) = old.Max == 0 ? (CostRange.Add(text.Min, 1), text.Min)
            : old.Max <= with.Min ? (0UL, text.Min)
            : (CostRange.Scale(text.Min, 1.0 / old.Max), 0UL);
        return (new CostRange(least, most) * with) + new CostRange(keptLeast, keptMost);
    }

    private CostRange CostOfList(ListExpr list)
    {
        var cost = CostRange.Fixed(CallCosts.ListCreation);
        var values = list.Elements.Count == 0 ? default : new CostRange(ulong.MaxValue, 0);
        foreach (var (element, _) in list.Elements)
        {
            cost += Cost(element);
            values = values.Union(SizeOrUnknown(element));
        }

        _entries[list] = new Entries(IsList: true, One, values);
        return cost;
    }

    private CostRange CostOfMap(MapExpr map)
    {
        var cost = CostRange.Fixed(CallCosts.MapCreation);
        var keys = map.Entries.Count == 0 ? default : new CostRange(ulong.MaxValue, 0);
        var values = keys;
        foreach (var (key, value, _) in map.Entries)
        {
            cost = cost + Cost(key) + Cost(value);
            keys = keys.Union(SizeOrUnknown(key));
            values = values.Union(SizeOrUnknown(value));
        }

        _entries[map] = new Entries(IsList: false, keys, values);
        return cost;
    }

    private CostRange CostOfBinding(Comprehension binding)
    {
        var cost = Cost(binding.Range) + Cost(binding.Initial);
        _locals.Push(new Local(binding.Accumulator, Declared(binding.Initial), SizeOf(binding.Initial), EntriesOf(binding.Initial)));
        cost += Cost(binding.Result);
        _locals.Pop();
        CopySizes(binding, binding.Result);
        return cost;
    }

    private CostRange CostOfComprehension(Comprehension loop)
    {
        var cost = Cost(loop.Range) + Cost(loop.Initial);
        _locals.Push(new Local(loop.Accumulator, Declared: null, SizeOf(loop.Initial), EntriesOf(loop.Initial)));
        var depth = _locals.Count;
        PushVariables(loop);
        var each = Cost(loop.Condition) + Cost(loop.Step);
        while (_locals.Count > depth)
        {
            _locals.Pop();
        }

        cost += Cost(loop.Result);
        _locals.Pop();
        var count = SizeOrUnknown(loop.Range);
        if (loop.Initial is ListExpr or MapExpr)
        {
            _sizes[loop] = count;
            if (EntriesOf(loop.Step) is { } entries)
            {
                _entries[loop] = entries;
            }
        }
        else if (SizeOf(loop.Initial) is { } size)
        {
            _sizes[loop] = size;
        }

        return cost + (count * each);
    }

    private void PushVariables(Comprehension loop)
    {
        var entries = EntriesOf(loop.Range);
        var isList = entries?.IsList ?? _checked.Types[loop.Range].Kind == TypeKind.List;
        var key = new Local(loop.Variable, isList ? null : Part(loop.Range, declared => declared.Key), entries?.Keys, Entries: null);
        var value = new Local(loop.SecondVariable ?? loop.Variable, Part(loop.Range, declared => declared.Element), entries?.Values, Entries: null);
        if (loop.SecondVariable is not null || !isList)
        {
            _locals.Push(key);
        }

        if (loop.SecondVariable is not null || isList)
        {
            _locals.Push(value);
        }
    }

    private void CopySizes(Expr to, Expr from)
    {
        if (SizeOf(from) is { } size)
        {
            _sizes[to] = size;
        }

        if (EntriesOf(from) is { } entries)
        {
            _entries[to] = entries;
        }
    }

    private Entries? EntriesOf(Expr expr) =>
        _entries.GetValueOrDefault(expr) ?? (expr is Ident ident ? Find(ident.Name)?.Entries : null);

    private CostRange SizeOrUnknown(Expr expr) => SizeOf(expr) ?? CostRange.Unknown;

    private CostRange? SizeOf(Expr expr)
    {
        if (_sizes.TryGetValue(expr, out var known))
        {
            return known;
        }

        CostRange? size = expr switch
        {
            Literal literal => CostRange.Fixed(literal.Value.Size),
            ListExpr list => CostRange.Fixed((ulong)list.Elements.Count),
            MapExpr map => CostRange.Fixed((ulong)map.Entries.Count),
            _ when Declared(expr) is { } declared => new CostRange(0, (ulong)declared.MaxElements),
            _ when IsScalar(_checked.Types.GetValueOrDefault(expr)) => One,
            Ident ident => Find(ident.Name)?.Size,
            _ => null,
        };
        return size;
    }

    private static bool IsScalar(CelType? type) => type is not null && type.Unwrapped.Kind
        is TypeKind.Bool or TypeKind.Int or TypeKind.Uint or TypeKind.Double or TypeKind.Duration or TypeKind.Timestamp;
}
