namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>Who applies, when, and to what.</summary>
/// <param name="Manager">The field manager; it owns what it applies.</param>
/// <param name="ApiVersion">The version of the request, such as <c>apps/v1</c>.</param>
/// <param name="Subresource">The subresource written to, such as <c>status</c>; null for the object itself.</param>
/// <param name="Force">True to take fields over from other managers instead of reporting a conflict.</param>
/// <param name="Now">The time of the request.</param>
/// <param name="Schema">The schema of the object's kind.</param>
internal sealed record ApplyContext(
    string Manager, string ApiVersion, string? Subresource, bool Force, DateTimeOffset Now, FieldSchema Schema);

/// <summary>Who creates, replaces or patches, when, and what.</summary>
/// <param name="Manager">The field manager; it owns what it changes.</param>
/// <param name="ApiVersion">The version of the request, such as <c>apps/v1</c>.</param>
/// <param name="Subresource">The subresource written to, such as <c>status</c>; null for the object itself.</param>
/// <param name="Now">The time of the request.</param>
/// <param name="Schema">The schema of the object's kind.</param>
internal sealed record UpdateContext(string Manager, string ApiVersion, string? Subresource, DateTimeOffset Now, FieldSchema Schema);
