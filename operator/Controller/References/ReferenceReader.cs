using System.Collections.Immutable;
using System.Text;
using k8s.Models;
using KafkaLogstash.Runtime;

namespace KafkaLogstash.Controller.References;

/// <summary>What reading a connection's references gave.</summary>
/// <param name="Values">The contents of what is there.</param>
/// <param name="Missing">One sentence for each thing that is not, naming field, object and key.</param>
internal sealed record ReferenceResolution(ResolvedReferences Values, ImmutableArray<string> Missing);

/// <summary>Reads the Secrets and ConfigMaps that a connection names. Nothing is kept: contents live as long as the result.</summary>
internal sealed class ReferenceReader(KubernetesApi api) : IReferenceReader
{
    /// <inheritdoc />
    public async Task<ReferenceResolution> ReadAsync(string ns, IReadOnlyCollection<Reference> references, CancellationToken cancellationToken)
    {
        var objects = ImmutableDictionary.CreateBuilder<(ReferenceKind, string), ImmutableDictionary<string, byte[]>>();
        foreach (var (kind, name) in references.Select(reference => (reference.Kind, reference.Name)).Distinct())
        {
            if (await DataAsync(kind, new NamespacedName(ns, name), cancellationToken) is { } data)
            {
                objects[(kind, name)] = data;
            }
        }

        return new ReferenceResolution(new ResolvedReferences(objects.ToImmutable()), Missing(references, objects.ToImmutable()));
    }

    /// <inheritdoc />
    public Task<ImmutableDictionary<string, byte[]>?> SecretAsync(NamespacedName name, CancellationToken cancellationToken) =>
        DataAsync(ReferenceKind.Secret, name, cancellationToken);

    /// <summary>Says what is missing; pure, so that the offline verbs say the same.</summary>
    internal static ImmutableArray<string> Missing(
        IReadOnlyCollection<Reference> references, ImmutableDictionary<(ReferenceKind, string), ImmutableDictionary<string, byte[]>> objects) =>
    [
        .. references.Where(reference => !reference.Optional).Select(reference =>
        {
            if (!objects.TryGetValue((reference.Kind, reference.Name), out var data))
            {
                return $"{reference.Field}: there is no {reference.Kind} '{reference.Name}' in this namespace; create it.";
            }

            return reference.Key is null || data.ContainsKey(reference.Key)
                ? null
                : $"{reference.Field}: the {reference.Kind} '{reference.Name}' has no key '{reference.Key}'{Keys(data)}.";
        }).OfType<string>().Distinct(StringComparer.Ordinal),
    ];

    private static string Keys(ImmutableDictionary<string, byte[]> data) => data.IsEmpty
        ? "; it is empty"
        : $"; it has {string.Join(", ", data.Keys.Order(StringComparer.Ordinal).Take(5).Select(key => $"'{key}'"))}";

    private async Task<ImmutableDictionary<string, byte[]>?> DataAsync(ReferenceKind kind, NamespacedName name, CancellationToken cancellationToken)
    {
        if (kind == ReferenceKind.Secret)
        {
            var secret = await api.GetAsync<V1Secret>(name, cancellationToken);
            return secret is null ? null : (secret.Data ?? new Dictionary<string, byte[]>()).ToImmutableDictionary(StringComparer.Ordinal);
        }

        var map = await api.GetAsync<V1ConfigMap>(name, cancellationToken);
        return map is null
            ? null
            : (map.Data ?? new Dictionary<string, string>())
                .Select(item => KeyValuePair.Create(item.Key, Encoding.UTF8.GetBytes(item.Value)))
                .Concat(map.BinaryData ?? new Dictionary<string, byte[]>())
                .ToImmutableDictionary(StringComparer.Ordinal);
    }
}
