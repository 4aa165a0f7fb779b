using Strata.Engine.Expressions;
using Strata.Engine.Types;

namespace Strata.Engine.Binding;

/// <summary>Types of $1, $2, …: given, or inferred from the first context that decides one (PostgreSQL's variable parameter hooks).</summary>
internal sealed class ParameterTypes(BindingContext context)
{
    private const int NumberMax = 65535;
    private readonly List<SqlType?> _types = [.. context.ParameterTypes];
    private Dictionary<int, int>? _left;

    /// <summary>A reference to $<paramref name="number"/>; of type unknown while nothing has decided.</summary>
    public ParameterExpression Reference(int number, int position)
    {
        if (!context.AllowParameters || number is < 1 or > NumberMax || (context.HasFixedParameters && number > _types.Count))
            throw BindingErrors.At(position, SqlState.UndefinedParameter, $"there is no parameter ${number}");
        while (_types.Count < number)
            _types.Add(null);
        SqlType? type = _types[number - 1];
        if (type is { Oid: TypeOid.Unknown })
            type = null;
        return new ParameterExpression(number - 1, type ?? SqlType.Unknown) { Position = position };
    }

    /// <summary>Decides the type of a parameter that was unknown. Throws 42P08 when another context decided otherwise.</summary>
    public ParameterExpression Decide(ParameterExpression parameter, SqlType type)
    {
        SqlType plain = type.WithTypmod(-1);
        SqlType? known = _types[parameter.Index];
        if (known is null || known.Oid == TypeOid.Unknown)
        {
            _types[parameter.Index] = plain;
        }
        else if (known.Oid != plain.Oid)
        {
            throw BindingErrors.At(
                parameter.Position, SqlState.AmbiguousParameter, $"inconsistent types deduced for parameter ${parameter.Index + 1}",
                detail: $"{known} versus {plain}");
        }

        return new ParameterExpression(parameter.Index, plain) { Position = parameter.Position };
    }

    /// <summary>A use of a parameter that decides nothing: no other may decide its type then.</summary>
    public void Leave(ParameterExpression parameter) => (_left ??= []).TryAdd(parameter.Index, parameter.Position);

    /// <summary>All types. Throws 42P18 when one is still undecided, 42P08 when one was decided by some of its uses only.</summary>
    public IReadOnlyList<SqlType> Finish()
    {
        var types = new SqlType[_types.Count];
        for (int i = 0; i < types.Length; i++)
        {
            types[i] = _types[i] is { } type && type.Oid != TypeOid.Unknown
                ? type
                : throw new SqlException(SqlState.IndeterminateDatatype, $"could not determine data type of parameter ${i + 1}");
            if (_left?.TryGetValue(i, out int position) == true)
                throw BindingErrors.At(position, SqlState.AmbiguousParameter, $"could not determine data type of parameter ${i + 1}");
        }

        return types;
    }
}
