namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>One form of a function: what it takes, what it gives, how it is computed. Of a method the first argument is the target.</summary>
internal sealed record Overload(
    string Function, string Id, bool IsMember, IReadOnlyList<CelType> Parameters, CelType Result, Func<CelValue[], CelValue> Invoke)
{
    /// <summary>A function: <c>name(x)</c>.</summary>
    public static Overload Global(string function, string id, CelType[] parameters, CelType result, Func<CelValue[], CelValue> invoke) =>
        new(function, id, IsMember: false, parameters, result, invoke);

    /// <summary>A method: <c>x.name()</c>.</summary>
    public static Overload Member(string function, string id, CelType[] parameters, CelType result, Func<CelValue[], CelValue> invoke) =>
        new(function, id, IsMember: true, parameters, result, invoke);

    /// <summary>Whether values at run time fit the parameters, where the checker knew too little to tell.</summary>
    public bool Accepts(CelValue[] arguments) =>
        arguments.Length == Parameters.Count && Parameters.Zip(arguments).All(pair => Fits(pair.First, pair.Second));

    private static bool Fits(CelType parameter, CelValue value) => parameter.Kind switch
    {
        TypeKind.Dyn or TypeKind.Parameter => true,
        TypeKind.Opaque or TypeKind.Object => value.Type.Name == parameter.Name,
        _ => value.Type.Kind == parameter.Kind,
    };
}

/// <summary>All functions that rules may call.</summary>
internal static class FunctionTable
{
    private static readonly ILookup<string, Overload> Functions =
        ((IEnumerable<Overload>[])
        [
            StandardLibrary.Overloads, ConversionLibrary.Overloads, TimeLibrary.Overloads, StringLibrary.Overloads, ListLibrary.Overloads,
            OptionalLibrary.Overloads, RegexLibrary.Overloads, UrlLibrary.Overloads, NetworkLibrary.Overloads, QuantityLibrary.Overloads,
            NamedFormatLibrary.Overloads,
        ])
        .SelectMany(overloads => overloads)
        .ToLookup(overload => overload.Function, StringComparer.Ordinal);

    public static bool Contains(string function) => Functions.Contains(function);

    public static IEnumerable<Overload> Find(string function) => Functions[function];
}
