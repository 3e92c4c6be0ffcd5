using System.Text.Encodings.Web;
using System.Text.Json;

namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>What makes two entries of <c>metadata.managedFields</c> one: manager, operation, version and subresource.</summary>
/// <param name="Manager">The field manager's name.</param>
/// <param name="Operation"><c>Apply</c> or <c>Update</c>.</param>
/// <param name="ApiVersion">The version of the last request; empty for appliers, who are one whatever version they use.</param>
/// <param name="Subresource">The subresource; empty for the object itself.</param>
internal sealed record ManagerIdentity(string Manager, string Operation, string ApiVersion, string Subresource)
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The order in which messages name managers.</summary>
    public static IComparer<ManagerIdentity> Order { get; } = Comparer<ManagerIdentity>.Create(Compare);

    /// <summary>True for a manager that applies.</summary>
    public bool Applies => Operation == "Apply";

    /// <summary>A manager that applies.</summary>
    public static ManagerIdentity Applier(string manager, string? subresource) => new(manager, "Apply", "", subresource ?? "");

    /// <summary>A manager that creates, replaces or patches.</summary>
    public static ManagerIdentity Updater(string manager, string apiVersion, string? subresource) =>
        new(manager, "Update", apiVersion, subresource ?? "");

    /// <summary>The manager as messages name it: <c>"kubectl-client-side-apply" using apps/v1</c>.</summary>
    public override string ToString()
    {
        var subresource = Subresource.Length == 0 ? "" : $" with subresource {Quote(Subresource)}";
        return Quote(Manager) + subresource + (Applies ? "" : $" using {ApiVersion}");
    }

    private static string Quote(string text) => JsonSerializer.Serialize(text, Json);

    private static int Compare(ManagerIdentity left, ManagerIdentity right)
    {
        ReadOnlySpan<int> orders =
        [
            string.CompareOrdinal(left.Manager, right.Manager),
            string.CompareOrdinal(left.Operation, right.Operation),
            string.CompareOrdinal(left.ApiVersion, right.ApiVersion),
            string.CompareOrdinal(left.Subresource, right.Subresource),
        ];
        var first = orders.IndexOfAnyExcept(0);
        return first < 0 ? 0 : orders[first];
    }
}
