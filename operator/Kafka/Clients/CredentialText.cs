using System.Text.Unicode;

namespace KafkaLogstash.Kafka.Clients;

/// <summary>
/// What a user name, password or client secret must be: text that is not empty and holds no NUL. Everything else is carried to Kafka as it is, blanks and
/// line ends at its end included.
/// </summary>
public static class CredentialText
{
    /// <summary>NUL parts the fields of a PLAIN login (RFC 4616), SCRAM forbids it (RFC 5802), and librdkafka ends a value at it.</summary>
    private const string Nul = "holds a NUL character, which no login of Kafka can carry. Was it stored as UTF-16? Store it as UTF-8.";

    /// <summary>Judges what is stored in a Secret.</summary>
    /// <param name="stored">The bytes.</param>
    /// <returns>What is wrong, as the end of a sentence about the value, which it never quotes; null where nothing is.</returns>
    public static string? Problem(ReadOnlySpan<byte> stored) => stored switch
    {
        [] => "is empty.",
        _ when stored.Contains((byte)0) => Nul,
        _ when !Utf8.IsValid(stored) => "is not UTF-8, and Kafka's logins are UTF-8 text. Store it as UTF-8.",
        _ => null,
    };

    /// <summary>Judges what is written in a resource.</summary>
    /// <param name="written">The text.</param>
    /// <returns>What is wrong, as the end of a sentence about the value, which it never quotes; null where nothing is.</returns>
    public static string? Problem(string written) => written switch
    {
        "" => "is empty.",
        _ when written.Contains('\0', StringComparison.Ordinal) => Nul,
        _ => null,
    };
}
