using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE FUNCTION and CREATE PROCEDURE.</summary>
internal sealed class CreateRoutineCommand(DdlContext context, CreateFunctionStatement statement)
{
    public void Execute()
    {
        SchemaInfo schema = context.CreationSchema(statement.Name.Schema, statement.Name.Position);
        var options = new RoutineOptions(context, statement.IsProcedure);
        options.Read(statement.Options);
        uint language = Language(options);
        (RoutineParameter[] parameters, uint variadic) = Parameters();
        (uint returnType, bool returnsSet) = ReturnType(parameters);
        var routine = new RoutineInfo
        {
            Oid = 0,
            Name = statement.Name.Name,
            SchemaOid = schema.Oid,
            OwnerOid = context.CurrentUser,
            LanguageOid = language,
            Kind = statement.IsProcedure ? FunctionKind.Procedure : options.IsWindow ? FunctionKind.Window : FunctionKind.Function,
            ReturnType = returnType,
            ReturnsSet = returnsSet,
            Parameters = parameters,
            VariadicElementType = variadic,
            Cost = language == RoutineInfo.SqlLanguage ? 100 : 1,
            Rows = returnsSet ? 1000 : 0,
        };
        routine = options.Apply(routine);
        if (options.Rows is not null && !returnsSet)
            throw new SqlException(SqlState.InvalidParameterValue, "ROWS is not applicable when function does not return a set");
        Store(WithBody(routine, options));
    }

    private uint Language(RoutineOptions options)
    {
        string? name = options.Language ?? (statement.Body is null ? null : "sql");
        if (name is null)
            throw new SqlException(SqlState.InvalidFunctionDefinition, "no language specified");
        switch (name.ToLowerInvariant())
        {
            case "sql":
                return RoutineInfo.SqlLanguage;
            case "internal":
                if (!context.Session.IsSuperuser)
                    throw new SqlException(SqlState.InsufficientPrivilege, "permission denied for language internal");
                return RoutineInfo.InternalLanguage;
            case "c":
                if (!context.Session.IsSuperuser)
                    throw new SqlException(SqlState.InsufficientPrivilege, "permission denied for language c");
                if (context.Library is not null)
                    return RoutineInfo.CLanguage;
                throw new SqlException(SqlState.FeatureNotSupported, "functions in language C are not supported") { Hint = "Write the function in SQL." };
            case "plpgsql":
                throw new SqlException(SqlState.FeatureNotSupported, "functions in language plpgsql are not supported yet") { Hint = "Write the function in SQL." };
            default:
                throw new SqlException(SqlState.UndefinedObject, $"language \"{name}\" does not exist")
                {
                    Hint = name.ToLowerInvariant() is "plperl" or "pltcl" or "plpython3u" or "plperlu" or "pltclu"
                        ? "Use CREATE EXTENSION to load the language into the database." : null,
                };
        }
    }

    private (RoutineParameter[] Parameters, uint Variadic) Parameters()
    {
        var parameters = new List<RoutineParameter>();
        uint variadic = 0;
        bool sawDefault = false;
        foreach (FunctionParameter parameter in statement.Parameters)
        {
            char mode = parameter.Mode switch
            {
                ParameterMode.Out => 'o',
                ParameterMode.InOut => 'b',
                ParameterMode.Variadic => 'v',
                ParameterMode.Table => 't',
                _ => 'i',
            };
            SqlType type = Resolve(parameter.Type, isResult: false);
            if (parameter.Type.IsSetOf)
                throw Bad(statement.IsProcedure ? "procedures cannot accept set arguments" : "functions cannot accept set arguments");
            bool isInput = mode is 'i' or 'b' or 'v';
            if (variadic != 0 && (isInput || (statement.IsProcedure && mode == 'o')))
                throw Bad("VARIADIC parameter must be the last " + (statement.IsProcedure ? "parameter" : "input parameter"));
            if (mode == 'v')
                variadic = VariadicElement(type);
            CheckPseudo(type, mode);
            if (parameter.Name is { Length: > 0 } name && parameters.Exists(p => p.Name == name && Clash(p.Mode, mode)))
                throw Bad($"parameter name \"{name}\" used more than once");
            CatalogExpression? value = null;
            if (parameter.Default is { } given)
            {
                if (!isInput)
                    throw Bad("only input parameters can have default values");
                value = Default(given, type);
                sawDefault = true;
            }
            else if (sawDefault && isInput)
            {
                throw Bad("input parameters after one with a default value must also have defaults");
            }
            else if (sawDefault && statement.IsProcedure && mode == 'o')
            {
                throw Bad("procedure OUT parameters cannot appear after one with a default value");
            }

            parameters.Add(new RoutineParameter(parameter.Name ?? "", mode, type.Oid, value));
        }

        return ([.. parameters], variadic);
    }

    // An input parameter and a column of the result may share a name.
    private static bool Clash(char a, char b) => !((a is 'i' or 'v' && b is 'o' or 't') || (a is 'o' or 't' && b is 'i' or 'v'));

    private static uint VariadicElement(SqlType type) => type.Oid switch
    {
        TypeOid.Any => TypeOid.Any,
        TypeOid.AnyArray => TypeOid.AnyElement,
        TypeOid.AnyCompatibleArray => TypeOid.AnyCompatible,
        _ => type.IsArray ? type.ElementOid : throw Bad("VARIADIC parameter must be an array"),
    };

    private void CheckPseudo(SqlType type, char mode)
    {
        bool isSql = statement.Body is not null || LanguageName() == "sql";
        if (!isSql || type.Kind != TypeKind.Pseudo || type.IsPolymorphic || type.Oid == TypeOid.Record)
            return;
        if (mode is 'o' or 't')
            throw Bad($"SQL functions cannot return type {TypeNames.Format(type)}");
        throw Bad($"SQL functions cannot have arguments of type {TypeNames.Format(type)}");
    }

    private string? LanguageName()
    {
        foreach (DefinitionElement option in statement.Options)
            if (option is { Name: "language", Value: StringLiteral name })
                return AsciiCase.Lower(name.Value);
        return null;
    }

    private SqlType Resolve(TypeName name, bool isResult)
    {
        TypeName plain = name.IsSetOf ? name with { IsSetOf = false } : name;
        SqlType type;
        try
        {
            type = context.ResolveType(plain);
        }
        catch (SqlException error) when (isResult && error.State == SqlState.UndefinedObject)
        {
            throw new SqlException(SqlState.UndefinedObject, error.Message);
        }

        if (!plain.Modifiers.IsEmpty)
            context.Notice($"type modifier cannot be specified for {(isResult ? "the return type" : "a parameter")}");
        if (name.IsColumnType)
            context.Notice($"type reference {string.Join('.', name.Names)}%TYPE converted to {TypeNames.Format(type)}");
        return type.WithTypmod(-1);
    }

    private CatalogExpression Default(Expression expression, SqlType type)
    {
        if (StoredExpressions.ColumnNames(expression).Count > 0)
            throw new SqlException(SqlState.InvalidColumnReference, "cannot use table references in parameter default value");
        Binder.BindValue(expression, type.IsPolymorphic ? null : type, StoredExpressions.BindingContextOf(context));
        return StoredExpressions.OfParameter(context, type.IsPolymorphic ? null : type, expression);
    }

    private (uint Type, bool IsSet) ReturnType(RoutineParameter[] parameters)
    {
        RoutineParameter[] outputs = [.. parameters.Where(static p => p.IsOutput)];
        bool isTable = Array.Exists(parameters, static p => p.Mode == 't');
        uint implied = outputs.Length switch
        {
            0 => 0u,
            1 when !(statement.IsProcedure) => outputs[0].TypeOid,
            _ => TypeOid.Record,
        };
        if (statement.IsProcedure)
            return (outputs.Length == 0 ? TypeOid.Void : TypeOid.Record, false);
        if (statement.ReturnType is not { } name)
        {
            if (implied == 0)
                throw new SqlException(SqlState.InvalidFunctionDefinition, "function result type must be specified");
            CheckPolymorphic(parameters, [implied, .. outputs.Select(static p => p.TypeOid)]);
            return (implied, isTable);
        }

        SqlType type = Resolve(name, isResult: true);
        if (implied != 0 && implied != type.Oid)
            throw Bad($"function result type must be {TypeNames.Format(context.Session.Catalog.FindType(implied)!)} because of OUT parameters");
        bool isSql = statement.Body is not null || LanguageName() == "sql";
        if (isSql && type.Kind == TypeKind.Pseudo && !type.IsPolymorphic && type.Oid is not (TypeOid.Record or TypeOid.Void))
            throw Bad($"SQL functions cannot return type {TypeNames.Format(type)}");
        CheckPolymorphic(parameters, [type.Oid, .. outputs.Select(static p => p.TypeOid)]);
        return (type.Oid, name.IsSetOf);
    }

    // A polymorphic result needs an argument that decides it.
    private static void CheckPolymorphic(RoutineParameter[] parameters, uint[] results)
    {
        foreach (uint result in results)
        {
            bool isSimple = result is TypeOid.AnyElement or TypeOid.AnyArray or TypeOid.AnyNonArray or TypeOid.AnyEnum;
            bool isCompatible = result is TypeOid.AnyCompatible or TypeOid.AnyCompatibleArray or TypeOid.AnyCompatibleNonArray;
            bool isRange = result is TypeOid.AnyRange or TypeOid.AnyMultirange;
            bool isCompatibleRange = result is TypeOid.AnyCompatibleRange or TypeOid.AnyCompatibleMultirange;
            if (isSimple && !Has(TypeOid.AnyElement, TypeOid.AnyArray, TypeOid.AnyNonArray, TypeOid.AnyEnum, TypeOid.AnyRange, TypeOid.AnyMultirange))
                throw Undetermined(result, "anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange");
            if (isRange && !Has(TypeOid.AnyRange, TypeOid.AnyMultirange))
                throw Undetermined(result, "anyrange or anymultirange");
            if (isCompatible && !Has(TypeOid.AnyCompatible, TypeOid.AnyCompatibleArray, TypeOid.AnyCompatibleNonArray, TypeOid.AnyCompatibleRange, TypeOid.AnyCompatibleMultirange))
                throw Undetermined(result, "anycompatible, anycompatiblearray, anycompatiblenonarray, anycompatiblerange, or anycompatiblemultirange");
            if (isCompatibleRange && !Has(TypeOid.AnyCompatibleRange, TypeOid.AnyCompatibleMultirange))
                throw Undetermined(result, "anycompatiblerange or anycompatiblemultirange");
        }

        bool Has(params uint[] types) => Array.Exists(parameters, p => p.IsInput && Array.IndexOf(types, p.TypeOid) >= 0);
    }

    private static SqlException Undetermined(uint result, string inputs) =>
        new(SqlState.InvalidFunctionDefinition, "cannot determine result data type")
        {
            Detail = $"A result of type {BuiltinTypes.Find(result)} requires at least one input of type {inputs}.",
        };

    private RoutineInfo WithBody(RoutineInfo routine, RoutineOptions options)
    {
        if (statement.Body is { } body)
        {
            if (options.Source is not null)
                throw new SqlException(SqlState.InvalidFunctionDefinition, "duplicate function body specified");
            if (routine.LanguageOid != RoutineInfo.SqlLanguage)
                throw new SqlException(SqlState.InvalidFunctionDefinition, "inline SQL function body only valid for language SQL");
            if (Array.Exists(routine.Parameters, p => BuiltinTypes.Find(p.TypeOid) is { IsPolymorphic: true }))
                throw new SqlException(SqlState.FeatureNotSupported, "SQL function with unquoted function body cannot have polymorphic arguments");
            return routine with { Source = "", SqlBody = RoutineBodies.Print(body), SearchPath = [.. context.Session.SearchPath.Schemas] };
        }

        if (routine.LanguageOid == RoutineInfo.CLanguage)
            return OfLibrary(routine, options);
        if (options.Source is not { } source)
            throw new SqlException(SqlState.InvalidFunctionDefinition, "no function body specified");
        if (options.Library is not null)
            throw new SqlException(SqlState.InvalidFunctionDefinition, $"only one AS item needed for language \"{options.Language}\"");
        if (routine.LanguageOid == RoutineInfo.InternalLanguage)
        {
            FunctionInfo? known = BuiltinRegistry.Functions.FirstOrDefault(f => f.LanguageOid == RoutineInfo.InternalLanguage && f.Symbol == source);
            if (known is null)
                throw new SqlException(SqlState.UndefinedFunction, $"there is no built-in function named \"{source}\"");
        }

        return routine with { Source = source };
    }

    // AS 'library', 'symbol'; the symbol is the function's name when it is left out.
    private RoutineInfo OfLibrary(RoutineInfo routine, RoutineOptions options)
    {
        routine = routine with { Library = context.Library, Source = options.Library ?? routine.Name };
        return Extensions.NativeLibraries.Find(routine.Library!) is not null
            ? routine
            : throw new SqlException(SqlState.UndefinedFile, $"could not access file \"{routine.Library}\": No such file or directory");
    }

    private void Store(RoutineInfo routine)
    {
        context.LockName(routine.SchemaOid, routine.Name);
        RoutineInfo? known = context.View.FindRoutines(routine.SchemaOid, routine.Name).FirstOrDefault(r => r.ArgumentTypes.AsSpan().SequenceEqual(routine.ArgumentTypes));
        if (known is null)
        {
            uint oid = context.NewOid();
            routine = routine with { Oid = oid, Acl = DefaultPrivileges.Of(context, 'f', routine.SchemaOid, routine.OwnerOid) };
            context.Changes.Create(routine, context.Cancellation);
            Check(context.View.FindRoutine(oid)!);
            return;
        }

        if (!statement.OrReplace)
            throw new SqlException(SqlState.DuplicateFunction, $"function \"{routine.Name}\" already exists with same argument types");
        if (!context.Permissions.IsOwner(known.OwnerOid))
            throw new SqlException(SqlState.InsufficientPrivilege, $"must be owner of {Permissions.RoutineKindName(known)} {known.Name}");
        CheckReplaceable(known, routine);
        routine = routine with { Oid = known.Oid, OwnerOid = known.OwnerOid, Acl = known.Acl };
        context.Changes.Replace(known, routine, context.Cancellation);
        Check(context.View.FindRoutine(known.Oid)!);
    }

    private void CheckReplaceable(RoutineInfo known, RoutineInfo routine)
    {
        string signature = RoutineNames.Signature(known, context.Session.Catalog);
        if (known.Kind != routine.Kind)
            throw new SqlException(SqlState.WrongObjectType, "cannot change routine kind")
            {
                Detail = $"\"{known.Name}\" is {(known.Kind switch { FunctionKind.Procedure => "a procedure", FunctionKind.Aggregate => "an aggregate function", FunctionKind.Window => "a window function", _ => "a function" })}.",
            };
        string hint = $"Use DROP {Permissions.RoutineKindName(known).ToUpperInvariant()} {signature} first.";
        if (known.ReturnType != routine.ReturnType || known.ReturnsSet != routine.ReturnsSet)
            throw new SqlException(SqlState.InvalidFunctionDefinition, statement.IsProcedure
                ? "cannot change whether a procedure has output parameters" : "cannot change return type of existing function")
            { Hint = hint };
        RoutineParameter[] oldOutputs = [.. known.Parameters.Where(static p => p.IsOutput)], newOutputs = [.. routine.Parameters.Where(static p => p.IsOutput)];
        if (known.ReturnType == TypeOid.Record && !oldOutputs.Select(static p => (p.Name, p.TypeOid)).SequenceEqual(newOutputs.Select(static p => (p.Name, p.TypeOid))))
            throw new SqlException(SqlState.InvalidFunctionDefinition, statement.IsProcedure ? "cannot change return type of existing procedure" : "cannot change return type of existing function")
            {
                Detail = "Row type defined by OUT parameters is different.",
                Hint = hint,
            };
        RoutineParameter[] oldInputs = [.. known.Parameters.Where(static p => p.IsInput)], newInputs = [.. routine.Parameters.Where(static p => p.IsInput)];
        for (int i = 0; i < oldInputs.Length; i++)
        {
            if (oldInputs[i].Name.Length > 0 && oldInputs[i].Name != newInputs[i].Name)
                throw new SqlException(SqlState.InvalidFunctionDefinition, $"cannot change name of input parameter \"{oldInputs[i].Name}\"") { Hint = hint };
            if (oldInputs[i].Default is not null && newInputs[i].Default is null)
                throw new SqlException(SqlState.InvalidFunctionDefinition, "cannot remove parameter defaults from existing function") { Hint = hint };
        }
    }

    // Binding the body finds what is wrong with it, and what a body in SQL syntax depends on. The routine is in the catalog already: it may call itself.
    private void Check(RoutineInfo routine)
    {
        if (!routine.IsSql || (routine.SqlBody is null && context.Session.Settings["check_function_bodies"] == "off"))
            return;
        IReadOnlyList<uint> used;
        try
        {
            used = context.Session.RoutineRunner.Check(routine);
        }
        catch (SqlException error) when (error.InternalPosition > 0 && BodyOffset() is >= 0 and var offset)
        {
            // The place in the body is a place in the command.
            error.Position = context.Position(offset) + error.InternalPosition - 1;
            error.InternalPosition = 0;
            error.InternalQuery = null;
            throw;
        }

        if (routine.SqlBody is null)
            return;
        Dependency[] dependencies;
        try
        {
            dependencies = RecordedDependencies.OfBody(context, routine);
        }
        catch (SqlException error) when (error.State == SqlState.FeatureNotSupported)
        {
            // What can't be printed again depends on whole relations.
            var self = new ObjectAddress(CatalogOids.PgProc, routine.Oid);
            dependencies = [.. used.Where(oid => oid >= CatalogOids.FirstUser && oid != routine.Oid).Select(oid => new Dependency(self, DropObjects.AddressOf(context.View, oid), DependencyKind.Normal))];
        }

        if (dependencies.Length > 0)
            context.Changes.Replace(routine, routine with { Dependencies = dependencies }, context.Cancellation);
    }

    // Where the body's text begins in the command, or -1 when it is not written there as it is.
    private int BodyOffset()
    {
        foreach (DefinitionElement option in statement.Options)
        {
            if (option is not { Name: "as", Value: ValueList { Values: [StringLiteral literal, ..] } })
                continue;
            string text = context.StatementText;
            int at = literal.Position;
            int start = text[at] == '$' ? text.IndexOf('$', at + 1) + 1 : at + 1;
            return start + literal.Value.Length <= text.Length && text.AsSpan(start, literal.Value.Length).SequenceEqual(literal.Value) ? start : -1;
        }

        return -1;
    }

    private static SqlException Bad(string message) => new(SqlState.InvalidFunctionDefinition, message);
}
