namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>
/// What calls cost, in the units of Kubernetes' CEL: a step is 1, walking a string a tenth of its length, matching it against an expression
/// a quarter of the expression's length for each tenth.
/// </summary>
internal static class CallCosts
{
    public const ulong ListCreation = 10;
    public const ulong MapCreation = 30;
    public const double Traversal = 0.1;
    public const double RegexLength = 0.25;
    public const double NamedFormatRegexLength = 128;

    /// <summary>The cost of making a list from each of so many items.</summary>
    public static CostRange NewList(CostRange count, double each) => count.Scale(each) + CostRange.Fixed(1 + ListCreation);

    /// <summary>The cost of making a list by comparing each of so many items with each.</summary>
    public static CostRange SelfCompared(CostRange count, bool isText) => NewList(count * count, isText ? 2 + Traversal : 2);

    /// <summary>The cost of a call that was made.</summary>
    public static ulong Actual(Overload overload, CelValue[] arguments, CelValue result)
    {
        ulong Walk(int index, double factor = Traversal) => CostRange.Scale(arguments[index].Size, factor);

        switch (overload.Function)
        {
            case "isSorted" or "sum" or "max" or "min" or "indexOf" or "lastIndexOf":
                return Deep(arguments[0]);
            case "url" or "lowerAscii" or "upperAscii" or "substring" or "trim" or "quantity" or "isQuantity" or "cidr" or "isIP" or "isCIDR"
                or "startsWith" or "endsWith" or "format" or "strings.quote":
                return Walk(0);
            case "ip":
                return overload.Id == "cidr_ip" ? 1 : Walk(0);
            case "replace" or "split" or "ip.isCanonical":
                return Walk(0, 2 * Traversal);
            case "join":
                return CostRange.Scale(result.Size, 2 * Traversal);
            case "find" or "findAll" or "matches":
                return CostRange.Multiply(CostRange.Scale(arguments[0].Size + 1, Traversal), Walk(1, RegexLength));
            case "validate":
                return CostRange.Multiply(CostRange.Scale(arguments[1].Size + 1, Traversal), CostRange.Scale(60, RegexLength));
            case "slice" or "lists.range":
                return NewList(CostRange.Fixed(result.Size), 1).Max;
            case "reverse" or "flatten":
                return NewList(CostRange.Fixed(arguments[0].Size), 1).Max;
            case "distinct" or "sort" or "@sortByAssociatedKeys":
                var keys = (ListValue)arguments[^1];
                return SelfCompared(CostRange.Fixed(keys.Size), keys.Count > 0 && keys[0] is StringValue or BytesValue).Max;
            case "contains":
                return CostRange.Multiply(Walk(0), Walk(1));
            case Operators.In when overload.Id == "in_list":
                return arguments[1].Size;
            case Operators.Equal or Operators.NotEqual or Operators.Less or Operators.LessOrEqual or Operators.Greater or Operators.GreaterOrEqual:
                return CostRange.Scale(Math.Min(arguments[0].Size, arguments[1].Size), Traversal);
            case Operators.Add when arguments[0] is StringValue or BytesValue:
                return CostRange.Scale(arguments[0].Size + arguments[1].Size, Traversal);
            case "string" or "bytes" when arguments[0] is StringValue or BytesValue && overload.Id is "string_to_bytes" or "bytes_to_string":
                return Walk(0);
            default:
                return 1;
        }
    }

    private static ulong Deep(CelValue value) => value switch
    {
        StringValue or BytesValue => (ulong)(value.Size * Traversal),
        ListValue list => list.Items.Aggregate(0UL, (sum, item) => sum + Deep(item)),
        MapValue map => map.Keys.Aggregate(0UL, (sum, key) => sum + Deep(key) + Deep(map.Find(key)!)),
        _ => 1,
    };
}
