namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>Lists and sets: Kubernetes' functions and those of CEL's extensions.</summary>
internal static class ListLibrary
{
    private static readonly CelType T = CelType.Parameter("T");
    private static readonly CelType ListOfT = CelType.List(T);
    private static readonly CelType[] Sortable =
        [CelType.Int, CelType.Uint, CelType.Double, CelType.Bool, CelType.Duration, CelType.Timestamp, CelType.String, CelType.Bytes];

    public static IEnumerable<Overload> Overloads => [.. Kubernetes(), .. Extensions(), .. Sets()];

    private static IEnumerable<Overload> Kubernetes()
    {
        foreach (var type in Sortable)
        {
            var list = CelType.List(type);
            yield return Overload.Member("isSorted", $"list_{type}_is_sorted_bool", [list], CelType.Bool, values => IsSorted((ListValue)values[0]));
            yield return Overload.Member("max", $"list_{type}_max_{type}", [list], type, values => Extreme("max", (ListValue)values[0], sign: 1));
            yield return Overload.Member("min", $"list_{type}_min_{type}", [list], type, values => Extreme("min", (ListValue)values[0], sign: -1));
        }

        foreach (var (type, zero) in new (CelType, CelValue)[]
        {
            (CelType.Int, new IntValue(0)), (CelType.Uint, new UintValue(0)), (CelType.Double, new DoubleValue(0)), (CelType.Duration, new DurationValue(0)),
        })
        {
            yield return Overload.Member("sum", $"list_{type}_sum_{type}", [CelType.List(type)], type, values => Sum((ListValue)values[0], zero));
        }

        yield return Overload.Member("indexOf", "list_a_index_of_int", [ListOfT, T], CelType.Int, values =>
            new IntValue(Positions((ListValue)values[0], values[1]).FirstOrDefault(-1)));
        yield return Overload.Member("lastIndexOf", "list_a_last_index_of_int", [ListOfT, T], CelType.Int, values =>
            new IntValue(Positions((ListValue)values[0], values[1]).LastOrDefault(-1)));
    }

    private static IEnumerable<Overload> Extensions()
    {
        yield return Overload.Member("slice", "list_slice", [ListOfT, CelType.Int, CelType.Int], ListOfT, values =>
            Slice((ListValue)values[0], ((IntValue)values[1]).Value, ((IntValue)values[2]).Value));
        yield return Overload.Member("flatten", "list_flatten", [CelType.List(ListOfT)], ListOfT, values =>
            new ArrayValue([.. Flatten((ListValue)values[0], 1)]));
        yield return Overload.Member("flatten", "list_flatten_int", [CelType.List(CelType.Dyn), CelType.Int], CelType.List(CelType.Dyn), values =>
            ((IntValue)values[1]).Value < 0
                ? new ErrorValue("level must be non-negative")
                : new ArrayValue([.. Flatten((ListValue)values[0], ((IntValue)values[1]).Value)]));
        yield return Overload.Global("lists.range", "lists_range", [CelType.Int], CelType.List(CelType.Int), values =>
            new ArrayValue([.. Enumerable.Range(0, (int)Math.Clamp(((IntValue)values[0]).Value, 0, 1_000_000)).Select(number => new IntValue(number))]));
        yield return Overload.Member("reverse", "list_reverse", [ListOfT], ListOfT, values => new ArrayValue([.. ((ListValue)values[0]).Items.Reverse()]));
        yield return Overload.Member("distinct", "list_distinct", [ListOfT], ListOfT, values => new ArrayValue(Distinct((ListValue)values[0])));
        yield return Overload.Member("first", "list_first", [ListOfT], CelType.Optional(T), values =>
            ((ListValue)values[0]) is { Count: > 0 } list ? new OptionalValue(list[0]) : OptionalValue.None);
        yield return Overload.Member("last", "list_last", [ListOfT], CelType.Optional(T), values =>
            ((ListValue)values[0]) is { Count: > 0 } list ? new OptionalValue(list[list.Count - 1]) : OptionalValue.None);
        foreach (var type in Sortable)
        {
            yield return Overload.Member("sort", $"list_{type}_sort", [CelType.List(type)], CelType.List(type), values =>
                Sort((ListValue)values[0], (ListValue)values[0]));
            yield return Overload.Member("@sortByAssociatedKeys", $"list_{type}_sortByAssociatedKeys", [ListOfT, CelType.List(type)], ListOfT, values =>
                Sort((ListValue)values[0], (ListValue)values[1]));
        }
    }

    private static IEnumerable<Overload> Sets() =>
    [
        Set("contains", (left, right) => right.All(item => Has(left, item))),
        Set("equivalent", (left, right) => right.All(item => Has(left, item)) && left.All(item => Has(right, item))),
        Set("intersects", (left, right) => left.Any(item => Has(right, item))),
    ];

    private static Overload Set(string name, Func<List<CelValue>, List<CelValue>, bool> test) => Overload.Global(
        $"sets.{name}", $"list_sets_{name}_list", [ListOfT, ListOfT], CelType.Bool, values =>
            BoolValue.Of(test([.. ((ListValue)values[0]).Items], [.. ((ListValue)values[1]).Items])));

    private static bool Has(IEnumerable<CelValue> items, CelValue wanted) => items.Any(item => Equality.Compare(item, wanted) == BoolValue.True);

    private static IEnumerable<int> Positions(ListValue list, CelValue wanted) =>
        Enumerable.Range(0, list.Count).Where(index => Equality.Compare(list[index], wanted) == BoolValue.True);

    private static BoolValue IsSorted(ListValue list) =>
        BoolValue.Of(Enumerable.Range(1, Math.Max(0, list.Count - 1)).All(index => Equality.Order(list[index - 1], list[index]) <= 0));

    private static CelValue Extreme(string name, ListValue list, int sign)
    {
        if (list.Count == 0)
        {
            return new ErrorValue($"{name} called on empty list");
        }

        return list.Items.Aggregate((best, item) => Equality.Order(item, best) * sign > 0 ? item : best);
    }

    private static CelValue Sum(ListValue list, CelValue zero)
    {
        var add = FunctionTable.Find(Operators.Add).First(overload => overload.Accepts([zero, zero]));
        return list.Items.Aggregate(zero, (sum, item) => sum is ErrorValue ? sum : item is ErrorValue ? item : add.Invoke([sum, item]));
    }

    private static CelValue Slice(ListValue list, long start, long end) =>
        start < 0 || end < 0 ? new ErrorValue($"cannot slice({start}, {end}), negative indexes not supported")
        : start > end ? new ErrorValue($"cannot slice({start}, {end}), start index must be less than or equal to end index")
        : end > list.Count ? new ErrorValue($"cannot slice({start}, {end}), list is length {list.Count}")
        : new ArrayValue([.. list.Items.Skip((int)start).Take((int)(end - start))]);

    private static IEnumerable<CelValue> Flatten(ListValue list, long level) =>
        list.Items.SelectMany(item => item is ListValue inner && level > 0 ? Flatten(inner, level - 1) : [item]);

    private static List<CelValue> Distinct(ListValue list)
    {
        var kept = new List<CelValue>();
        kept.AddRange(list.Items.Where(item => !Has(kept, item)));
        return kept;
    }

    private static CelValue Sort(ListValue list, ListValue keys)
    {
        if (list.Count != keys.Count)
        {
            return new ErrorValue($"@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got {list.Count} and {keys.Count} elements respectively.");
        }

        var comparer = Comparer<CelValue>.Create((left, right) => Equality.Order(left, right) ?? 0);
        return new ArrayValue([.. list.Items.Zip(keys.Items).OrderBy(pair => pair.Second, comparer).Select(pair => pair.First)]);
    }
}
