using System.Collections.Immutable;
using KafkaLogstash.Runtime;

namespace KafkaLogstash.Controller.References;

/// <summary>Reads the Secrets and ConfigMaps that a connection names.</summary>
internal interface IReferenceReader
{
    /// <summary>Reads them all.</summary>
    /// <param name="ns">The connection's namespace; references never reach into another.</param>
    /// <param name="references">What to read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    Task<ReferenceResolution> ReadAsync(string ns, IReadOnlyCollection<Reference> references, CancellationToken cancellationToken);

    /// <summary>Reads one Secret; null where there is none.</summary>
    Task<ImmutableDictionary<string, byte[]>?> SecretAsync(NamespacedName name, CancellationToken cancellationToken);
}
