using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace KafkaLogstash.Logstash;

/// <summary>A version of Logstash, such as 9.5.2.</summary>
/// <param name="Major">First number.</param>
/// <param name="Minor">Second number.</param>
/// <param name="Patch">Third number.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LogstashVersion(int Major, int Minor, int Patch) : IComparable<LogstashVersion>, IParsable<LogstashVersion>
{
    /// <summary>The oldest release that the operator knows how to run.</summary>
    public static LogstashVersion OldestSupported { get; } = new(8, 15, 0);

    /// <summary>Reads <c>major.minor.patch</c>; what follows a dash or plus (<c>-SNAPSHOT</c>, <c>+build</c>) is left out.</summary>
    /// <param name="text">The text.</param>
    /// <param name="version">The version.</param>
    /// <returns>Whether it is a version.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out LogstashVersion version)
    {
        version = default;
        var end = text.AsSpan().IndexOfAny('-', '+');
        var parts = (end < 0 ? text : text?[..end])?.Split('.');
        if (parts is not [var major, var minor, var patch] || !TryNumber(major, out var first) || !TryNumber(minor, out var second) || !TryNumber(patch, out var third))
        {
            return false;
        }

        version = new LogstashVersion(first, second, third);
        return true;
    }

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out LogstashVersion result) => TryParse(s, out result);

    /// <summary>Reads a version.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The version.</returns>
    /// <exception cref="FormatException">It is not <c>major.minor.patch</c>.</exception>
    public static LogstashVersion Parse(string text) =>
        TryParse(text, out var version) ? version : throw new FormatException($"'{text}' is not a version like 9.5.2.");

    /// <inheritdoc/>
    public static LogstashVersion Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <summary>Whether one is older than the other.</summary>
    public static bool operator <(LogstashVersion left, LogstashVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether one is older than the other, or the same.</summary>
    public static bool operator <=(LogstashVersion left, LogstashVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one is newer than the other.</summary>
    public static bool operator >(LogstashVersion left, LogstashVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether one is newer than the other, or the same.</summary>
    public static bool operator >=(LogstashVersion left, LogstashVersion right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public int CompareTo(LogstashVersion other) => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    /// <inheritdoc/>
    public override string ToString() => $"{Major}.{Minor}.{Patch}";

    private static bool TryNumber(string text, out int number)
    {
        number = 0;
        return text.Length is > 0 and <= 6 && text.All(char.IsAsciiDigit) && int.TryParse(text, out number);
    }
}
