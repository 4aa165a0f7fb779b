using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>Values of the options of CREATE OPERATOR, AGGREGATE and the like.</summary>
internal static class DefinitionValues
{
    /// <summary>A name. Throws 42601.</summary>
    public static QualifiedName Name(DefinitionElement option) => option.Value switch
    {
        StringLiteral word => new QualifiedName([word.Value], word.Position),
        TypeName type => new QualifiedName(type.Names, type.Position),
        OperatorName op => new QualifiedName(op.Parts, op.Position),
        QualifiedName name => name,
        null => throw new SqlException(SqlState.SyntaxError, $"{option.Name} requires a parameter"),
        _ => throw new SqlException(SqlState.SyntaxError, $"argument of {option.Name} must be a name"),
    };

    /// <summary>A type. Throws 42601.</summary>
    public static TypeName Type(DefinitionElement option) => option.Value switch
    {
        StringLiteral word => new TypeName([word.Value], word.Position),
        TypeName type => type,
        QualifiedName name => new TypeName(name.Parts, name.Position),
        null => throw new SqlException(SqlState.SyntaxError, $"{option.Name} requires a parameter"),
        _ => throw new SqlException(SqlState.SyntaxError, $"argument of {option.Name} must be a type name"),
    };

    /// <summary>A type, spelled as in SQL: int, double precision and so on are words here.</summary>
    public static SqlType ResolveType(DdlContext context, DefinitionElement option)
    {
        TypeName name = Type(option);
        return name.Names.Count == 1 && TypeNames.FindBuiltin(name.Name) is { } builtin && TypeNamesMatch(context, name) ? builtin : context.ResolveType(name);
    }

    private static bool TypeNamesMatch(DdlContext context, TypeName name) =>
        name.ArrayBounds.IsEmpty && !name.IsSetOf && Catalog.TypeResolver.Find(null, name.Name, context.View, context.Session.SearchPath) is null;

    /// <summary>A flag; given without a value it is true (defGetBoolean of PostgreSQL's define.c). Throws 42601.</summary>
    public static bool Flag(DefinitionElement option) => option.Value switch
    {
        null => true,
        BooleanLiteral boolean => boolean.Value,
        IntegerLiteral { Value: 0 or 1 } number => number.Value == 1,
        StringLiteral text when text.Value.ToLowerInvariant() is "true" or "on" => true,
        StringLiteral text when text.Value.ToLowerInvariant() is "false" or "off" => false,
        _ => throw new SqlException(SqlState.SyntaxError, $"{option.Name} requires a Boolean value"),
    };

    /// <summary>A text, as written.</summary>
    public static string Text(DefinitionElement option) => option.Value switch
    {
        StringLiteral text => text.Value,
        IntegerLiteral number => number.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
        NumericLiteral number => number.Text,
        BooleanLiteral boolean => boolean.Value ? "true" : "false",
        TypeName or QualifiedName or OperatorName => Name(option).ToString(),
        null => throw new SqlException(SqlState.SyntaxError, $"{option.Name} requires a parameter"),
        _ => throw new SqlException(SqlState.SyntaxError, $"argument of {option.Name} must be a name"),
    };

    /// <summary>An integer. Throws 42601.</summary>
    public static int Integer(DefinitionElement option) => option.Value switch
    {
        IntegerLiteral number => number.Value,
        _ => throw new SqlException(SqlState.SyntaxError, $"{option.Name} requires an integer value"),
    };
}
