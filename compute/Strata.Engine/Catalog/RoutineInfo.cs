using Strata.Engine.Functions;

namespace Strata.Engine.Catalog;

/// <summary>A function, procedure or aggregate that a user created: its <c>pg_proc</c> row. Immutable; thread-safe.</summary>
public sealed record RoutineInfo
{
    /// <summary>Language <c>internal</c>.</summary>
    public const uint InternalLanguage = 12;

    /// <summary>Language <c>c</c>.</summary>
    public const uint CLanguage = 13;

    /// <summary>Language <c>sql</c>.</summary>
    public const uint SqlLanguage = 14;

    private Memo? _memo;

    public required uint Oid { get; init; }
    public required string Name { get; init; }
    public required uint SchemaOid { get; init; }
    public required uint OwnerOid { get; init; }
    public required uint LanguageOid { get; init; }

    /// <summary>Grows with every change; plans that call or inline the routine name it.</summary>
    public ulong Version { get; init; }

    public FunctionKind Kind { get; init; } = FunctionKind.Function;
    public float Cost { get; init; } = 100;
    public float Rows { get; init; }
    public uint SupportOid { get; init; }
    public bool IsSecurityDefiner { get; init; }
    public bool IsLeakProof { get; init; }
    public bool IsStrict { get; init; }
    public bool ReturnsSet { get; init; }
    public Volatility Volatility { get; init; } = Volatility.Volatile;

    /// <summary><c>proparallel</c>: s, r or u.</summary>
    public char Parallel { get; init; } = 'u';

    public required uint ReturnType { get; init; }
    public RoutineParameter[] Parameters { get; init; } = [];

    /// <summary><c>prosrc</c>: body of an SQL function, or the built-in's symbol of an internal one.</summary>
    public string Source { get; init; } = "";

    /// <summary><c>probin</c>: the library whose symbol <see cref="Source"/> is, of a function in language C; null for the others.</summary>
    public string? Library { get; init; }

    /// <summary>The body in SQL syntax (RETURN or BEGIN ATOMIC), or null when it is <see cref="Source"/>.</summary>
    public string? SqlBody { get; init; }

    /// <summary>Schemas in which the names of <see cref="SqlBody"/> were found, in order.</summary>
    public uint[] SearchPath { get; init; } = [];

    /// <summary>SET clauses, as <c>name=value</c>.</summary>
    public string[]? Settings { get; init; }

    public AccessControlItem[]? Acl { get; init; }

    /// <summary>What an aggregate is made of; null for the other kinds.</summary>
    public AggregateDefinition? Aggregate { get; init; }

    /// <summary>What it depends on beside its types.</summary>
    public Dependency[] Dependencies { get; init; } = [];

    /// <summary>Element type of the VARIADIC parameter; 0 without one, "any" for VARIADIC "any".</summary>
    public uint VariadicElementType { get; init; }

    /// <summary>Types of the input parameters: what makes the name unique in its schema.</summary>
    public uint[] ArgumentTypes => [.. Parameters.Where(static p => p.IsInput).Select(static p => p.TypeOid)];

    /// <summary>True for a body that statements of SQL make up.</summary>
    public bool IsSql => LanguageOid == SqlLanguage && Aggregate is null;

    /// <summary>The routine as overload resolution sees it.</summary>
    public FunctionInfo Function => Memory.Function ??= Describe(static p => p.IsInput);

    /// <summary>A procedure as CALL sees it: output parameters have arguments too.</summary>
    public FunctionInfo CallFunction => Memory.Call ??= Describe(static p => p.Mode != 't');

    /// <summary>The statements of an SQL body; parsed at the first use and kept. Throws the parser's errors.</summary>
    public IReadOnlyList<Sql.Syntax.Statement> Statements => Memory.Statements ??= RoutineBodies.Parse(this);

    // What is worked out from the entry. A copy made by "with" shares the reference, so the owner is compared.
    private Memo Memory => _memo is { } memo && ReferenceEquals(memo.Owner, this) ? memo : _memo = new Memo(this);

    private sealed class Memo(RoutineInfo owner)
    {
        public RoutineInfo Owner { get; } = owner;
        public FunctionInfo? Function { get; set; }
        public FunctionInfo? Call { get; set; }
        public IReadOnlyList<Sql.Syntax.Statement>? Statements { get; set; }
    }

    private FunctionInfo Describe(Func<RoutineParameter, bool> isArgument)
    {
        RoutineParameter[] arguments = [.. Parameters.Where(isArgument)];
        bool isPlain = Parameters.All(static p => p.Mode == 'i');
        return new FunctionInfo
        {
            Oid = Oid,
            Name = Name,
            NamespaceOid = SchemaOid,
            Kind = Kind,
            ArgumentTypes = [.. arguments.Select(static p => p.TypeOid)],
            ReturnType = ReturnType,
            VariadicElementType = VariadicElementType,
            DefaultCount = arguments.Count(static p => p.Default is not null),
            ReturnsSet = ReturnsSet,
            IsStrict = IsStrict,
            Volatility = Volatility,
            AllArgumentTypes = isPlain ? [] : [.. Parameters.Select(static p => p.TypeOid)],
            ArgumentModes = isPlain ? "" : string.Concat(Parameters.Select(static p => p.Mode)),
            ArgumentNames = Parameters.All(static p => p.Name.Length == 0) ? [] : [.. Parameters.Select(static p => p.Name)],
            Symbol = Source,
            LanguageOid = LanguageOid,
            EstimatedRows = Rows,
            Cost = Cost,
            Routine = this,
        };
    }
}
