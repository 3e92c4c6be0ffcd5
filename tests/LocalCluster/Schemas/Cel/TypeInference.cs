using System.Globalization;

namespace KafkaLogstash.LocalCluster.Schemas.Cel;

/// <summary>Type variables and what they were found to stand for; failed attempts leave no trace.</summary>
internal sealed class TypeInference
{
    private Dictionary<CelType, CelType> _substitutions = [];
    private int _variables;

    public CelType NewVariable() => CelType.Parameter("_var" + (_variables++).ToString(CultureInfo.InvariantCulture));

    /// <summary>Parameters and result of an overload with fresh variables in place of its type parameters.</summary>
    public (IReadOnlyList<CelType> Parameters, CelType Result) Instantiate(Overload overload)
    {
        var fresh = new Dictionary<CelType, CelType>();
        return ([.. overload.Parameters.Select(parameter => Rename(parameter, fresh))], Rename(overload.Result, fresh));
    }

    public bool TryAssign(CelType left, CelType right) => TryAssign([left], [right]);

    /// <summary>Whether values of the first types can be used as the second; variables are bound as needed.</summary>
    public bool TryAssign(IReadOnlyList<CelType> left, IReadOnlyList<CelType> right)
    {
        var attempt = new Dictionary<CelType, CelType>(_substitutions);
        if (!AreAssignable(attempt, left, right))
        {
            return false;
        }

        _substitutions = attempt;
        return true;
    }

    /// <summary>A type with variables replaced by what they stand for; what stands for nothing yet becomes dyn on demand.</summary>
    public CelType Resolve(CelType type, bool freeIsDyn = false)
    {
        if (_substitutions.TryGetValue(type, out var substitution))
        {
            return Resolve(substitution, freeIsDyn);
        }

        return type.Kind == TypeKind.Parameter ? freeIsDyn ? CelType.Dyn : type
            : type.Parameters.Count == 0 ? type
            : type.With(type.Parameters.Select(parameter => Resolve(parameter, freeIsDyn)));
    }

    /// <summary>The less specific of two assignable types.</summary>
    public static CelType MostGeneral(CelType left, CelType right) => IsNotMoreSpecific(left, right) ? left : right;

    private CelType Rename(CelType type, Dictionary<CelType, CelType> fresh)
    {
        if (type.Kind == TypeKind.Parameter)
        {
            if (!fresh.TryGetValue(type, out var variable))
            {
                fresh[type] = variable = NewVariable();
            }

            return variable;
        }

        return type.Parameters.Count == 0 ? type : type.With(type.Parameters.Select(parameter => Rename(parameter, fresh)));
    }

    private static bool AreAssignable(Dictionary<CelType, CelType> bound, IReadOnlyList<CelType> left, IReadOnlyList<CelType> right) =>
        left.Count == right.Count && left.Zip(right).All(pair => IsAssignable(bound, pair.First, pair.Second));

    private static bool IsAssignable(Dictionary<CelType, CelType> bound, CelType left, CelType right)
    {
        if (right.Kind == TypeKind.Parameter)
        {
            var (isValid, wasBound) = Bind(bound, left, right);
            if (isValid || wasBound)
            {
                return isValid;
            }
        }

        if (left.Kind == TypeKind.Parameter)
        {
            return Bind(bound, right, left).IsValid;
        }

        if (left.Kind is TypeKind.Dyn or TypeKind.Error || right.Kind is TypeKind.Dyn or TypeKind.Error)
        {
            return true;
        }

        if (left.Kind == TypeKind.Null || right.Kind == TypeKind.Null)
        {
            var other = left.Kind == TypeKind.Null ? right : left;
            return other.Kind is TypeKind.Null or TypeKind.Opaque or TypeKind.Object or TypeKind.Duration or TypeKind.Timestamp;
        }

        return left.Kind switch
        {
            TypeKind.Type => right.Kind == TypeKind.Type,
            TypeKind.List or TypeKind.Map or TypeKind.Opaque =>
                left.Kind == right.Kind && left.Name == right.Name && AreAssignable(bound, left.Parameters, right.Parameters),
            _ => left.Equals(right),
        };
    }

    private static (bool IsValid, bool WasBound) Bind(Dictionary<CelType, CelType> bound, CelType type, CelType variable)
    {
        if (type.Equals(variable))
        {
            return (true, true);
        }

        if (bound.TryGetValue(variable, out var known))
        {
            if (type.Equals(known))
            {
                return (true, true);
            }

            if (!IsAssignable(bound, type, known))
            {
                return (false, true);
            }

            var general = MostGeneral(type, known);
            if (!Mentions(bound, variable, general))
            {
                bound[variable] = general;
            }

            return (true, true);
        }

        if (Mentions(bound, variable, type))
        {
            return (false, false);
        }

        bound[variable] = type;
        return (true, false);
    }

    private static bool Mentions(Dictionary<CelType, CelType> bound, CelType variable, CelType type) =>
        type.Equals(variable)
        || (type.Kind == TypeKind.Parameter && bound.TryGetValue(type, out var substitution) && Mentions(bound, variable, substitution))
        || type.Parameters.Any(parameter => Mentions(bound, variable, parameter));

    private static bool IsNotMoreSpecific(CelType left, CelType right)
    {
        if (left.Kind is TypeKind.Dyn or TypeKind.Parameter)
        {
            return true;
        }

        return right.Kind is not (TypeKind.Dyn or TypeKind.Parameter) && left.Kind == right.Kind && (left.Kind == TypeKind.Type
            || (left.Name == right.Name && left.Parameters.Count == right.Parameters.Count
                && left.Parameters.Zip(right.Parameters).All(pair => IsNotMoreSpecific(pair.First, pair.Second))));
    }
}
