using System.Security.Cryptography;
using System.Text;
using KafkaLogstash.Bridge.Hosting;
using KafkaLogstash.Bridging;
using Microsoft.Extensions.Logging;

namespace KafkaLogstash.Bridge.Sink.Http;

/// <summary>
/// Who may send events. Credentials lie in files that are looked at again every few seconds, when a request comes; what they held before stays where they can't be read. Only digests are
/// kept and compared, in constant time.
/// </summary>
internal sealed partial class SinkAccess
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private readonly SinkAuthenticationSettings? _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private byte[] _expected;
    private long _lookedAt;

    /// <summary>Reads the credentials.</summary>
    /// <param name="settings">Where they are; null: anybody may send.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <exception cref="RoleException">They can't be read.</exception>
    public SinkAccess(SinkAuthenticationSettings? settings, TimeProvider time, ILogger logger)
    {
        (_settings, _time, _logger, _lookedAt) = (settings, time, logger, time.GetTimestamp());
        try
        {
            _expected = settings is null ? [] : Expected(settings);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new RoleException($"The credentials of the sink can't be read: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>Checks what a request says of its sender.</summary>
    /// <param name="authorization">Its <c>Authorization</c> header.</param>
    /// <returns>What to demand (<c>WWW-Authenticate</c>); null if the sender may send.</returns>
    public string? Challenge(string? authorization)
    {
        if (_settings is null)
        {
            return null;
        }

        var (isBasic, scheme) = _settings.BasicFolder is null ? (false, "Bearer ") : (true, "Basic ");
        var given = authorization?.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) == true ? Decode(authorization[scheme.Length..].Trim(), isBasic) : null;
        return given is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(given), Current()) ? null
            : isBasic ? "Basic realm=\"kafka-logstash\", charset=\"UTF-8\"" : "Bearer realm=\"kafka-logstash\"";
    }

    private static byte[]? Decode(string credentials, bool isBasic)
    {
        if (!isBasic)
        {
            return Encoding.UTF8.GetBytes(credentials);
        }

        var decoded = new byte[credentials.Length];
        return Convert.TryFromBase64String(credentials, decoded, out var length) ? decoded[..length] : null;
    }

    private static byte[] Expected(SinkAuthenticationSettings settings)
    {
        if (settings.BasicFolder is { } folder)
        {
            return SHA256.HashData([.. Read(Path.Combine(folder, "username")), (byte)':', .. Read(Path.Combine(folder, "password"))]);
        }

        return SHA256.HashData(Read(settings.BearerTokenFile ?? throw new InvalidDataException("The settings name neither a folder for basic authentication nor a file with a bearer token.")));
    }

    /// <summary>A credential, without the line end that editors and <c>echo</c> leave behind it.</summary>
    private static byte[] Read(string path)
    {
        var text = File.ReadAllBytes(path).AsSpan().TrimEnd("\r\n"u8).ToArray();
        return text.Length > 0 ? text : throw new InvalidDataException($"{path} is empty.");
    }

    private byte[] Current()
    {
        lock (_gate)
        {
            if (_time.GetElapsedTime(_lookedAt) < LookInterval)
            {
                return _expected;
            }

            _lookedAt = _time.GetTimestamp();
            try
            {
                _expected = Expected(_settings!);
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                LogUnreadable(_logger, unreadable.Message);
            }

            return _expected;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The credentials of the sink can't be read again, those of before still count: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string reason);
}
