using System.Buffers;
using System.Security.Cryptography;

namespace KafkaLogstash.Controller.Certificates;

/// <summary>
/// The private keys that Logstash's http output can't read. Its HTTP client, manticore before 0.9.2, strips the decoded key as if it were text
/// (https://github.com/cheald/manticore/pull/119): of a key that ends in a byte that looks like a blank the end is cut off, and every event is dropped.
/// </summary>
internal static class StrippedKeys
{
    /// <summary>What Ruby's <c>String#strip</c> takes off an end.</summary>
    private static readonly SearchValues<byte> Blanks = SearchValues.Create("\0\t\n\v\f\r "u8);

    /// <summary>Whether a key is one of them.</summary>
    /// <param name="pem">The key, PEM.</param>
    public static bool Has(string pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields))
        {
            return false;
        }

        var key = Convert.FromBase64String(pem[fields.Base64Data]);
        try
        {
            return key.Length > 0 && Blanks.Contains(key[^1]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Makes a key that is none of them: of 37 keys it is one, so that a second try mostly does.</summary>
    /// <param name="make">Makes a key.</param>
    public static RSA Avoid(Func<RSA> make)
    {
        while (true)
        {
            var key = make();
            if (!Has(key.ExportPkcs8PrivateKeyPem()))
            {
                return key;
            }

            key.Dispose();
        }
    }
}
