namespace KafkaLogstash.LocalCluster.Fields;

/// <summary>A field that is applied with another value than its owner gave it.</summary>
/// <param name="Manager">The owner.</param>
/// <param name="Path">The field.</param>
internal sealed record ApplyConflict(ManagerIdentity Manager, FieldPath Path)
{
    /// <summary>The cause's message, as an API server's <c>status.details.causes</c> gives it with the reason <c>FieldManagerConflict</c>.</summary>
    public string Message => $"conflict with {Manager}";

    /// <summary>The cause's field, such as <c>.spec.replicas</c>.</summary>
    public string Field => Path.ToString();
}

/// <summary>
/// An apply without force would change fields of other managers: HTTP 409 with the reason <c>Conflict</c>. The message is that of
/// the API server.
/// </summary>
internal sealed class ApplyConflictException(IReadOnlyList<ApplyConflict> conflicts) : Exception(Describe(conflicts))
{
    /// <summary>The conflicts, by manager.</summary>
    public IReadOnlyList<ApplyConflict> Conflicts { get; } = conflicts;

    private static string Describe(IReadOnlyList<ApplyConflict> conflicts)
    {
        if (conflicts is [var only])
        {
            return $"Apply failed with 1 conflict: {only.Message}: {only.Field}";
        }

        var managers = conflicts.GroupBy(
            conflict => conflict.Manager,
            (manager, fields) => $"conflicts with {manager}:\n{string.Join('\n', fields.Select(field => $"- {field.Field}"))}");
        return $"Apply failed with {conflicts.Count} conflicts: {string.Join('\n', managers)}";
    }
}
