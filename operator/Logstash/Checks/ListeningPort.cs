using System.Runtime.InteropServices;

namespace KafkaLogstash.Logstash.Checks;

/// <summary>A port of a pod.</summary>
/// <param name="Number">1 to 65535.</param>
/// <param name="Protocol"><c>TCP</c> or <c>UDP</c>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ListeningPort(int Number, string Protocol)
{
    /// <summary>As <c>5044/TCP</c>.</summary>
    public override string ToString() => $"{Number}/{Protocol}";
}
