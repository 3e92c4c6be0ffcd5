using System.Runtime.InteropServices;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>A range of costs, or of sizes, in CEL's cost units; sums and products stop at the largest number instead of overflowing.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CostRange(ulong Min, ulong Max)
{
    private const double TwoToThe64 = 18446744073709551616d;

    public static CostRange Unknown { get; } = new(0, ulong.MaxValue);

    public static CostRange Fixed(ulong value) => new(value, value);

    public static ulong Add(ulong left, ulong right) => left > ulong.MaxValue - right ? ulong.MaxValue : left + right;

    public static ulong Multiply(ulong left, ulong right) => right != 0 && left > ulong.MaxValue / right ? ulong.MaxValue : left * right;

    public static ulong Scale(ulong value, double factor)
    {
        var product = Math.Ceiling(value * factor);
        return product >= TwoToThe64 ? ulong.MaxValue : (ulong)product;
    }

    public static CostRange operator +(CostRange left, CostRange right) => new(Add(left.Min, right.Min), Add(left.Max, right.Max));

    public static CostRange operator *(CostRange left, CostRange right) => new(Multiply(left.Min, right.Min), Multiply(left.Max, right.Max));

    public CostRange Scale(double factor) => new(Scale(Min, factor), Scale(Max, factor));

    public CostRange Union(CostRange other) => new(Math.Min(Min, other.Min), Math.Max(Max, other.Max));
}
