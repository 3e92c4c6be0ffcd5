using System.Security.Cryptography;
using System.Text;

namespace KafkaLogstash.Controller.Rendering;

/// <summary>
/// The hash of everything that pods read only at start: settings, the environment's and the volumes' sources, what Kafka's client needs,
/// and, unless Logstash reloads it in place, the pipeline. A change of it rolls the pods.
/// </summary>
internal static class StartHash
{
    /// <summary>Computes the hash.</summary>
    /// <param name="salt">Random text that only those know who may read the Secrets anyway, so that nobody can guess a weak password from the hash.</param>
    /// <param name="references">The values out of Secrets and ConfigMaps that pods read themselves, with what names them.</param>
    /// <param name="texts">What the operator itself made for the pods; null where there is none.</param>
    public static string Of(string salt, IEnumerable<(string Name, byte[] Value)> references, params ReadOnlySpan<string?> texts)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(salt));
        foreach (var text in texts)
        {
            Add(text is null ? [] : Encoding.UTF8.GetBytes(text));
        }

        foreach (var (name, value) in references)
        {
            Add(Encoding.UTF8.GetBytes(name));
            Add(value);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..32];

        // Lengths keep the parts apart: "ab" and "c" are not "a" and "bc".
        void Add(ReadOnlySpan<byte> part)
        {
            hash.AppendData(BitConverter.GetBytes(part.Length));
            hash.AppendData(part);
        }
    }
}
