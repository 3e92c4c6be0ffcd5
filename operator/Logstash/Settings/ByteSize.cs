using System.Globalization;
using System.Runtime.InteropServices;

namespace KafkaLogstash.Logstash.Settings;

/// <summary>A number of bytes.</summary>
/// <param name="Bytes">The number, not negative.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ByteSize(long Bytes)
{
    private static readonly (string Suffix, decimal Factor)[] QuantitySuffixes =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("Pi", 1L << 50), ("Ei", 1L << 60),
        ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m), ("P", 1e15m), ("E", 1e18m),
    ];

    private static readonly (string Suffix, long Factor)[] LogstashSuffixes =
    [
        ("pb", 1L << 50), ("tb", 1L << 40), ("gb", 1L << 30), ("mb", 1L << 20), ("kb", 1L << 10),
        ("p", 1L << 50), ("t", 1L << 40), ("g", 1L << 30), ("m", 1L << 20), ("k", 1L << 10), ("b", 1), ("", 1),
    ];

    /// <summary>Reads a Kubernetes quantity: <c>1Gi</c>, <c>500M</c>, <c>1.5Gi</c>, <c>1e9</c>. A part of a byte counts as a whole one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="size">The size.</param>
    /// <returns>Whether it is a quantity of bytes that fits 63 bits. The suffix <c>m</c> (thousandths) is none.</returns>
    public static bool TryParseQuantity(string? text, out ByteSize size)
    {
        size = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var (suffix, factor) = QuantitySuffixes.FirstOrDefault(entry => text.EndsWith(entry.Suffix, StringComparison.Ordinal), (Suffix: "", Factor: 1m));
        const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return decimal.TryParse(text.AsSpan(0, text.Length - suffix.Length), Style, CultureInfo.InvariantCulture, out var number) && TryMake(number, factor, out size);
    }

    /// <summary>Reads a size as Logstash writes it: <c>1gb</c>, <c>64mb</c>, <c>512b</c>, or a plain number of bytes; case does not matter.</summary>
    /// <param name="text">The text.</param>
    /// <param name="size">The size.</param>
    /// <returns>Whether it is a size that fits 63 bits.</returns>
    public static bool TryParseLogstash(string? text, out ByteSize size)
    {
        size = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var (suffix, factor) = LogstashSuffixes.First(entry => text.EndsWith(entry.Suffix, StringComparison.OrdinalIgnoreCase));
        var digits = text.AsSpan(0, text.Length - suffix.Length);
        return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && TryMake(number, factor, out size);
    }

    /// <summary>As Logstash reads it, in the largest unit that needs no fraction.</summary>
    /// <returns>For example <c>1gb</c> or <c>1500mb</c>.</returns>
    public string ToLogstash()
    {
        var bytes = Bytes;
        var (suffix, factor) = LogstashSuffixes.First(entry => entry.Suffix.EndsWith('b') && bytes >= entry.Factor && bytes % entry.Factor == 0 || entry.Suffix == "b");
        return $"{bytes / factor}{suffix}";
    }

    private static bool TryMake(decimal number, decimal factor, out ByteSize size)
    {
        size = default;
        if (number < 0 || number > long.MaxValue / factor)
        {
            return false;
        }

        size = new ByteSize((long)Math.Ceiling(number * factor));
        return true;
    }
}
