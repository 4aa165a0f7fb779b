using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>
/// The built-in functions, operators, casts and aggregates of PostgreSQL 15, read once from the embedded catalog rows.
/// Immutable, thread-safe. What exists here is known to overload resolution; whether it is implemented, <see cref="BuiltinFunctions"/> knows.
/// </summary>
public static class BuiltinRegistry
{
    private static readonly Dictionary<uint, FunctionInfo> s_functions = [];
    private static readonly Dictionary<string, List<FunctionInfo>> s_functionsByName = [];
    private static readonly Dictionary<uint, OperatorInfo> s_operators = [];
    private static readonly Dictionary<string, List<OperatorInfo>> s_operatorsByName = [];
    private static readonly Dictionary<(uint, uint), CastInfo> s_casts = [];

    static BuiltinRegistry()
    {
        ReadFunctions(CatalogTable.Open("pg_proc"));
        ReadOperators(CatalogTable.Open("pg_operator"));
        ReadCasts(CatalogTable.Open("pg_cast"));
    }

    /// <summary>All overloads of a name in pg_catalog.</summary>
    public static IReadOnlyList<FunctionInfo> FunctionsByName(string name) =>
        s_functionsByName.TryGetValue(name, out List<FunctionInfo>? list) ? list : [];

    public static FunctionInfo? Function(uint oid) => s_functions.GetValueOrDefault(oid);

    public static IReadOnlyList<OperatorInfo> OperatorsByName(string name) =>
        s_operatorsByName.TryGetValue(name, out List<OperatorInfo>? list) ? list : [];

    public static OperatorInfo? Operator(uint oid) => s_operators.GetValueOrDefault(oid);

    /// <summary>The operator of exactly these types (0 for none), or null.</summary>
    public static OperatorInfo? Operator(string name, uint left, uint right)
    {
        foreach (OperatorInfo op in OperatorsByName(name))
        {
            if (op.LeftType == left && op.RightType == right)
                return op;
        }

        return null;
    }

    /// <summary>The pg_cast row, or null.</summary>
    public static CastInfo? Cast(uint source, uint target) => s_casts.GetValueOrDefault((source, target));

    public static IReadOnlyCollection<FunctionInfo> Functions => s_functions.Values;

    private static void ReadFunctions(CatalogTable table)
    {
        int Column(string name) => table.ColumnIndex(name);
        int oid = Column("oid"), name = Column("proname"), language = Column("prolang"), cost = Column("procost");
        int rows = Column("prorows"), variadic = Column("provariadic"), kind = Column("prokind"), strict = Column("proisstrict"), leakproof = Column("proleakproof");
        int set = Column("proretset"), volatility = Column("provolatile"), defaults = Column("pronargdefaults");
        int result = Column("prorettype"), arguments = Column("proargtypes"), all = Column("proallargtypes");
        int modes = Column("proargmodes"), names = Column("proargnames"), source = Column("prosrc"), text = Column("defaults");
        for (int i = 0; i < table.RowCount; i++)
        {
            CatalogTable.Row row = table[i];
            var function = new FunctionInfo
            {
                Oid = row.Oid(oid),
                Name = row.Text(name)!,
                LanguageOid = row.Oid(language),
                Cost = row.Number(cost),
                EstimatedRows = row.Number(rows),
                VariadicElementType = row.Oid(variadic),
                Kind = (FunctionKind)row.Char(kind),
                IsStrict = row.Boolean(strict),
                IsLeakProof = row.Boolean(leakproof),
                ReturnsSet = row.Boolean(set),
                Volatility = (Volatility)row.Char(volatility),
                DefaultCount = (int)row.Number(defaults),
                ReturnType = row.Oid(result),
                ArgumentTypes = row.Oids(arguments),
                AllArgumentTypes = row.Oids(all),
                ArgumentModes = (row.Text(modes) ?? "").Replace(",", "", StringComparison.Ordinal).Trim('{', '}'),
                ArgumentNames = SplitNames(row.Text(names)),
                Symbol = row.Text(source) ?? "",
                ArgumentsText = row.Text(text),
            };
            s_functions.Add(function.Oid, function);
            if (!s_functionsByName.TryGetValue(function.Name, out List<FunctionInfo>? overloads))
                s_functionsByName.Add(function.Name, overloads = []);
            overloads.Add(function);
        }
    }

    private static string[] SplitNames(string? names) =>
        names is null ? [] : [.. names.Trim('{', '}').Split(',').Select(n => n.Trim('"'))];

    private static void ReadOperators(CatalogTable table)
    {
        int Column(string name) => table.ColumnIndex(name);
        int oid = Column("oid"), name = Column("oprname"), left = Column("oprleft"), right = Column("oprright");
        int result = Column("oprresult"), commutator = Column("oprcom"), negator = Column("oprnegate"), code = Column("oprcode");
        int restrict = Column("oprrest"), join = Column("oprjoin"), hash = Column("oprcanhash"), merge = Column("oprcanmerge");
        for (int i = 0; i < table.RowCount; i++)
        {
            CatalogTable.Row row = table[i];
            var op = new OperatorInfo
            {
                Oid = row.Oid(oid),
                Name = row.Text(name)!,
                LeftType = row.Oid(left),
                RightType = row.Oid(right),
                ResultType = row.Oid(result),
                CommutatorOid = row.Oid(commutator),
                NegatorOid = row.Oid(negator),
                FunctionOid = row.Oid(code),
                RestrictOid = row.Oid(restrict),
                JoinOid = row.Oid(join),
                CanHash = row.Boolean(hash),
                CanMerge = row.Boolean(merge),
            };
            s_operators.Add(op.Oid, op);
            if (!s_operatorsByName.TryGetValue(op.Name, out List<OperatorInfo>? overloads))
                s_operatorsByName.Add(op.Name, overloads = []);
            overloads.Add(op);
        }
    }

    private static void ReadCasts(CatalogTable table)
    {
        int source = table.ColumnIndex("castsource"), target = table.ColumnIndex("casttarget"), function = table.ColumnIndex("castfunc");
        int context = table.ColumnIndex("castcontext"), method = table.ColumnIndex("castmethod");
        for (int i = 0; i < table.RowCount; i++)
        {
            CatalogTable.Row row = table[i];
            CastContext when = row.Char(context) switch
            {
                (byte)'i' => CastContext.Implicit,
                (byte)'a' => CastContext.Assignment,
                _ => CastContext.Explicit,
            };
            s_casts.Add(
                (row.Oid(source), row.Oid(target)),
                new CastInfo(row.Oid(source), row.Oid(target), row.Oid(function), when, (CastMethod)row.Char(method)));
        }
    }
}
