namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>Types as values.</summary>
internal static class TypeValues
{
    public static TypeValue Of(CelType type) => new(type.Kind switch
    {
        TypeKind.Null => "null_type",
        TypeKind.Duration => "google.protobuf.Duration",
        TypeKind.Timestamp => "google.protobuf.Timestamp",
        TypeKind.Type => "type",
        _ => type.Name,
    });
}
