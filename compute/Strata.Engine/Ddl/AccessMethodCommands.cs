using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE ACCESS METHOD and the table access methods that statements name. There is one way to keep tables, so one of a user is another name for it.</summary>
internal static class AccessMethodCommands
{
    private const int TypeColumn = 3;

    public static void Create(DdlContext context, CreateAccessMethodStatement statement)
    {
        if (!context.Session.IsSuperuser)
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied to create access method \"{statement.Name}\"") { Hint = "Must be superuser to create an access method." };
        if (Find(context, statement.Name) is not null)
            throw new SqlException(SqlState.DuplicateObject, $"access method \"{statement.Name}\" already exists");
        IReadOnlyList<FunctionInfo> known = Binding.RoutineLookup.Find(context.View, context.Session.SearchPath, statement.Handler.Schema, statement.Handler.Name, -1);
        FunctionInfo handler = known.FirstOrDefault(static f => f.ArgumentTypes is [TypeOid.Internal]) ??
            throw new SqlException(SqlState.UndefinedFunction, $"function {statement.Handler}(internal) does not exist");
        uint expected = statement.IsIndex ? TypeOid.IndexAmHandler : TypeOid.TableAmHandler;
        if (handler.ReturnType != expected)
            throw new SqlException(SqlState.WrongObjectType, $"function {statement.Handler.Name} must return type {(statement.IsIndex ? "index_am_handler" : "table_am_handler")}");
        context.Changes.Create(CatalogObjectShapes.Make(CatalogOids.PgAm, [context.NewOid(), statement.Name, handler.Oid, statement.IsIndex ? 'i' : 't'], []), context.Cancellation);
    }

    /// <summary>An access method by name, built-in ones too; null if there is none.</summary>
    public static CatalogObject? Find(DdlContext context, string name) => Find(context.View, name);

    /// <summary>The same, without a command.</summary>
    public static CatalogObject? Find(CatalogView view, string name)
    {
        foreach (CatalogObject candidate in view.ObjectsOf(CatalogOids.PgAm))
            if (candidate.Name == name)
                return candidate;
        return BuiltinNames.Find("pg_am", "amname", name) is { } oid
            ? CatalogObjectShapes.Make(CatalogOids.PgAm, [oid, name, 0L, oid == CatalogOids.HeapAccessMethod ? 't' : 'i'], [])
            : null;
    }

    /// <summary>A user's access method, for DROP and COMMENT. Throws 42704.</summary>
    public static CatalogObject Require(DdlContext context, string name) => Find(context, name) switch
    {
        null => throw new SqlException(SqlState.UndefinedObject, $"access method \"{name}\" does not exist"),
        { Oid: < CatalogOids.FirstUser } => throw new SqlException(SqlState.DependentObjectsStillExist, $"cannot drop access method {name} because it is required by the database system"),
        var found => found,
    };

    /// <summary>The OID of the access method of a new table: a statement's, or what <c>default_table_access_method</c> says. Throws 42704, 42809.</summary>
    public static uint OfTable(DdlContext context, string? name)
    {
        name ??= context.Session.Settings["default_table_access_method"];
        CatalogObject method = Find(context, name) ?? throw new SqlException(SqlState.UndefinedObject, $"access method \"{name}\" does not exist");
        return (char)method.Number(TypeColumn) == 't'
            ? method.Oid
            : throw new SqlException(SqlState.WrongObjectType, $"access method \"{name}\" is not of type TABLE");
    }

    /// <summary>What a table that is kept by a user's access method depends on.</summary>
    public static Dependency[] DependenciesOf(uint tableOid, uint method) => method < CatalogOids.FirstUser
        ? []
        : [new Dependency(new ObjectAddress(CatalogOids.PgClass, tableOid), new ObjectAddress(CatalogOids.PgAm, method), DependencyKind.Normal)];

    /// <summary>ALTER TABLE … SET ACCESS METHOD: the rows stay as they are.</summary>
    public static RelationInfo Change(DdlContext context, RelationInfo table, string name)
    {
        if (table.Kind is not (RelationKind.Table or RelationKind.MaterializedView))
            throw new SqlException(SqlState.WrongObjectType, table.Kind == RelationKind.PartitionedTable
                ? "cannot change access method of a partitioned table" : $"ALTER action SET ACCESS METHOD cannot be performed on relation \"{table.Name}\"");
        uint method = OfTable(context, name);
        Dependency[] kept = [.. table.Dependencies.Where(static d => d.Referenced.ClassOid != CatalogOids.PgAm)];
        return method == table.AccessMethodOid ? table : context.Replace(table, table with { AccessMethodOid = method, Dependencies = [.. kept, .. DependenciesOf(table.Oid, method)] });
    }
}
