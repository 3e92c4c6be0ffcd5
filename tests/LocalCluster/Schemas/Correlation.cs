using System.Text.Json.Nodes;

namespace KafkaLogstash.LocalCluster.Schemas;

/// <summary>A value together with what stood in its place before an update, so that what did not change is not refused anew.</summary>
internal sealed class Correlation(SchemaNode schema, JsonNode? value, JsonNode? old)
{
    private readonly Lazy<ListMap?> _oldItems = new(() => ListMap.Create(schema, old as JsonArray));
    private readonly Lazy<bool> _isUnchanged = new(() => Equal(schema, value, old));

    /// <summary>Whether old and new value are equal; items of a list-map are compared by their keys.</summary>
    public bool IsUnchanged => _isUnchanged.Value;

    public Correlation? Key(string name) =>
        value is JsonObject members && old is JsonObject oldMembers && schema.Member(name) is { } memberSchema
        && members.TryGetPropertyValue(name, out var member) && oldMembers.TryGetPropertyValue(name, out var oldMember)
            ? new Correlation(memberSchema, member, oldMember)
            : null;

    public Correlation? Index(int index) =>
        value is JsonArray items && index < items.Count && schema.Items is { } itemSchema && _oldItems.Value?.Find(items[index]) is { } oldItem
            ? new Correlation(itemSchema, items[index], oldItem)
            : null;

    private static bool Equal(SchemaNode? schema, JsonNode? value, JsonNode? old)
    {
        switch (value, old)
        {
            case (JsonObject members, JsonObject oldMembers):
                return members.Count == oldMembers.Count && members.All(member =>
                    oldMembers.TryGetPropertyValue(member.Key, out var oldMember) && Equal(schema?.Member(member.Key), member.Value, oldMember));
            case (JsonArray items, JsonArray oldItems) when schema is not null && ListMap.Create(schema, oldItems) is { } byKey:
                return items.Count == oldItems.Count
                    && items.All(item => byKey.Find(item) is { } oldItem && Equal(schema.Items, item, oldItem));
            default:
                return JsonNode.DeepEquals(value, old);
        }
    }
}
