using System.Security.Cryptography;
using System.Text;

namespace KafkaLogstash.Controller.Observation;

/// <summary>
/// A short digest of a pipeline's text. The generator puts it into the ids of the kafka plugins, because Logstash shows plugin ids in
/// its node API but neither the text nor a digest of it: so the operator sees which text a pod really runs.
/// </summary>
internal static class PipelineDigest
{
    /// <summary>Hexadecimal digits of a digest: 64 bits tell the versions of one pipeline apart.</summary>
    public const int Length = 16;

    /// <summary>What stands between a plugin's name and the digest in its id, for example <c>kafka-input-4f2a9c1b7d3e5a60</c>.</summary>
    private const char Separator = '-';

    /// <summary>The digest of a pipeline's text.</summary>
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..Length];

    /// <summary>The id of a plugin that carries a digest.</summary>
    public static string PluginId(string name, string digest) => $"{name}{Separator}{digest}";

    /// <summary>The digest in a plugin's id, or null where it carries none.</summary>
    public static string? FromPluginId(string? id)
    {
        if (id is null || id.Length <= Length || id[^(Length + 1)] != Separator || !id.StartsWith("kafka", StringComparison.Ordinal))
        {
            return null;
        }

        var digest = id[^Length..];
        return digest.All(char.IsAsciiHexDigitLower) ? digest : null;
    }
}
