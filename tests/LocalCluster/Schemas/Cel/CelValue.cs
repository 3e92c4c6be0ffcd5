using System.Globalization;
using System.Text;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>A value of a CEL evaluation; an error is a value too, because <c>&amp;&amp;</c> and <c>||</c> may absorb it.</summary>
internal abstract class CelValue
{
    public abstract CelType Type { get; }

    /// <summary>The size that costs are reckoned with: code points, bytes, items or entries; 1 for everything else.</summary>
    public virtual ulong Size => 1;

    public static CelValue NoSuchOverload { get; } = new ErrorValue("no such overload");
}

internal sealed class ErrorValue(string message) : CelValue
{
    public string Message { get; } = message;

    public override CelType Type => CelType.Error;
}

internal sealed class NullValue : CelValue
{
    public static NullValue Instance { get; } = new();

    public override CelType Type => CelType.Null;

    public override string ToString() => "null";
}

internal sealed class BoolValue : CelValue
{
    private BoolValue(bool value) => Value = value;

    public static BoolValue True { get; } = new(true);

    public static BoolValue False { get; } = new(false);

    public bool Value { get; }

    public override CelType Type => CelType.Bool;

    public static BoolValue Of(bool value) => value ? True : False;

    public override string ToString() => Value ? "true" : "false";
}

internal sealed class IntValue(long value) : CelValue
{
    public long Value { get; } = value;

    public override CelType Type => CelType.Int;

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

internal sealed class UintValue(ulong value) : CelValue
{
    public ulong Value { get; } = value;

    public override CelType Type => CelType.Uint;

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

internal sealed class DoubleValue(double value) : CelValue
{
    public double Value { get; } = value;

    public override CelType Type => CelType.Double;

    public override string ToString() => GoText.Double(Value);
}

internal sealed class StringValue(string value) : CelValue
{
    public string Value { get; } = value;

    public override CelType Type => CelType.String;

    public override ulong Size => (ulong)Value.EnumerateRunes().Count();

    public override string ToString() => Value;
}

internal sealed class BytesValue(byte[] value) : CelValue
{
    public byte[] Value { get; } = value;

    public override CelType Type => CelType.Bytes;

    public override ulong Size => (ulong)Value.Length;

    public override string ToString() => Encoding.UTF8.GetString(Value);
}

internal sealed class DurationValue(long nanoseconds) : CelValue
{
    public long Nanoseconds { get; } = nanoseconds;

    public override CelType Type => CelType.Duration;

    public override string ToString() => GoTime.FormatSeconds(Nanoseconds);
}

/// <summary>An instant between the years 1 and 9999.</summary>
internal sealed class TimestampValue(long seconds, int nanoseconds) : CelValue
{
    public const long MinSeconds = -62135596800;
    public const long MaxSeconds = 253402300799;

    /// <summary>Seconds since 1970.</summary>
    public long Seconds { get; } = seconds;

    /// <summary>0 to 999,999,999, later than <see cref="Seconds"/>.</summary>
    public int Nanoseconds { get; } = nanoseconds;

    public override CelType Type => CelType.Timestamp;

    public DateTime Utc => DateTime.UnixEpoch.AddSeconds(Seconds);

    public override string ToString()
    {
        var fraction = Nanoseconds == 0 ? "" : "." + Nanoseconds.ToString("000000000", CultureInfo.InvariantCulture).TrimEnd('0');
        return Utc.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture) + fraction + "Z";
    }
}

/// <summary>A type as a value, as <c>type(x)</c> gives it; types are equal by name, whatever they contain.</summary>
internal sealed class TypeValue(string name) : CelValue
{
    public string Name { get; } = name;

    public override CelType Type => CelType.Type(CelType.Dyn);

    public override string ToString() => Name;
}

internal sealed class OptionalValue(CelValue? value) : CelValue
{
    public static OptionalValue None { get; } = new(value: null);

    public CelValue? Value { get; } = value;

    public override CelType Type => CelType.Optional(Value?.Type ?? CelType.Dyn);

    public override ulong Size => Value?.Size ?? 1;
}

/// <summary>A list.</summary>
internal abstract class ListValue : CelValue
{
    private static readonly CelType ListOfDyn = CelType.List(CelType.Dyn);

    public abstract int Count { get; }

    public abstract CelValue this[int index] { get; }

    public override CelType Type => ListOfDyn;

    public override ulong Size => (ulong)Count;

    public IEnumerable<CelValue> Items => Enumerable.Range(0, Count).Select(index => this[index]);

    /// <summary>This list and another, in the way of its <c>x-kubernetes-list-type</c>.</summary>
    public virtual ListValue Concat(ListValue other) => new ArrayValue([.. Items, .. other.Items]);

    public virtual CelValue EqualTo(ListValue other)
    {
        if (Count != other.Count)
        {
            return BoolValue.False;
        }

        for (var i = 0; i < Count; i++)
        {
            var equal = Equality.Compare(this[i], other[i]);
            if (equal != BoolValue.True)
            {
                return equal;
            }
        }

        return BoolValue.True;
    }
}

internal sealed class ArrayValue(IReadOnlyList<CelValue> items) : ListValue
{
    public override int Count => items.Count;

    public override CelValue this[int index] => items[index];
}

/// <summary>A map, or an object.</summary>
internal abstract class MapValue : CelValue
{
    private static readonly CelType MapOfDyn = CelType.Map(CelType.Dyn, CelType.Dyn);

    public abstract int Count { get; }

    public abstract IEnumerable<CelValue> Keys { get; }

    public override CelType Type => MapOfDyn;

    public override ulong Size => (ulong)Count;

    /// <summary>The value of a key; null where there is none.</summary>
    public abstract CelValue? Find(CelValue key);

    public virtual CelValue EqualTo(MapValue other)
    {
        if (Count != other.Count)
        {
            return BoolValue.False;
        }

        foreach (var key in Keys)
        {
            if (other.Find(key) is not { } otherValue)
            {
                return BoolValue.False;
            }

            var equal = Equality.Compare(Find(key)!, otherValue);
            if (equal != BoolValue.True)
            {
                return equal;
            }
        }

        return BoolValue.True;
    }
}

internal sealed class DictionaryValue(IReadOnlyList<KeyValuePair<CelValue, CelValue>> entries) : MapValue
{
    public override int Count => entries.Count;

    public IReadOnlyList<KeyValuePair<CelValue, CelValue>> Entries => entries;

    public override IEnumerable<CelValue> Keys => entries.Select(entry => entry.Key);

    public override CelValue? Find(CelValue key) =>
        entries.FirstOrDefault(entry => Equality.Compare(entry.Key, key) == BoolValue.True).Value;
}
