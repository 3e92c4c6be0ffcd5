using System.Text.Json.Nodes;
using KafkaLogstash.LocalCluster.ApiServer.Tables;
using KafkaLogstash.LocalCluster.Fields;

namespace KafkaLogstash.LocalCluster.ApiServer.Resources;

/// <summary>One resource in one version as discovery tells it, with what the server does to its objects.</summary>
internal sealed record ResourceType
{
    public static readonly IReadOnlyList<string> AllVerbs =
        ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    public required string Group { get; init; }

    public required string Version { get; init; }

    public required string Plural { get; init; }

    public required string Singular { get; init; }

    public required string Kind { get; init; }

    public required bool Namespaced { get; init; }

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    public IReadOnlyList<string> Verbs { get; init; } = AllVerbs;

    public IReadOnlyList<Subresource> Subresources { get; init; } = [];

    /// <summary>Where objects are kept; two resources with the same key are two views of one store.</summary>
    public required string StorageKey { get; init; }

    public Strategy Strategy { get; init; } = new();

    public TableLayout Table { get; init; } = TableLayout.NameAndAge;

    /// <summary>Turns a stored object into this version's form; null when stored and served form are one.</summary>
    public Func<JsonObject, JsonObject>? Present { get; init; }

    /// <summary>Turns this version's form into the stored one; null when they are one.</summary>
    public Func<JsonObject, JsonObject>? ToStorage { get; init; }

    /// <summary>The shape by which field ownership and patches work; null where nothing is stored.</summary>
    public FieldSchema? Fields { get; init; }

    public string ListKind { get => field ?? Kind + "List"; init; }

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The name used in messages: <c>deployments.apps</c>, or <c>pods</c> in the core group.</summary>
    public string Qualified => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public bool Serves(string subresource) => Subresources.Any(item => item.Name == subresource);
}

/// <summary>A subresource with the kind it answers with; null kind and group mean the parent's.</summary>
internal sealed record Subresource(string Name, IReadOnlyList<string> Verbs, string? Group = null, string? Version = null, string? Kind = null)
{
    public static readonly Subresource Status = new("status", ["get", "patch", "update"]);

    public static readonly Subresource Scale = new("scale", ["get", "patch", "update"], "autoscaling", "v1", "Scale");
}
