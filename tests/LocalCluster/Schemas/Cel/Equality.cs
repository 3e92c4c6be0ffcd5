namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>Equality and order of values; numbers are compared by value whatever their types.</summary>
internal static class Equality
{
    /// <summary>Whether two values are equal; values of different types are not.</summary>
    /// <returns>A boolean, or the error that an element is.</returns>
    public static CelValue Compare(CelValue left, CelValue right) => (left, right) switch
    {
        (ErrorValue, _) => left,
        (_, ErrorValue) => right,
        (ListValue leftList, ListValue rightList) => leftList.EqualTo(rightList),
        (MapValue leftMap, MapValue rightMap) => leftMap.EqualTo(rightMap),
        (OptionalValue { Value: { } leftValue }, OptionalValue { Value: { } rightValue }) => Compare(leftValue, rightValue),
        _ => BoolValue.Of(AreEqualScalars(left, right)),
    };

    /// <summary>The order of two values of comparable types; null where they have none.</summary>
    public static int? Order(CelValue left, CelValue right) => (left, right) switch
    {
        (BoolValue a, BoolValue b) => a.Value.CompareTo(b.Value),
        (StringValue a, StringValue b) => CompareCodePoints(a.Value, b.Value),
        (BytesValue a, BytesValue b) => a.Value.AsSpan().SequenceCompareTo(b.Value),
        (DurationValue a, DurationValue b) => a.Nanoseconds.CompareTo(b.Nanoseconds),
        (TimestampValue a, TimestampValue b) => (a.Seconds, a.Nanoseconds).CompareTo((b.Seconds, b.Nanoseconds)),
        _ => OrderNumbers(left, right),
    };

    private static bool AreEqualScalars(CelValue left, CelValue right) => (left, right) switch
    {
        (NullValue, NullValue) => true,
        (OptionalValue a, OptionalValue b) => a.Value is null && b.Value is null,
        (TypeValue a, TypeValue b) => a.Name == b.Name,
        (QuantityValue a, QuantityValue b) => a.Value == b.Value,
        (IpValue a, IpValue b) => a.Address.Equals(b.Address),
        (CidrValue a, CidrValue b) => a.ToString() == b.ToString(),
        (UrlValue a, UrlValue b) => a.Text == b.Text,
        (NamedFormatValue a, NamedFormatValue b) => a.Name == b.Name,
        _ => Order(left, right) == 0,
    };

    private static int? OrderNumbers(CelValue left, CelValue right) => (left, right) switch
    {
        (IntValue a, IntValue b) => a.Value.CompareTo(b.Value),
        (UintValue a, UintValue b) => a.Value.CompareTo(b.Value),
        (IntValue a, UintValue b) => a.Value < 0 ? -1 : ((ulong)a.Value).CompareTo(b.Value),
        (UintValue, IntValue) => -OrderNumbers(right, left),
        (DoubleValue a, DoubleValue b) => double.IsNaN(a.Value) || double.IsNaN(b.Value) ? null : a.Value.CompareTo(b.Value),
        (DoubleValue a, IntValue b) => double.IsNaN(a.Value) ? null : a.Value.CompareTo((double)b.Value),
        (DoubleValue a, UintValue b) => double.IsNaN(a.Value) ? null : a.Value.CompareTo((double)b.Value),
        (IntValue or UintValue, DoubleValue) => -OrderNumbers(right, left),
        _ => null,
    };

    /// <summary>UTF-8's order, which differs from UTF-16's for characters outside the basic plane.</summary>
    private static int CompareCodePoints(string left, string right)
    {
        var (a, b) = (left.EnumerateRunes(), right.EnumerateRunes());
        while (true)
        {
            var (hasA, hasB) = (a.MoveNext(), b.MoveNext());
            if (!hasA || !hasB)
            {
                return hasA.CompareTo(hasB);
            }

            var order = a.Current.CompareTo(b.Current);
            if (order != 0)
            {
                return order;
            }
        }
    }
}
