using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE OPERATOR CLASS and FAMILY, ALTER OPERATOR FAMILY: entries of the catalog.</summary>
internal static class OperatorClassCommands
{
    public static void Execute(DdlContext context, Statement statement)
    {
        if (!context.Session.IsSuperuser)
            throw new SqlException(SqlState.InsufficientPrivilege, statement is CreateOperatorClassStatement
                ? "must be superuser to create an operator class" : statement is CreateOperatorFamilyStatement
                    ? "must be superuser to create an operator family" : "must be superuser to alter an operator family");
        switch (statement)
        {
            case CreateOperatorFamilyStatement family:
                CreateFamily(context, family.Name, ObjectFinder.AccessMethod(family.AccessMethod), family.AccessMethod);
                break;
            case CreateOperatorClassStatement create:
                CreateClass(context, create);
                break;
            case AlterOperatorFamilyStatement alter:
                Alter(context, alter);
                break;
        }
    }

    private static CatalogObject CreateFamily(DdlContext context, QualifiedName name, uint method, string methodName)
    {
        SchemaInfo schema = context.CreationSchema(name.Schema, name.Position);
        context.LockName(schema.Oid, name.Name);
        if (Find(context, CatalogOids.PgOpFamily, schema.Oid, name.Name, method) is not null)
            throw new SqlException(SqlState.DuplicateObject, $"operator family \"{name.Name}\" for access method \"{methodName}\" already exists");
        CatalogObject family = CatalogObjectShapes.Make(CatalogOids.PgOpFamily, [context.NewOid(), method, name.Name, schema.Oid, context.CurrentUser], []);
        context.Changes.Create(family, context.Cancellation);
        return family;
    }

    private static CatalogObject? Find(DdlContext context, uint classOid, uint schemaOid, string name, uint method)
    {
        foreach (CatalogObject candidate in context.View.ObjectsOf(classOid))
            if (candidate.SchemaOid == schemaOid && candidate.Name == name && candidate.OidAt(1) == method)
                return candidate;
        return null;
    }

    private static void CreateClass(DdlContext context, CreateOperatorClassStatement create)
    {
        SchemaInfo schema = context.CreationSchema(create.Name.Schema, create.Name.Position);
        uint method = ObjectFinder.AccessMethod(create.AccessMethod);
        SqlType type = context.ResolveType(create.Type);
        context.LockName(schema.Oid, create.Name.Name);
        if (Find(context, CatalogOids.PgOpClass, schema.Oid, create.Name.Name, method) is not null)
            throw new SqlException(SqlState.DuplicateObject, $"operator class \"{create.Name.Name}\" for access method \"{create.AccessMethod}\" already exists");
        uint family = create.Family is { } given
            ? ((CatalogObject)ObjectFinder.Find(context, ObjectKind.OperatorFamily, new OperatorClassObject(given, create.AccessMethod, given.Position), false)!).Oid
            : (Find(context, CatalogOids.PgOpFamily, schema.Oid, create.Name.Name, method) ?? CreateFamily(context, create.Name, method, create.AccessMethod)).Oid;
        uint storage = 0;
        foreach (OperatorClassItem item in create.Items)
            if (item.Kind == OperatorClassItemKind.Storage)
                storage = context.ResolveType(item.StorageType!).Oid;
        if (storage == type.Oid)
            storage = 0;
        uint oid = context.NewOid();
        var self = new ObjectAddress(CatalogOids.PgOpClass, oid);
        context.Changes.Create(CatalogObjectShapes.Make(
            CatalogOids.PgOpClass, [oid, method, create.Name.Name, schema.Oid, context.CurrentUser, family, type.Oid, create.IsDefault, storage],
            [
                new Dependency(self, new ObjectAddress(CatalogOids.PgOpFamily, family), DependencyKind.Auto),
                .. FunctionFinder.DependenciesOn(self, [], [type.Oid, storage]),
            ]), context.Cancellation);
        foreach (OperatorClassItem item in create.Items)
            AddItem(context, item, family, method, type.Oid, oid);
    }

    private static void AddItem(DdlContext context, OperatorClassItem item, uint family, uint method, uint defaultType, uint classOid)
    {
        switch (item.Kind)
        {
            case OperatorClassItemKind.Operator:
                AddOperator(context, item, family, method, defaultType, classOid);
                break;
            case OperatorClassItemKind.Function:
                AddFunction(context, item, family, method, defaultType, classOid);
                break;
        }
    }

    private static void AddOperator(DdlContext context, OperatorClassItem item, uint family, uint method, uint defaultType, uint classOid)
    {
        OperatorObject reference = item.Operator!;
        uint left = reference.Left is null ? defaultType : context.ResolveType(reference.Left).Oid, right = reference.Right is null ? defaultType : context.ResolveType(reference.Right).Oid;
        if (left == 0)
            throw new SqlException(SqlState.SyntaxError, "operator argument types must be specified in ALTER OPERATOR FAMILY");
        string name = reference.Name.Schema is null or "pg_catalog" ? reference.Name.Name : $"{reference.Name.Schema}.{reference.Name.Name}";
        OperatorInfo op = new TypeCoercion(context.Session.Catalog).Operator(name, left, right)
            ?? throw new SqlException(SqlState.UndefinedFunction, $"operator does not exist: {TypeNames.Format(context.Session.Catalog.FindType(left)!)} {reference.Name.Name} {TypeNames.Format(context.Session.Catalog.FindType(right)!)}");
        if (method == CatalogOids.BTreeAccessMethod && item.Number is < 1 or > 5 && method == CatalogOids.BTreeAccessMethod)
            throw new SqlException(SqlState.InvalidObjectDefinition, $"invalid operator number {item.Number}, must be between 1 and 5");
        if (item.OrderFamily is not null && method is not (CatalogOids.GistAccessMethod or CatalogOids.SpGistAccessMethod))
            throw new SqlException(SqlState.InvalidObjectDefinition, $"access method \"{BuiltinNames.NameOf("pg_am", "amname", method)}\" does not support ordering operators");
        if (item.OrderFamily is null && op.ResultType != TypeOid.Boolean)
            throw new SqlException(SqlState.InvalidObjectDefinition, "index search operators must return boolean");
        uint sortFamily = item.OrderFamily is { } order ? ObjectFinder.FamilyOid(context, order, "btree") : 0;
        foreach (CatalogObject known in context.View.ObjectsOf(CatalogOids.PgAmOp))
            if (known.OidAt(1) == family && known.OidAt(2) == left && known.OidAt(3) == right && known.Number(4) == item.Number)
                throw new SqlException(SqlState.DuplicateObject, $"operator {item.Number}({OperatorCommands.OperandName(context, left)},{OperatorCommands.OperandName(context, right)}) already exists in operator family \"{context.View.FindObject(CatalogOids.PgOpFamily, family)?.Name}\"");
        uint oid = context.NewOid();
        context.Changes.Create(CatalogObjectShapes.Make(
            CatalogOids.PgAmOp, [oid, family, left, right, (long)item.Number, item.OrderFamily is null ? 's' : 'o', op.Oid, method, sortFamily],
            Members(
                new ObjectAddress(CatalogOids.PgAmOp, oid), OperatorFamilyMembers.Find(context, method, isFunction: false, item.Number, left, right, family, classOid, defaultType),
                new ObjectAddress(CatalogOids.PgOperator, op.Oid), new ObjectAddress(CatalogOids.PgOpFamily, sortFamily))), context.Cancellation);
    }

    private static void AddFunction(DdlContext context, OperatorClassItem item, uint family, uint method, uint defaultType, uint classOid)
    {
        FunctionObject reference = item.Function!;
        (RoutineInfo? _, FunctionInfo function) = ObjectFinder.AnyRoutine(context, ObjectKind.Function, reference.Name, reference.HasArguments ? reference.Arguments : null);
        // A comparison says by itself what it compares; support functions of other kinds are for the class's type.
        bool comparesTwo = item.Number == 1 && method is CatalogOids.BTreeAccessMethod or CatalogOids.HashAccessMethod && function.ArgumentTypes.Length > 1 && function.ArgumentTypes[0] != TypeOid.Internal;
        uint left = item.Types.Count > 0 ? context.ResolveType(item.Types[0]).Oid : comparesTwo ? function.ArgumentTypes[0] : defaultType;
        uint right = item.Types.Count > 1 ? context.ResolveType(item.Types[1]).Oid : item.Types.Count == 1 ? left : comparesTwo ? function.ArgumentTypes[1] : defaultType;
        if (left == 0)
            (left, right) = function.ArgumentTypes.Length > 0 ? (function.ArgumentTypes[0], function.ArgumentTypes[^1]) : (0u, 0u);
        uint oid = context.NewOid();
        context.Changes.Create(CatalogObjectShapes.Make(
            CatalogOids.PgAmProc, [oid, family, left, right, (long)item.Number, function.Oid],
            Members(
                new ObjectAddress(CatalogOids.PgAmProc, oid), OperatorFamilyMembers.Find(context, method, isFunction: true, item.Number, left, right, family, classOid, defaultType),
                new ObjectAddress(CatalogOids.PgProc, function.Oid))), context.Cancellation);
    }

    private static Dependency[] Members(ObjectAddress self, OperatorFamilyMembers.Place place, params ObjectAddress[] used) =>
    [
        new Dependency(self, place.Owner, place.OwnerKind),
        .. used.Where(static other => other.ObjectOid >= CatalogOids.FirstUser).Select(other => new Dependency(self, other, place.OtherKind)),
    ];

    private static void Alter(DdlContext context, AlterOperatorFamilyStatement alter)
    {
        var family = (CatalogObject)ObjectFinder.Find(context, ObjectKind.OperatorFamily, new OperatorClassObject(alter.Name, alter.AccessMethod, alter.Position), false)!;
        foreach (OperatorClassItem item in alter.Items)
        {
            if (item.Kind == OperatorClassItemKind.Storage)
                throw new SqlException(SqlState.SyntaxError, "STORAGE cannot be specified in ALTER OPERATOR FAMILY");
            if (alter.IsDrop)
                DropItem(context, item, family);
            else
                AddItem(context, item, family.Oid, family.OidAt(1), 0, 0);
        }
    }

    private static void DropItem(DdlContext context, OperatorClassItem item, CatalogObject family)
    {
        uint left = item.Types.Count > 0 ? context.ResolveType(item.Types[0]).Oid : 0, right = item.Types.Count > 1 ? context.ResolveType(item.Types[1]).Oid : left;
        bool isOperator = item.Kind == OperatorClassItemKind.Operator;
        foreach (CatalogObject known in context.View.ObjectsOf(isOperator ? CatalogOids.PgAmOp : CatalogOids.PgAmProc))
            if (known.OidAt(1) == family.Oid && known.OidAt(2) == left && known.OidAt(3) == right && known.Number(4) == item.Number)
            {
                context.Changes.Drop(known, context.Cancellation);
                return;
            }

        throw new SqlException(SqlState.UndefinedObject, $"{(isOperator ? "operator" : "function")} {item.Number}({OperatorCommands.OperandName(context, left)},{OperatorCommands.OperandName(context, right)}) does not exist in operator family \"{family.Name}\"");
    }
}
