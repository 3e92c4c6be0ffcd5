using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.Schemas;

namespace KafkaLogstash.LocalCluster.ApiServer.Resources;

/// <summary>What a resource does to its objects on their way into the store. Functions change the object they are given.</summary>
internal sealed record Strategy
{
    private static readonly Action<JsonObject> Nothing = static _ => { };

    /// <summary>Type of KubernetesClient's model; unknown fields are found by it. Null: any fields are taken.</summary>
    public Type? Model { get; init; }

    /// <summary>Schema-driven decoding of custom resources; null for built-ins.</summary>
    public CustomResourceSchema? Schema { get; init; }

    public bool TracksGeneration { get; init; }

    /// <summary>Writes to the main resource leave <c>status</c> alone, and writes to <c>status</c> everything else.</summary>
    public bool IsolatesStatus { get; init; }

    /// <summary>Generation also counts changes of annotations.</summary>
    public bool GenerationCountsAnnotations { get; init; }

    /// <summary>Generation counts every change outside metadata and status instead of those of <c>spec</c>.</summary>
    public bool GenerationCountsAll { get; init; }

    public bool AllowsUnconditionalUpdate { get; init; } = true;

    public bool AllowsCreateOnUpdate { get; init; }

    public bool ReturnsDeletedObject { get; init; }

    /// <summary>Fills in what the client left out; must be idempotent.</summary>
    public Action<JsonObject> Default { get; init; } = Nothing;

    /// <summary>Applied after defaulting when an object is created.</summary>
    public Action<JsonObject, WriteContext> PrepareForCreate { get; init; } = static (_, _) => { };

    /// <summary>Applied after defaulting when an object is replaced; the second is the live object.</summary>
    public Action<JsonObject, JsonObject> PrepareForUpdate { get; init; } = static (_, _) => { };

    public Func<JsonObject, IEnumerable<FieldError>> Validate { get; init; } = static _ => [];

    /// <summary>Checks a change; the second is the live object.</summary>
    public Func<JsonObject, JsonObject, IEnumerable<FieldError>> ValidateUpdate { get; init; } = static (_, _) => [];

    public Func<string, string?> ValidateName { get; init; } = Names.Subdomain;

    /// <summary>Admission of a new or changed object, the last word before validation.</summary>
    public Action<JsonObject, WriteContext> Admit { get; init; } = static (_, _) => { };

    /// <summary>Seconds between the request to delete an object and its end; null when it goes at once.</summary>
    public Func<JsonObject, long?> GracePeriod { get; init; } = static _ => null;

    /// <summary>Fields that field selectors know besides metadata.name and metadata.namespace.</summary>
    public IReadOnlyDictionary<string, Func<JsonObject, string>> SelectableFields { get; init; } =
        new Dictionary<string, Func<JsonObject, string>>();

    /// <summary>Paths of the scale subresource; null when there is none.</summary>
    public ScalePaths? Scale { get; init; }
}

/// <summary>Where the scale subresource reads and writes, as dotted paths without the leading dot.</summary>
internal sealed record ScalePaths(string SpecReplicas, string StatusReplicas, string? LabelSelector);

/// <summary>What a write knows of its surroundings.</summary>
internal sealed record WriteContext(
    ResourceType Type, DateTimeOffset Now, string User, Storage.ObjectStore Store, ICollection<string> Warnings, string? Subresource = null);
