using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Errors;
using KafkaLogstash.LocalCluster.ApiServer.Json;
using KafkaLogstash.LocalCluster.ApiServer.Storage;

namespace KafkaLogstash.LocalCluster.ApiServer.Access;

/// <summary>Issues and checks bearer tokens: opaque ones for users, signed JSON web tokens for service accounts.</summary>
internal sealed class TokenAuthority(ObjectStore store, TimeProvider time) : IDisposable
{
    public const string Audience = "https://kubernetes.default.svc";

    private static readonly string Header = Encode(new JsonObject { ["alg"] = "ES256", ["typ"] = "JWT" });

    private readonly ConcurrentDictionary<string, UserInfo> _users = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _tokensByUser = new(StringComparer.Ordinal);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>A lasting token of a user; the same for the same name.</summary>
    public string TokenFor(UserInfo user) => _tokensByUser.GetOrAdd(user.Name, _ =>
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        _users[token] = user;
        return token;
    });

    public string IssueServiceAccountToken(JsonObject account, TimeSpan life, string audience)
    {
        var now = time.GetUtcNow();
        var claims = new JsonObject
        {
            ["aud"] = new JsonArray(audience),
            ["exp"] = (now + life).ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["iss"] = Audience,
            ["jti"] = Guid.NewGuid().ToString(),
            ["kubernetes.io"] = new JsonObject
            {
                ["namespace"] = account.Namespace(),
                ["serviceaccount"] = new JsonObject { ["name"] = account.Name(), ["uid"] = account.Uid() },
            },
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["sub"] = $"system:serviceaccount:{account.Namespace()}:{account.Name()}",
        };
        var signed = $"{Header}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    /// <summary>Who an Authorization header stands for; anonymous without one.</summary>
    public UserInfo Authenticate(string? authorization)
    {
        if (string.IsNullOrEmpty(authorization))
        {
            return UserInfo.Anonymous;
        }

        return authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && Find(authorization[7..].Trim()) is { } user
            ? user
            : throw ApiException.Unauthorized();
    }

    public UserInfo? Find(string token) => _users.GetValueOrDefault(token) ?? FindServiceAccount(token);

    public void Dispose() => _key.Dispose();

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private UserInfo? FindServiceAccount(string token)
    {
        try
        {
            if (token.Split('.') is not [var header, var payload, var signature]
                || !_key.VerifyData(
                    Encoding.ASCII.GetBytes($"{header}.{payload}"), Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256))
            {
                return null;
            }

            var claims = JsonNode.Parse(Base64Url.DecodeFromChars(payload));
            var ns = claims.Text("kubernetes.io", "namespace")!;
            var name = claims.Text("kubernetes.io", "serviceaccount", "name")!;
            var uid = claims.Text("kubernetes.io", "serviceaccount", "uid");
            return claims.Number("exp") > time.GetUtcNow().ToUnixTimeSeconds()
                && store.Find("serviceaccounts", ns, name)?.Body.Uid() == uid
                    ? UserInfo.ServiceAccount(ns, name, uid)
                    : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
