namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>Operators, <c>size</c>, <c>type</c> and string predicates.</summary>
internal static class StandardLibrary
{
    private static readonly CelType A = CelType.Parameter("A");
    private static readonly CelType B = CelType.Parameter("B");
    private static readonly CelType ListOfA = CelType.List(A);
    private static readonly CelType MapOfAB = CelType.Map(A, B);
    private static readonly CelType[] Numbers = [CelType.Int, CelType.Uint, CelType.Double];

    private static readonly CelType[] Ordered =
        [CelType.Bool, CelType.Int, CelType.Uint, CelType.Double, CelType.String, CelType.Bytes, CelType.Timestamp, CelType.Duration];

    public static IEnumerable<Overload> Overloads => [.. Logic(), .. Comparisons(), .. Arithmetic(), .. Containers(), .. Texts()];

    private static IEnumerable<Overload> Logic() =>
    [
        Overload.Global(Operators.Conditional, "conditional", [CelType.Bool, A, A], A, _ => CelValue.NoSuchOverload),
        Overload.Global(Operators.And, "logical_and", [CelType.Bool, CelType.Bool], CelType.Bool, _ => CelValue.NoSuchOverload),
        Overload.Global(Operators.Or, "logical_or", [CelType.Bool, CelType.Bool], CelType.Bool, _ => CelValue.NoSuchOverload),
        Overload.Global(Operators.NotStrictlyFalse, "not_strictly_false", [CelType.Bool], CelType.Bool, _ => CelValue.NoSuchOverload),
        Overload.Global(Operators.Not, "logical_not", [CelType.Bool], CelType.Bool, values => BoolValue.Of(!((BoolValue)values[0]).Value)),
        Overload.Global(Operators.Equal, "equals", [A, A], CelType.Bool, values => Equality.Compare(values[0], values[1])),
        Overload.Global(Operators.NotEqual, "not_equals", [A, A], CelType.Bool, values =>
            Equality.Compare(values[0], values[1]) is BoolValue equal ? BoolValue.Of(!equal.Value) : CelValue.NoSuchOverload),
        Overload.Global("type", "type", [A], CelType.Type(A), values => TypeValues.Of(values[0].Type)),
        Overload.Global("dyn", "to_dyn", [A], CelType.Dyn, values => values[0]),
    ];

    private static IEnumerable<Overload> Comparisons()
    {
        var pairs = Ordered.Select(type => (Left: type, Right: type))
            .Concat(Numbers.SelectMany(left => Numbers.Where(right => !right.Equals(left)).Select(right => (left, right))));
        foreach (var (left, right) in pairs.ToList())
        {
            yield return Compare(Operators.Less, "less", order => order < 0);
            yield return Compare(Operators.LessOrEqual, "less_equals", order => order <= 0);
            yield return Compare(Operators.Greater, "greater", order => order > 0);
            yield return Compare(Operators.GreaterOrEqual, "greater_equals", order => order >= 0);

            Overload Compare(string function, string id, Func<int, bool> decide) => Overload.Global(
                function, $"{id}_{left}_{right}", [left, right], CelType.Bool, values => Equality.Order(values[0], values[1]) is { } order
                    ? BoolValue.Of(decide(order))
                    : new ErrorValue("NaN values cannot be ordered"));
        }
    }

    private static IEnumerable<Overload> Arithmetic() =>
    [
        Ints(Operators.Add, (a, b) => checked(a + b)),
        Ints(Operators.Subtract, (a, b) => checked(a - b)),
        Ints(Operators.Multiply, (a, b) => checked(a * b)),
        Ints(Operators.Divide, (a, b) => b == -1 ? checked(-a) : a / b),
        Ints(Operators.Modulo, (a, b) => b == -1 ? 0 : a % b),
        Uints(Operators.Add, (a, b) => checked(a + b)),
        Uints(Operators.Subtract, (a, b) => checked(a - b)),
        Uints(Operators.Multiply, (a, b) => checked(a * b)),
        Uints(Operators.Divide, (a, b) => a / b),
        Uints(Operators.Modulo, (a, b) => a % b),
        Doubles(Operators.Add, (a, b) => a + b),
        Doubles(Operators.Subtract, (a, b) => a - b),
        Doubles(Operators.Multiply, (a, b) => a * b),
        Doubles(Operators.Divide, (a, b) => a / b),
        Overload.Global(Operators.Negate, "negate_int", [CelType.Int], CelType.Int, values =>
            Guarded("integer overflow", "", () => new IntValue(checked(-((IntValue)values[0]).Value)))),
        Overload.Global(Operators.Negate, "negate_double", [CelType.Double], CelType.Double, values => new DoubleValue(-((DoubleValue)values[0]).Value)),
        Overload.Global(Operators.Add, "add_string", [CelType.String, CelType.String], CelType.String, values =>
            new StringValue(((StringValue)values[0]).Value + ((StringValue)values[1]).Value)),
        Overload.Global(Operators.Add, "add_bytes", [CelType.Bytes, CelType.Bytes], CelType.Bytes, values =>
            new BytesValue([.. ((BytesValue)values[0]).Value, .. ((BytesValue)values[1]).Value])),
        Overload.Global(Operators.Add, "add_list", [ListOfA, ListOfA], ListOfA, values => ((ListValue)values[0]).Concat((ListValue)values[1])),
    ];

    private static Overload Ints(string function, Func<long, long, long> compute) => Overload.Global(
        function, $"int{function}int", [CelType.Int, CelType.Int], CelType.Int, values => Guarded(
            "integer overflow", function, () => new IntValue(compute(((IntValue)values[0]).Value, ((IntValue)values[1]).Value))));

    private static Overload Uints(string function, Func<ulong, ulong, ulong> compute) => Overload.Global(
        function, $"uint{function}uint", [CelType.Uint, CelType.Uint], CelType.Uint, values => Guarded(
            "unsigned integer overflow", function, () => new UintValue(compute(((UintValue)values[0]).Value, ((UintValue)values[1]).Value))));

    private static Overload Doubles(string function, Func<double, double, double> compute) => Overload.Global(
        function, $"double{function}double", [CelType.Double, CelType.Double], CelType.Double, values =>
            new DoubleValue(compute(((DoubleValue)values[0]).Value, ((DoubleValue)values[1]).Value)));

    private static CelValue Guarded(string overflow, string function, Func<CelValue> compute)
    {
        try
        {
            return compute();
        }
        catch (OverflowException)
        {
            return new ErrorValue(overflow);
        }
        catch (DivideByZeroException)
        {
            return new ErrorValue(function == Operators.Modulo ? "modulus by zero" : "division by zero");
        }
    }

    private static IEnumerable<Overload> Containers()
    {
        foreach (var (name, type) in new[] { ("bytes", CelType.Bytes), ("list", ListOfA), ("map", MapOfAB), ("string", CelType.String) })
        {
            yield return Overload.Global("size", $"size_{name}", [type], CelType.Int, Size);
            yield return Overload.Member("size", $"{name}_size", [type], CelType.Int, Size);
        }

        yield return Overload.Global(Operators.Index, "index_list", [ListOfA, CelType.Int], A, values => ItemAt((ListValue)values[0], values[1]));
        yield return Overload.Global(Operators.Index, "index_map", [MapOfAB, A], B, values =>
            ((MapValue)values[0]).Find(values[1]) ?? new ErrorValue($"no such key: {values[1]}"));
        yield return Overload.Global(Operators.In, "in_list", [A, ListOfA], CelType.Bool, values => IsIn(values[0], (ListValue)values[1]));
        yield return Overload.Global(Operators.In, "in_map", [A, MapOfAB], CelType.Bool, values =>
            ((MapValue)values[1]).Find(values[0]) is var found && found is ErrorValue ? found : BoolValue.Of(found is not null));
        yield return Overload.Global("cel.@mapInsert", "map_insert_key_value", [MapOfAB, A, B], MapOfAB, values =>
            Insert((MapValue)values[0], [KeyValuePair.Create(values[1], values[2])]));
        yield return Overload.Global("cel.@mapInsert", "map_insert_map", [MapOfAB, MapOfAB], MapOfAB, values =>
            Insert((MapValue)values[0], ((MapValue)values[1]).Keys.Select(key => KeyValuePair.Create(key, ((MapValue)values[1]).Find(key)!))));
    }

    private static IntValue Size(CelValue[] values) => new((long)values[0].Size);

    private static CelValue ItemAt(ListValue list, CelValue index) => index is IntValue { Value: >= 0 } position && position.Value < list.Count
        ? list[(int)position.Value]
        : new ErrorValue($"index out of bounds: {index}");

    private static CelValue IsIn(CelValue wanted, ListValue list)
    {
        CelValue? failure = null;
        foreach (var item in list.Items)
        {
            var equal = Equality.Compare(item, wanted);
            if (equal == BoolValue.True)
            {
                return equal;
            }

            failure ??= equal as ErrorValue;
        }

        return failure ?? BoolValue.False;
    }

    private static CelValue Insert(MapValue map, IEnumerable<KeyValuePair<CelValue, CelValue>> added)
    {
        var entries = map.Keys.Select(key => KeyValuePair.Create(key, map.Find(key)!)).ToList();
        foreach (var entry in added)
        {
            if (entries.Exists(existing => Equality.Compare(existing.Key, entry.Key) == BoolValue.True))
            {
                return new ErrorValue($"insert failed: key {entry.Key} already exists");
            }

            entries.Add(entry);
        }

        return new DictionaryValue(entries);
    }

    private static IEnumerable<Overload> Texts() =>
    [
        Test("contains", (text, part) => text.Contains(part, StringComparison.Ordinal)),
        Test("startsWith", (text, part) => text.StartsWith(part, StringComparison.Ordinal)),
        Test("endsWith", (text, part) => text.EndsWith(part, StringComparison.Ordinal)),
        Overload.Member("matches", "matches_string", [CelType.String, CelType.String], CelType.Bool, Matches),
        Overload.Global("matches", "matches", [CelType.String, CelType.String], CelType.Bool, Matches),
    ];

    private static Overload Test(string function, Func<string, string, bool> test) => Overload.Member(
        function, $"{function}_string", [CelType.String, CelType.String], CelType.Bool, values =>
            BoolValue.Of(test(((StringValue)values[0]).Value, ((StringValue)values[1]).Value)));

    private static CelValue Matches(CelValue[] values) => Re2.TryCompile(((StringValue)values[1]).Value, out var error) is { } regex
        ? BoolValue.Of(regex.IsMatch(((StringValue)values[0]).Value))
        : new ErrorValue(error);
}
