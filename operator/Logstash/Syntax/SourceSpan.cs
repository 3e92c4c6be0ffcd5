using System.Runtime.InteropServices;

namespace KafkaLogstash.Logstash.Syntax;

/// <summary>Where a piece of config text stands.</summary>
/// <param name="Offset">Index of the first character, in UTF-16 units from 0.</param>
/// <param name="Length">Length in UTF-16 units.</param>
/// <param name="Line">Line of the first character, from 1. Lines end with a line feed.</param>
/// <param name="Column">Column of the first character, from 1, in code points: a character outside the basic plane counts once.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SourceSpan(int Offset, int Length, int Line, int Column)
{
    /// <summary>Offset just after the last character.</summary>
    public int End => Offset + Length;
}
