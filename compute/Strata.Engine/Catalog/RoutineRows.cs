using System.Globalization;
using Strata.Engine.Functions;

namespace Strata.Engine.Catalog;

/// <summary>Routines as rows of <c>pg_proc</c> and <c>pg_aggregate</c>, and back.</summary>
internal static class RoutineRows
{
    private const char BodySeparator = '\n';

    public static void Append(RoutineInfo routine, List<CatalogRow> rows)
    {
        rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgProc, routine.Oid), Procedure(routine)));
        if (routine.Aggregate is { } aggregate)
            rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgAggregate, routine.Oid), Aggregate(routine.Oid, aggregate)));
        RelationRows.AppendDependencies(routine.Oid, routine.Dependencies, rows);
    }

    public static CatalogValue[] Procedure(RoutineInfo routine)
    {
        RoutineParameter[] parameters = routine.Parameters;
        bool isPlain = Array.TrueForAll(parameters, static p => p.Mode == 'i');
        bool isNamed = Array.Exists(parameters, static p => p.Name.Length > 0);
        string[] defaults = [.. parameters.Where(static p => p.Default is not null).Select(static p => p.Default!.Text)];
        uint[] arguments = routine.ArgumentTypes;
        return
        [
            routine.Oid, routine.Name, routine.SchemaOid, routine.OwnerOid, routine.LanguageOid, CatalogValue.Float(routine.Cost), CatalogValue.Float(routine.Rows),
            routine.VariadicElementType, routine.SupportOid, (char)routine.Kind, routine.IsSecurityDefiner, routine.IsLeakProof, routine.IsStrict, routine.ReturnsSet,
            (char)routine.Volatility, routine.Parallel, (long)arguments.Length, (long)defaults.Length, routine.ReturnType, Longs(arguments),
            isPlain ? CatalogValue.Null : Longs([.. parameters.Select(static p => p.TypeOid)]),
            isPlain ? CatalogValue.Null : parameters.Select(static p => p.Mode.ToString()).ToArray(),
            isNamed ? parameters.Select(static p => p.Name).ToArray() : CatalogValue.Null,
            defaults.Length == 0 ? CatalogValue.Null : ExpressionList.Join([.. defaults]),
            CatalogValue.Null, routine.Source, routine.Library,
            routine.SqlBody is null ? CatalogValue.Null : string.Join(' ', routine.SearchPath.Select(static s => s.ToString(CultureInfo.InvariantCulture))) + BodySeparator + routine.SqlBody,
            routine.Settings, AccessControlList.ToStored(routine.Acl),
        ];
    }

    private static CatalogValue Longs(uint[] oids) => Array.ConvertAll(oids, static oid => (long)oid);

    /// <summary>The row as SQL shows it.</summary>
    public static CatalogValue[] Shown(RoutineInfo routine, CatalogView catalog)
    {
        CatalogValue[] row = Procedure(routine);
        if (!row[23].IsNull)
            row[23] = string.Join(", ", ExpressionList.Split(row[23].Text));
        row[27] = routine.SqlBody;
        row[29] = AccessControlList.ToDisplay(routine.Acl, catalog);
        return row;
    }

    public static RoutineInfo FromRow(CatalogValue[] row)
    {
        long[] inputs = (long[])row[19].Array;
        long[] types = row[20].IsNull ? inputs : (long[])row[20].Array;
        string[]? modes = row[21].IsNull ? null : (string[])row[21].Array;
        string[]? names = row[22].IsNull ? null : (string[])row[22].Array;
        string[] defaults = row[23].IsNull ? [] : ExpressionList.Split(row[23].Text);
        var parameters = new RoutineParameter[types.Length];
        // Defaults belong to the last parameters that a caller gives a value for.
        int next = defaults.Length;
        for (int i = types.Length - 1; i >= 0; i--)
        {
            char mode = modes is null ? 'i' : modes[i][0];
            bool takesDefault = next > 0 && mode is 'i' or 'b' or 'v';
            parameters[i] = new RoutineParameter(names?[i] ?? "", mode, (uint)types[i], takesDefault ? new CatalogExpression(defaults[--next]) : null);
        }

        string? body = row[27].IsNull ? null : row[27].Text;
        int separator = body?.IndexOf(BodySeparator, StringComparison.Ordinal) ?? 0;
        return new RoutineInfo
        {
            Oid = Oid(row[0]),
            Name = row[1].Text,
            SchemaOid = Oid(row[2]),
            OwnerOid = Oid(row[3]),
            LanguageOid = Oid(row[4]),
            Cost = (float)row[5].Double,
            Rows = (float)row[6].Double,
            VariadicElementType = Oid(row[7]),
            SupportOid = Oid(row[8]),
            Kind = (FunctionKind)row[9].Number,
            IsSecurityDefiner = row[10].Number != 0,
            IsLeakProof = row[11].Number != 0,
            IsStrict = row[12].Number != 0,
            ReturnsSet = row[13].Number != 0,
            Volatility = (Volatility)row[14].Number,
            Parallel = (char)row[15].Number,
            ReturnType = Oid(row[18]),
            Parameters = parameters,
            Source = row[25].Text,
            Library = row[26].IsNull ? null : row[26].Text,
            SqlBody = body?[(separator + 1)..],
            SearchPath = body is null
                ? []
                : Array.ConvertAll(body[..separator].Split(' ', StringSplitOptions.RemoveEmptyEntries), static part => uint.Parse(part, CultureInfo.InvariantCulture)),
            Settings = row[28].IsNull ? null : (string[])row[28].Array,
            Acl = AccessControlList.FromStored(row[29]),
        };
    }

    public static CatalogValue[] Aggregate(uint oid, AggregateDefinition a) =>
    [
        oid, a.Kind, (long)a.DirectArguments, a.TransitionOid, a.FinalOid, a.CombineOid, a.SerialOid, a.DeserialOid, a.MovingTransitionOid, a.MovingInverseOid,
        a.MovingFinalOid, a.FinalTakesArguments, a.MovingFinalTakesArguments, a.FinalModify, a.MovingFinalModify, a.SortOperatorOid, a.StateType,
        (long)a.StateSpace, a.MovingStateType, (long)a.MovingStateSpace, a.InitialValue, a.MovingInitialValue,
    ];

    public static AggregateDefinition AggregateFromRow(CatalogValue[] row) => new()
    {
        Kind = (char)row[1].Number,
        DirectArguments = (int)row[2].Number,
        TransitionOid = Oid(row[3]),
        FinalOid = Oid(row[4]),
        CombineOid = Oid(row[5]),
        SerialOid = Oid(row[6]),
        DeserialOid = Oid(row[7]),
        MovingTransitionOid = Oid(row[8]),
        MovingInverseOid = Oid(row[9]),
        MovingFinalOid = Oid(row[10]),
        FinalTakesArguments = row[11].Number != 0,
        MovingFinalTakesArguments = row[12].Number != 0,
        FinalModify = (char)row[13].Number,
        MovingFinalModify = (char)row[14].Number,
        SortOperatorOid = Oid(row[15]),
        StateType = Oid(row[16]),
        StateSpace = (int)row[17].Number,
        MovingStateType = Oid(row[18]),
        MovingStateSpace = (int)row[19].Number,
        InitialValue = row[20].IsNull ? null : row[20].Text,
        MovingInitialValue = row[21].IsNull ? null : row[21].Text,
    };

    private static uint Oid(in CatalogValue value) => unchecked((uint)value.Number);
}
