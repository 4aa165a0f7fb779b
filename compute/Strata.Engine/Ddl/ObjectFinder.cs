using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>Finds routines and other objects beside relations and types as statements name them.</summary>
internal static class ObjectFinder
{
    public static ObjectAddress AddressOf(object entry) => entry switch
    {
        RoutineInfo routine => new ObjectAddress(CatalogOids.PgProc, routine.Oid),
        CatalogObject { ClassOid: CatalogOids.PgLargeObjectMetadata } large => new ObjectAddress(CatalogOids.PgLargeObject, large.Oid),
        _ => ((CatalogObject)entry).Address,
    };

    /// <summary>Kind and name, as messages about dependencies write them.</summary>
    public static string Describe(DdlContext context, object entry)
    {
        switch (entry)
        {
            case RoutineInfo routine:
                return $"function {RoutineNames.Signature(routine, context.Session.Catalog)}";
            case CatalogObject { ClassOid: CatalogOids.PgOperator } op:
                return $"operator {op.Name}({OperatorCommands.OperandName(context, op.OidAt(7))},{OperatorCommands.OperandName(context, op.OidAt(8))})";
            case CatalogObject { ClassOid: CatalogOids.PgCast } cast:
                return $"cast from {RoutineNames.TypeName(cast.OidAt(1), context.Session.Catalog)} to {RoutineNames.TypeName(cast.OidAt(2), context.Session.Catalog)}";
            case CatalogObject { ClassOid: CatalogOids.PgPolicy } policy:
                return $"policy {policy.Name} on table {(context.View.FindRelation(policy.OidAt(2)) is { } secured ? context.Session.Catalog.RelationName(secured) : "")}";
            case CatalogObject { ClassOid: CatalogOids.PgOpClass or CatalogOids.PgOpFamily } other:
                return $"{CatalogObjectShapes.Of(other.ClassOid).Word} {other.Name} for access method {BuiltinNames.NameOf("pg_am", "amname", other.OidAt(1))}";
            default:
                var named = (CatalogObject)entry;
                bool isVisible = named.SchemaOid == 0 || context.Session.SearchPath.Contains(named.SchemaOid);
                string name = isVisible ? named.Name : TypeNames.QuoteIdentifier(context.View.FindSchema(named.SchemaOid)?.Name ?? "") + "." + TypeNames.QuoteIdentifier(named.Name);
                return $"{CatalogObjectShapes.Of(named.ClassOid).Word} {name}";
        }
    }

    /// <summary>Throws 42501 unless the current role owns the entry.</summary>
    public static void CheckOwner(DdlContext context, object entry)
    {
        (uint owner, string what) = entry switch
        {
            RoutineInfo routine => (routine.OwnerOid, $"{(routine.Kind == FunctionKind.Procedure ? "procedure" : "function")} {routine.Name}"),
            CatalogObject { ClassOid: CatalogOids.PgPolicy } policy => (context.View.FindRelation(policy.OidAt(2))!.OwnerOid, $"relation {context.View.FindRelation(policy.OidAt(2))!.Name}"),
            CatalogObject { ClassOid: CatalogOids.PgCast } => (0u, ""),
            CatalogObject { ClassOid: CatalogOids.PgLargeObjectMetadata } large => (large.OwnerOid, $"large object {large.Oid}"),
            CatalogObject other => (other.OwnerOid, $"{CatalogObjectShapes.Of(other.ClassOid).Word} {other.Name}"),
            _ => throw new Format.InvariantViolationException("not an object with an owner"),
        };
        if (owner != 0 && !context.Permissions.IsOwner(owner))
            throw new SqlException(SqlState.InsufficientPrivilege, $"must be owner of {what}");
    }

    /// <summary>The object that a statement names; null for a missing one when <paramref name="missingOk"/>, after a notice. Throws 42883, 42704, 42725, 42809.</summary>
    public static object? Find(DdlContext context, ObjectKind kind, ObjectReference reference, bool missingOk)
    {
        try
        {
            return reference switch
            {
                FunctionObject function => Routine(context, kind, function.Name, function.HasArguments ? function.Arguments : null),
                AggregateObject aggregate => Routine(context, ObjectKind.Aggregate, aggregate.Name, aggregate.Arguments.Parameters),
                OperatorObject op => Operator(context, op),
                CastObject cast => Cast(context, cast),
                OperatorClassObject opclass => OperatorClass(context, kind, opclass),
                DependentObject dependent when kind == ObjectKind.Policy => Policy(context, dependent),
                NamedObject named when kind is ObjectKind.ForeignDataWrapper or ObjectKind.ForeignServer or ObjectKind.Publication => ForeignCommands.Require(context, ClassOf(kind), named.Name.Name),
                NamedObject named when kind == ObjectKind.AccessMethod => AccessMethodCommands.Require(context, named.Name.Name),
                LargeObjectReference large => LargeObject(context, large),
                NamedObject named => Named(context, ClassOf(kind), named.Name),
                _ => throw new SqlException(SqlState.FeatureNotSupported, $"{DropCommand.KindName(kind)} objects are not supported yet"),
            };
        }
        catch (SqlException error) when (missingOk && (error.State == SqlState.UndefinedFunction || error.State == SqlState.UndefinedObject || error.State == SqlState.InvalidSchemaName || error.State == SqlState.UndefinedTable))
        {
            string text = error.Message;
            if (text.StartsWith("operator does not exist: ", StringComparison.Ordinal))
                text = "operator " + ((OperatorObject)reference).Name.Name + " does not exist";
            if (text.StartsWith("collation ", StringComparison.Ordinal))
                text = text.Replace(" for encoding \"UTF8\"", "", StringComparison.Ordinal);
            context.Notice(text + ", skipping");
            return null;
        }
    }

    private static uint ClassOf(ObjectKind kind) => kind switch
    {
        ObjectKind.Conversion => CatalogOids.PgConversion,
        ObjectKind.Collation => CatalogOids.PgCollation,
        ObjectKind.Statistics => CatalogOids.PgStatisticExt,
        ObjectKind.ForeignDataWrapper => CatalogOids.PgForeignDataWrapper,
        ObjectKind.ForeignServer => CatalogOids.PgForeignServer,
        ObjectKind.Publication => CatalogOids.PgPublication,
        ObjectKind.TextSearchConfiguration or ObjectKind.TextSearchDictionary or ObjectKind.TextSearchParser or ObjectKind.TextSearchTemplate => TextSearchCommands.ClassOf(kind),
        _ => throw new SqlException(SqlState.FeatureNotSupported, $"{DropCommand.KindName(kind)} objects are not supported yet"),
    };

    /// <summary>A user's routine by name and argument types (null: by name alone). Throws 42883, 42725, 42809.</summary>
    public static RoutineInfo Routine(DdlContext context, ObjectKind kind, QualifiedName name, SyntaxList<FunctionParameter>? arguments)
    {
        (RoutineInfo? routine, FunctionInfo function) = AnyRoutine(context, kind, name, arguments);
        return routine ?? throw new SqlException(SqlState.DependentObjectsStillExist,
            $"cannot drop function {BuiltinFunctions.Signature(function).Replace(", ", ",", StringComparison.Ordinal)} because it is required by the database system");
    }

    /// <summary>A routine, built-in ones too: the entry is null for these.</summary>
    public static (RoutineInfo? Routine, FunctionInfo Function) AnyRoutine(DdlContext context, ObjectKind kind, QualifiedName name, SyntaxList<FunctionParameter>? arguments)
    {
        IReadOnlyList<FunctionInfo> known = Binding.RoutineLookup.Find(context.View, context.Session.SearchPath, name.Schema, name.Name, -1);
        string word = kind switch { ObjectKind.Procedure => "procedure", ObjectKind.Aggregate => "aggregate", ObjectKind.Routine => "routine", _ => "function" };
        if (arguments is not { } given)
        {
            FunctionInfo[] fitting = kind == ObjectKind.Routine ? [.. known] : [.. known.Where(f => Fits(kind, f))];
            if (fitting.Length == 0)
                throw known.Count == 0
                    ? new SqlException(SqlState.UndefinedFunction, $"could not find a {word} named \"{name}\"")
                    : WrongKind(kind, name.ToString());
            if (fitting.Length > 1)
                throw new SqlException(SqlState.AmbiguousFunction, $"{word} name \"{name}\" is not unique") { Hint = $"Specify the argument list to select the {word} unambiguously." };
            return (fitting[0].Routine, fitting[0]);
        }

        FunctionParameter[] parameters = given.AsSpan().ToArray();
        uint[] inputs = [.. parameters.Where(static p => p.Mode is not (ParameterMode.Out or ParameterMode.Table)).Select(p => context.ResolveType(p.Type with { IsSetOf = false }).Oid)];
        FunctionInfo? found = known.FirstOrDefault(f => f.ArgumentTypes.AsSpan().SequenceEqual(inputs) && (kind == ObjectKind.Routine || Fits(kind, f)));
        if (found is null && kind is ObjectKind.Procedure or ObjectKind.Routine)
        {
            // A procedure may be named by all its parameters, output ones too.
            uint[] all = [.. parameters.Select(p => context.ResolveType(p.Type).Oid)];
            found = known.FirstOrDefault(f => f.Routine is { Kind: FunctionKind.Procedure } r && r.Parameters.Select(static p => p.TypeOid).SequenceEqual(all));
        }

        found ??= known.FirstOrDefault(f => f.ArgumentTypes.AsSpan().SequenceEqual(inputs));
        string signature = $"{name}({string.Join(", ", parameters.Where(static p => p.Mode != ParameterMode.Out).Select(p => TypeNames.Format(context.ResolveType(p.Type with { IsSetOf = false }))))})";
        if (found is null)
            throw new SqlException(SqlState.UndefinedFunction, kind == ObjectKind.Aggregate && parameters.Length == 0
                ? $"aggregate {name}(*) does not exist" : $"{word} {signature} does not exist");
        if (kind != ObjectKind.Routine && !Fits(kind, found))
            throw WrongKind(kind, kind == ObjectKind.Aggregate ? "function " + signature : signature);
        return (found.Routine, found);
    }

    private static bool Fits(ObjectKind kind, FunctionInfo function) => kind switch
    {
        ObjectKind.Procedure => function.Kind == FunctionKind.Procedure,
        ObjectKind.Aggregate => function.Kind == FunctionKind.Aggregate,
        _ => function.Kind is FunctionKind.Function or FunctionKind.Window or FunctionKind.Aggregate,
    };

    private static SqlException WrongKind(ObjectKind kind, string name) => new(SqlState.WrongObjectType, kind switch
    {
        ObjectKind.Procedure => $"{name} is not a procedure",
        ObjectKind.Aggregate => $"{name} is not an aggregate",
        _ => $"{name} is not a function",
    });

    private static CatalogObject Operator(DdlContext context, OperatorObject op)
    {
        uint left = op.Left is null ? 0 : context.ResolveType(op.Left).Oid, right = op.Right is null ? 0 : context.ResolveType(op.Right).Oid;
        if (op.Right is null)
            throw new SqlException(SqlState.SyntaxError, "postfix operators are not supported");
        foreach (uint schema in Schemas(context, op.Name.Schema))
            foreach (CatalogObject candidate in context.View.ObjectsOf(CatalogOids.PgOperator))
                if (candidate.SchemaOid == schema && candidate.Name == op.Name.Name && candidate.OidAt(7) == left && candidate.OidAt(8) == right)
                    return candidate;
        string description = op.Left is null
            ? $"{op.Name.Name} {TypeNames.Format(context.ResolveType(op.Right))}"
            : $"{TypeNames.Format(context.ResolveType(op.Left))} {op.Name.Name} {TypeNames.Format(context.ResolveType(op.Right))}";
        if (BuiltinRegistry.Operator(op.Name.Name, left, right) is not null)
            throw new SqlException(SqlState.DependentObjectsStillExist, $"cannot drop operator {op.Name.Name}({OperatorCommands.OperandName(context, left)},{OperatorCommands.OperandName(context, right)}) because it is required by the database system");
        throw new SqlException(SqlState.UndefinedFunction, "operator does not exist: " + description);
    }

    private static CatalogObject Cast(DdlContext context, CastObject cast)
    {
        SqlType source = context.ResolveType(cast.Source), target = context.ResolveType(cast.Target);
        foreach (CatalogObject candidate in context.View.ObjectsOf(CatalogOids.PgCast))
            if (candidate.OidAt(1) == source.Oid && candidate.OidAt(2) == target.Oid)
                return candidate;
        if (BuiltinRegistry.Cast(source.Oid, target.Oid) is not null)
            throw new SqlException(SqlState.DependentObjectsStillExist, $"cannot drop cast from {TypeNames.Format(source)} to {TypeNames.Format(target)} because it is required by the database system");
        throw new SqlException(SqlState.UndefinedObject, $"cast from type {TypeNames.Format(source)} to type {TypeNames.Format(target)} does not exist");
    }

    private static CatalogObject OperatorClass(DdlContext context, ObjectKind kind, OperatorClassObject reference)
    {
        uint method = AccessMethod(reference.AccessMethod);
        bool isClass = kind == ObjectKind.OperatorClass;
        foreach (uint schema in Schemas(context, reference.Name.Schema))
            foreach (CatalogObject candidate in context.View.ObjectsOf(isClass ? CatalogOids.PgOpClass : CatalogOids.PgOpFamily))
                if (candidate.SchemaOid == schema && candidate.Name == reference.Name.Name && candidate.OidAt(1) == method)
                    return candidate;
        throw new SqlException(SqlState.UndefinedObject, $"operator {(isClass ? "class" : "family")} \"{reference.Name}\" does not exist for access method \"{reference.AccessMethod}\"");
    }

    private static CatalogObject LargeObject(DdlContext context, LargeObjectReference reference)
    {
        string text = reference.Oid switch
        {
            IntegerLiteral number => number.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
            NumericLiteral number => number.Text,
            _ => "",
        };
        if (!uint.TryParse(text, out uint oid))
            throw new SqlException(SqlState.InvalidTextRepresentation, $"invalid input syntax for type oid: \"{text}\"");
        return context.View.FindObject(CatalogOids.PgLargeObjectMetadata, oid) ?? throw new SqlException(SqlState.UndefinedObject, $"large object {oid} does not exist");
    }

    /// <summary>OID of an operator family of an access method, built-in ones too. Throws 42704.</summary>
    public static uint FamilyOid(DdlContext context, QualifiedName name, string accessMethod)
    {
        uint method = AccessMethod(accessMethod);
        uint[] schemas = Schemas(context, name.Schema);
        foreach (CatalogObject candidate in context.View.ObjectsOf(CatalogOids.PgOpFamily))
            if (candidate.Name == name.Name && candidate.OidAt(1) == method && Array.IndexOf(schemas, candidate.SchemaOid) >= 0)
                return candidate.Oid;
        CatalogTable families = CatalogTable.Open("pg_opfamily");
        int oid = families.ColumnIndex("oid"), methodColumn = families.ColumnIndex("opfmethod"), nameColumn = families.ColumnIndex("opfname");
        for (int i = 0; i < families.RowCount && name.Schema is null or "pg_catalog"; i++)
            if (families[i].Oid(methodColumn) == method && families[i].Text(nameColumn) == name.Name)
                return families[i].Oid(oid);
        throw new SqlException(SqlState.UndefinedObject, $"operator family \"{name}\" does not exist for access method \"{accessMethod}\"");
    }

    /// <summary>OID of an access method. Throws 42704.</summary>
    public static uint AccessMethod(string name) => BuiltinNames.Find("pg_am", "amname", name)
        ?? throw new SqlException(SqlState.UndefinedObject, $"access method \"{name}\" does not exist");

    private static CatalogObject Policy(DdlContext context, DependentObject reference)
    {
        RelationInfo table = context.Require(new RelationName(null, reference.Owner.Schema, reference.Owner.Name, reference.Position), Transactions.RelationLockMode.AccessExclusive);
        foreach (CatalogObject candidate in context.View.ObjectsOf(CatalogOids.PgPolicy))
            if (candidate.OidAt(2) == table.Oid && candidate.Name == reference.Name)
                return candidate;
        throw new SqlException(SqlState.UndefinedObject, $"policy \"{reference.Name}\" for table \"{table.Name}\" does not exist");
    }

    /// <summary>An object of a catalog by name. Throws 42704.</summary>
    public static CatalogObject Named(DdlContext context, uint classOid, QualifiedName name)
    {
        foreach (uint schema in Schemas(context, name.Schema))
            foreach (CatalogObject candidate in context.View.ObjectsOf(classOid))
                if (candidate.SchemaOid == schema && candidate.Name == name.Name)
                    return candidate;
        string word = CatalogObjectShapes.Of(classOid).Word;
        throw new SqlException(SqlState.UndefinedObject, classOid == CatalogOids.PgCollation
            ? $"collation \"{name}\" for encoding \"UTF8\" does not exist" : $"{word} \"{name}\" does not exist");
    }

    private static uint[] Schemas(DdlContext context, string? schema) => schema is null ? context.Session.SearchPath.Schemas : [context.RequireSchema(schema).Oid];
}
