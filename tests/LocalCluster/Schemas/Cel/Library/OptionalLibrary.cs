namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>Optional values: <c>optional.of</c>, <c>?.</c>, <c>[?]</c>, <c>orValue</c>.</summary>
internal static class OptionalLibrary
{
    private static readonly CelType V = CelType.Parameter("V");
    private static readonly CelType K = CelType.Parameter("K");
    private static readonly CelType OptionalV = CelType.Optional(V);
    private static readonly CelType ListOfV = CelType.List(V);
    private static readonly CelType MapOfKV = CelType.Map(K, V);

    /// <summary>What <c>operand.?field</c> calls.</summary>
    public static Overload SelectField { get; } = Overload.Global(
        Operators.OptionalSelect, "select_optional_field", [CelType.Dyn, CelType.String], OptionalV, values => Select(values[0], values[1]));

    public static IEnumerable<Overload> Overloads =>
    [
        Overload.Global("optional.of", "optional_of", [V], OptionalV, values => new OptionalValue(values[0])),
        Overload.Global("optional.ofNonZeroValue", "optional_ofNonZeroValue", [V], OptionalV, values =>
            IsZero(values[0]) ? OptionalValue.None : new OptionalValue(values[0])),
        Overload.Global("optional.none", "optional_none", [], OptionalV, _ => OptionalValue.None),
        Overload.Member("value", "optional_value", [OptionalV], V, values => ((OptionalValue)values[0]).Value ?? new ErrorValue("optional.none() dereference")),
        Overload.Member("hasValue", "optional_hasValue", [OptionalV], CelType.Bool, values => BoolValue.Of(((OptionalValue)values[0]).Value is not null)),
        Overload.Member("or", "optional_or_optional", [OptionalV, OptionalV], OptionalV, values => ((OptionalValue)values[0]).Value is null ? values[1] : values[0]),
        Overload.Member("orValue", "optional_orValue_value", [OptionalV, V], V, values => ((OptionalValue)values[0]).Value ?? values[1]),
        Index(Operators.OptionalIndex, "list_optindex_optional_int", ListOfV, CelType.Int),
        Index(Operators.OptionalIndex, "optional_list_optindex_optional_int", CelType.Optional(ListOfV), CelType.Int),
        Index(Operators.OptionalIndex, "map_optindex_optional_value", MapOfKV, K),
        Index(Operators.OptionalIndex, "optional_map_optindex_optional_value", CelType.Optional(MapOfKV), K),
        Index(Operators.Index, "optional_list_index_int", CelType.Optional(ListOfV), CelType.Int),
        Index(Operators.Index, "optional_map_index_value", CelType.Optional(MapOfKV), K),
        Overload.Global("optional.unwrap", "optional_unwrap", [CelType.List(OptionalV)], ListOfV, Unwrap),
        Overload.Member("unwrapOpt", "optional_unwrapOpt", [CelType.List(OptionalV)], ListOfV, Unwrap),
    ];

    private static Overload Index(string function, string id, CelType container, CelType key) =>
        Overload.Global(function, id, [container, key], OptionalV, values => Select(values[0], values[1]));

    private static CelValue Select(CelValue container, CelValue key)
    {
        var found = container switch
        {
            OptionalValue optional => optional.Value is null ? OptionalValue.None : Select(optional.Value, key),
            MapValue map => map.Find(key),
            ListValue list when key is IntValue { Value: >= 0 } index && index.Value < list.Count => list[(int)index.Value],
            ListValue => null,
            _ => CelValue.NoSuchOverload,
        };
        return found switch
        {
            null => OptionalValue.None,
            ErrorValue => found,
            OptionalValue when container is OptionalValue => found,
            _ => new OptionalValue(found),
        };
    }

    private static ArrayValue Unwrap(CelValue[] values) =>
        new([.. ((ListValue)values[0]).Items.OfType<OptionalValue>().Select(optional => optional.Value).OfType<CelValue>()]);

    private static bool IsZero(CelValue value) => value switch
    {
        NullValue => true,
        BoolValue flag => !flag.Value,
        IntValue number => number.Value == 0,
        UintValue number => number.Value == 0,
        DoubleValue number => number.Value == 0,
        DurationValue duration => duration.Nanoseconds == 0,
        StringValue or BytesValue or ListValue or MapValue => value.Size == 0,
        OptionalValue optional => optional.Value is null,
        _ => false,
    };
}
