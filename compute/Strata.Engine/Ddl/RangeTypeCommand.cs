using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE TYPE AS RANGE: the range type, its multirange type, their arrays and constructors. For the session's thread.</summary>
internal sealed class RangeTypeCommand(DdlContext context, CreateRangeStatement statement)
{
    private SqlType? _subtype;
    private QualifiedName? _multirangeName;
    private QualifiedName? _operatorClass;
    private QualifiedName? _difference;
    private uint _collation;

    /// <summary>Creates the types. Throws 42601, 42704, 42710, 42883, 0A000.</summary>
    public void Execute()
    {
        foreach (DefinitionElement option in statement.Options)
            Read(option);
        if (_subtype is null)
            throw new SqlException(SqlState.SyntaxError, "type attribute \"subtype\" is required");
        if (_subtype.IsPseudo)
            throw new SqlException(SqlState.DatatypeMismatch, $"range subtype cannot be {TypeNames.Format(_subtype)}");
        SchemaInfo schema = TypeCommands.Reserve(context, statement.Name);
        string multirangeName = _multirangeName?.Name ?? MultirangeName(statement.Name.Name);
        SchemaInfo multirangeSchema = _multirangeName is { } given ? context.CreationSchema(given.Schema, given.Position) : schema;
        context.LockName(multirangeSchema.Oid, multirangeName);
        if (context.View.FindUserType(multirangeSchema.Oid, multirangeName) is not null)
        {
            throw new SqlException(SqlState.DuplicateObject, $"type \"{multirangeName}\" already exists")
            {
                Detail = $"Failed while creating a multirange type for type \"{statement.Name.Name}\".",
                Hint = "You can manually specify a multirange type name using the \"multirange_type_name\" attribute.",
            };
        }

        uint range = context.NewTypePair(), multirange = context.NewTypePair();
        uint operatorClass = _operatorClass is { } named ? OperatorClasses.Find(named, _subtype.Oid, context) : OperatorClasses.Default(_subtype.Oid, context);
        var definition = new RangeDefinition(range, _subtype.Oid, multirange, _collation != 0 ? _collation : _subtype.CollationOid, operatorClass, Difference());
        TypeCommands.CreateWithArray(context, MakeType(range, statement.Name.Name, schema, UserTypeKind.Range, definition));
        TypeCommands.CreateWithArray(context, MakeType(multirange, multirangeName, multirangeSchema, UserTypeKind.Multirange, definition));
        CreateConstructors(schema, multirangeName, definition);
    }

    private void Read(DefinitionElement option)
    {
        switch (option.Name)
        {
            case "subtype": _subtype = Subtype(option); break;
            case "subtype_diff": _difference = DefinitionValues.Name(option); break;
            case "multirange_type_name": _multirangeName = DefinitionValues.Name(option); break;
            case "collation":
                _collation = ColumnBuilder.Collation(context, DefinitionValues.Name(option));
                break;
            case "subtype_opclass": _operatorClass = DefinitionValues.Name(option); break;
            case "canonical": throw new SqlException(SqlState.FeatureNotSupported, "canonical functions of range types are not supported");
            default: throw new SqlException(SqlState.SyntaxError, $"type attribute \"{option.Name}\" not recognized");
        }
    }

    private SqlType Subtype(DefinitionElement option)
    {
        try
        {
            return DefinitionValues.ResolveType(context, option);
        }
        catch (SqlException e)
        {
            // PostgreSQL gives no position here.
            e.Position = 0;
            throw;
        }
    }

    /// <summary>"range" in the name becomes "multirange"; a name without it gets the word as its end.</summary>
    private static string MultirangeName(string name)
    {
        int at = name.IndexOf("range", StringComparison.Ordinal);
        return at >= 0 ? name.Insert(at, "multi") : name + "_multirange";
    }

    private uint Difference()
    {
        if (_difference is null)
            return 0;
        SqlType subtype = _subtype!;
        string signature = $"function {_difference.Name}({TypeNames.Format(subtype)}, {TypeNames.Format(subtype)})";
        foreach (FunctionInfo function in BuiltinRegistry.FunctionsByName(_difference.Name))
        {
            if (function.ArgumentTypes.AsSpan().SequenceEqual([subtype.Oid, subtype.Oid]))
            {
                return function.ReturnType == TypeOid.Float8 ? function.Oid
                    : throw new SqlException(SqlState.InvalidObjectDefinition, $"range subtype diff {signature} must return type double precision");
            }
        }

        throw new SqlException(SqlState.UndefinedFunction, $"{signature} does not exist");
    }

    private UserTypeInfo MakeType(uint oid, string name, SchemaInfo schema, UserTypeKind kind, RangeDefinition definition) => new()
    {
        Oid = oid,
        Name = name,
        SchemaOid = schema.Oid,
        OwnerOid = context.CurrentUser,
        Kind = kind,
        ArrayOid = oid + 1,
        Range = definition,
    };

    private void CreateConstructors(SchemaInfo schema, string multirangeName, RangeDefinition definition)
    {
        uint range = definition.RangeOid, subtype = definition.SubtypeOid;
        CreateConstructor(schema, statement.Name.Name, "range_constructor2", range, isStrict: false, 0, subtype, subtype);
        CreateConstructor(schema, statement.Name.Name, "range_constructor3", range, isStrict: false, 0, subtype, subtype, TypeOid.Text);
        CreateConstructor(schema, multirangeName, "multirange_constructor0", definition.MultirangeOid, isStrict: true, 0);
        uint ofRange = CreateConstructor(schema, multirangeName, "multirange_constructor1", definition.MultirangeOid, isStrict: true, 0, range);
        CreateConstructor(schema, multirangeName, "multirange_constructor2", definition.MultirangeOid, isStrict: true, range, range + 1);
        // A range is cast to its multirange by the constructor of one argument.
        uint cast = context.NewOid();
        context.Changes.Create(
            CatalogObjectShapes.Make(
                CatalogOids.PgCast, [cast, range, definition.MultirangeOid, ofRange, 'e', 'f'],
                [.. FunctionFinder.DependenciesOn(new ObjectAddress(CatalogOids.PgCast, cast), [ofRange], [range, definition.MultirangeOid])
                    .Select(static d => d with { Kind = DependencyKind.Internal })]),
            context.Cancellation);
    }

    private uint CreateConstructor(SchemaInfo schema, string name, string symbol, uint result, bool isStrict, uint variadicElement, params uint[] arguments)
    {
        context.LockName(schema.Oid, name);
        uint oid = context.NewOid();
        context.Changes.Create(
            new RoutineInfo
            {
                Oid = oid,
                Name = name,
                SchemaOid = schema.Oid,
                OwnerOid = context.CurrentUser,
                LanguageOid = RoutineInfo.InternalLanguage,
                ReturnType = result,
                Parameters = [.. arguments.Select(a => new RoutineParameter("", variadicElement != 0 ? 'v' : 'i', a, null))],
                VariadicElementType = variadicElement,
                Cost = 1,
                IsStrict = isStrict,
                Volatility = Volatility.Immutable,
                Parallel = 's',
                Source = symbol,
            },
            context.Cancellation);
        return oid;
    }
}
