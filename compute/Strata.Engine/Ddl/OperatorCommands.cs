using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE and ALTER OPERATOR.</summary>
internal static class OperatorCommands
{
    private const int Code = 12, Commutator = 10, Negator = 11;

    /// <summary>An operand's type as messages write it: none for a missing one.</summary>
    public static string OperandName(DdlContext context, uint type) => type == 0 ? "none" : context.Session.Catalog.ObjectName(TypeOid.RegType, type) ?? "none";

    public static void Create(DdlContext context, DefineStatement statement)
    {
        SchemaInfo schema = context.CreationSchema(statement.Name.Schema, statement.Name.Position);
        uint left = 0, right = 0;
        bool hasRight = false, hasLeft = false, canMerge = false, canHash = false;
        QualifiedName? function = null, restrict = null, join = null;
        OperatorName? commutator = null, negator = null;
        foreach (DefinitionElement option in statement.Definition)
        {
            switch (option.Name)
            {
                case "leftarg":
                    left = Operand(context, option);
                    hasLeft = true;
                    break;
                case "rightarg":
                    right = Operand(context, option);
                    hasRight = true;
                    break;
                case "function" or "procedure":
                    function = DefinitionValues.Name(option);
                    break;
                case "commutator":
                    commutator = Operator(option);
                    break;
                case "negator":
                    negator = Operator(option);
                    break;
                case "restrict":
                    restrict = DefinitionValues.Name(option);
                    break;
                case "join":
                    join = DefinitionValues.Name(option);
                    break;
                case "hashes":
                    canHash = DefinitionValues.Flag(option);
                    break;
                case "merges" or "sort1" or "sort2" or "ltcmp" or "gtcmp":
                    canMerge = option.Name != "merges" || DefinitionValues.Flag(option);
                    break;
                default:
                    context.Session.Notice($"operator attribute \"{option.Name}\" not recognized", "WARNING", "42601");
                    break;
            }
        }

        if (function is null)
            throw new SqlException(SqlState.InvalidFunctionDefinition, "operator function must be specified");
        if (!hasLeft && !hasRight)
            throw new SqlException(SqlState.InvalidFunctionDefinition, "operator argument types must be specified");
        if (!hasRight)
            throw new SqlException(SqlState.InvalidFunctionDefinition, "operator right argument type must be specified") { Detail = "Postfix operators are not supported." };
        FunctionInfo code = left == 0 ? FunctionFinder.Require(context, function, right) : FunctionFinder.Require(context, function, left, right);
        if (code.Routine is { } routine)
            context.Permissions.CheckExecute(routine);
        uint restrictOid = restrict is null ? 0 : Estimator(context, restrict, isJoin: false), joinOid = join is null ? 0 : Estimator(context, join, isJoin: true);
        CheckAttributes(left, code.ReturnType, commutator, negator, restrict, join, canHash, canMerge);
        context.LockName(schema.Oid, statement.Name.Name);
        CatalogObject? known = FindShell(context, schema.Oid, statement.Name.Name, left, right);
        if ((known is not null && known.OidAt(Code) != 0) || (schema.Oid == CatalogOids.CatalogSchema && BuiltinRegistry.Operator(statement.Name.Name, left, right) is not null))
            throw new SqlException(SqlState.DuplicateFunction, $"operator {statement.Name.Name} already exists");
        uint oid = known?.Oid ?? context.NewOid();
        uint commutatorOid = Partner(context, commutator, right, left, oid, statement.Name.Name, schema, left, right, isNegator: false);
        uint negatorOid = Partner(context, negator, left, right, oid, statement.Name.Name, schema, left, right, isNegator: true);
        var address = new ObjectAddress(CatalogOids.PgOperator, oid);
        CatalogObject made = CatalogObjectShapes.Make(
            CatalogOids.PgOperator,
            [
                oid, statement.Name.Name, schema.Oid, context.CurrentUser, left == 0 ? 'l' : 'b', canMerge, canHash, left, right, code.ReturnType,
                commutatorOid, negatorOid, code.Oid, restrictOid, joinOid,
            ],
            [.. FunctionFinder.DependenciesOn(address, [code.Oid, restrictOid, joinOid], [left, right, code.ReturnType])]);
        if (known is null)
            context.Changes.Create(made, context.Cancellation);
        else
            context.Changes.Replace(known, made, context.Cancellation);
        LinkBack(context, oid, commutatorOid, Commutator);
        LinkBack(context, oid, negatorOid, Negator);
    }

    private static uint Operand(DdlContext context, DefinitionElement option)
    {
        TypeName name = DefinitionValues.Type(option);
        if (name.IsSetOf)
            throw new SqlException(SqlState.InvalidFunctionDefinition, "SETOF type not allowed for operator argument");
        if (option.Value is StringLiteral { Value: "none" })
            return 0;
        SqlType type = DefinitionValues.ResolveType(context, option);
        return type.Oid;
    }

    private static OperatorName Operator(DefinitionElement option) => option.Value switch
    {
        OperatorName op => op,
        StringLiteral text => new OperatorName([text.Value], false, text.Position),
        _ => new OperatorName(DefinitionValues.Name(option).Parts, false, option.Position),
    };

    private static void CheckAttributes(
        uint left, uint result, OperatorName? commutator, OperatorName? negator, QualifiedName? restrict, QualifiedName? join, bool canHash, bool canMerge)
    {
        if (left == 0)
        {
            Refuse(commutator is not null, "only binary operators can have commutators");
            Refuse(join is not null, "only binary operators can have join selectivity");
            Refuse(canMerge, "only binary operators can merge join");
            Refuse(canHash, "only binary operators can hash");
        }

        if (result != TypeOid.Boolean)
        {
            Refuse(negator is not null, "only boolean operators can have negators");
            Refuse(restrict is not null, "only boolean operators can have restriction selectivity");
            Refuse(join is not null, "only boolean operators can have join selectivity");
            Refuse(canMerge, "only boolean operators can merge join");
            Refuse(canHash, "only boolean operators can hash");
        }
    }

    private static void Refuse(bool condition, string message)
    {
        if (condition)
            throw new SqlException(SqlState.InvalidFunctionDefinition, message);
    }

    private static uint Estimator(DdlContext context, QualifiedName name, bool isJoin)
    {
        FunctionInfo? found = isJoin
            ? FunctionFinder.Find(context, name, TypeOid.Internal, TypeOid.Oid, TypeOid.Internal, TypeOid.Int2, TypeOid.Internal)
                ?? FunctionFinder.Find(context, name, TypeOid.Internal, TypeOid.Oid, TypeOid.Internal, TypeOid.Int2)
            : FunctionFinder.Find(context, name, TypeOid.Internal, TypeOid.Oid, TypeOid.Internal, TypeOid.Int4);
        if (found is null)
            throw new SqlException(SqlState.UndefinedFunction, isJoin
                ? $"function {name}(internal, oid, internal, smallint, internal) does not exist" : $"function {name}(internal, oid, internal, integer) does not exist");
        if (found.ReturnType != TypeOid.Float8)
            throw new SqlException(SqlState.InvalidObjectDefinition, $"{(isJoin ? "join" : "restriction")} estimator function {name} must return type double precision");
        return found.Oid;
    }

    private static CatalogObject? FindShell(DdlContext context, uint schemaOid, string name, uint left, uint right)
    {
        foreach (CatalogObject candidate in context.View.ObjectsOf(CatalogOids.PgOperator))
            if (candidate.SchemaOid == schemaOid && candidate.Name == name && candidate.OidAt(7) == left && candidate.OidAt(8) == right)
                return candidate;
        return null;
    }

    // The commutator or negator: an operator that exists, this one itself, or a shell that is filled later.
    private static uint Partner(
        DdlContext context, OperatorName? partner, uint left, uint right, uint self, string ownName, SchemaInfo ownSchema, uint ownLeft, uint ownRight, bool isNegator)
    {
        if (partner is null)
            return 0;
        SchemaInfo schema = partner.Schema is { } given ? context.RequireSchema(given) : ownSchema;
        if (partner.Name == ownName && schema.Oid == ownSchema.Oid && left == ownLeft && right == ownRight)
            return isNegator ? throw new SqlException(SqlState.InvalidFunctionDefinition, "operator cannot be its own negator") : self;
        if (partner.Schema is null or "pg_catalog" && BuiltinRegistry.Operator(partner.Name, left, right) is { } builtin)
            return builtin.Oid;
        foreach (uint oid in partner.Schema is null ? context.Session.SearchPath.Schemas : [schema.Oid])
            if (FindShell(context, oid, partner.Name, left, right) is { } known)
                return known.Oid;
        uint shell = context.NewOid();
        context.Changes.Create(CatalogObjectShapes.Make(
            CatalogOids.PgOperator,
            [shell, partner.Name, schema.Oid, context.CurrentUser, left == 0 ? 'l' : 'b', false, false, left, right, 0L, 0L, 0L, 0L, 0L, 0L], []), context.Cancellation);
        return shell;
    }

    private static void LinkBack(DdlContext context, uint self, uint partner, int column)
    {
        if (partner != self && context.View.FindObject(CatalogOids.PgOperator, partner) is { } other && other.OidAt(column) == 0)
            context.Changes.Replace(other, other.With((column, self)), context.Cancellation);
    }

    public static void Alter(DdlContext context, AlterOperatorStatement statement)
    {
        var op = (CatalogObject)ObjectFinder.Find(context, ObjectKind.Operator, statement.Operator, missingOk: false)!;
        ObjectFinder.CheckOwner(context, op);
        CatalogObject changed = op;
        foreach (DefinitionElement option in statement.Options)
        {
            bool isNone = option.Value is null or StringLiteral { Value: "none" };
            switch (option.Name)
            {
                case "restrict":
                    changed = changed.With((13, isNone ? 0L : Estimator(context, DefinitionValues.Name(option), isJoin: false)));
                    break;
                case "join":
                    changed = changed.With((14, isNone ? 0L : Estimator(context, DefinitionValues.Name(option), isJoin: true)));
                    break;
                case "leftarg" or "rightarg" or "function" or "procedure" or "commutator" or "negator" or "hashes" or "merges":
                    throw new SqlException(SqlState.SyntaxError, $"operator attribute \"{option.Name}\" cannot be changed");
                default:
                    throw new SqlException(SqlState.SyntaxError, $"operator attribute \"{option.Name}\" not recognized");
            }
        }

        if (op.OidAt(7) == 0 && changed.OidAt(14) != 0)
            throw new SqlException(SqlState.InvalidFunctionDefinition, "only binary operators can have join selectivity");
        if (op.OidAt(9) != TypeOid.Boolean && changed.OidAt(13) != 0)
            throw new SqlException(SqlState.InvalidFunctionDefinition, "only boolean operators can have restriction selectivity");
        IEnumerable<Dependency> dependencies = FunctionFinder.DependenciesOn(op.Address, [changed.OidAt(Code), changed.OidAt(13), changed.OidAt(14)], [op.OidAt(7), op.OidAt(8), op.OidAt(9)]);
        context.Changes.Replace(op, changed with { Dependencies = [.. dependencies] }, context.Cancellation);
    }
}
