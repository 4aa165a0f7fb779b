using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using ConstraintKind = Strata.Engine.Catalog.ConstraintKind;
using SyntaxKind = Strata.Sql.Syntax.ConstraintKind;

namespace Strata.Engine.Ddl;

/// <summary>Gathers the parts of a new table: columns with defaults and sequences, then constraints, whose indexes are made when the table stands.</summary>
internal sealed class TableBuilder(DdlContext context, SchemaInfo schema, string name)
{
    private readonly List<ColumnInfo> _columns = [];
    private readonly List<Constraint> _tableConstraints = [];
    private readonly List<RelationInfo> _sequences = [];
    private readonly List<Dependency> _dependencies = [];
    private readonly List<IndexCopy> _indexCopies = [];
    private readonly List<(RelationInfo Table, bool WithComments)> _statisticsSources = [];
    private readonly List<(int Column, string Text)> _comments = [];
    private readonly List<(string Constraint, string Text)> _constraintComments = [];
    private InheritedDefinition? _inherited;
    private bool _isPartition;
    private uint _ofType;

    /// <summary>An index that LIKE … INCLUDING INDEXES copies.</summary>
    private sealed record IndexCopy(RelationInfo Table, IndexInfo Index, string? Comment);

    public uint TableOid { get; } = context.NewOid();

    /// <summary>The table access method that the statement names; null for the default.</summary>
    public string? AccessMethod { get; init; }

    /// <summary>A foreign table: there is nothing here to keep its rows in.</summary>
    public bool IsForeign { get; init; }

    public string Name => name;

    public SchemaInfo Schema => schema;

    /// <summary>Adds the columns and constraints of CREATE TABLE in the order written.</summary>
    public void Add(SyntaxList<TableElement> elements)
    {
        foreach (TableElement element in elements)
        {
            switch (element)
            {
                case ColumnDefinition column:
                    AddColumn(column);
                    break;
                case TableConstraintElement constraint:
                    _tableConstraints.Add(constraint.Constraint);
                    break;
                case TableLikeElement like:
                    AddLike(like);
                    break;
            }
        }
    }

    /// <summary>Takes over what the table inherits; before its own elements are added.</summary>
    public void Inherit(InheritedDefinition inherited, bool isPartition)
    {
        _inherited = inherited;
        _isPartition = isPartition;
        _columns.AddRange(inherited.Columns);
    }

    /// <summary>Takes the columns of a composite type (CREATE TABLE OF).</summary>
    public void OfType(RelationInfo type, uint typeOid)
    {
        _ofType = typeOid;
        foreach (ColumnInfo column in type.Columns)
            if (!column.IsDropped)
                _columns.Add(column with { Number = NextNumber, NotNull = false, Default = null, DefaultOid = 0 });
    }

    /// <summary>Adds a plain column (CREATE TABLE AS).</summary>
    public void AddColumn(string columnName, SqlType type)
    {
        CheckFree(columnName);
        _columns.Add(ColumnBuilder.Make(NextNumber, columnName, type));
    }

    private short NextNumber => checked((short)(_columns.Count + 1));

    private void CheckFree(string columnName)
    {
        if (_columns.Count == ColumnBuilder.ColumnsMax)
            throw new SqlException(SqlState.TooManyColumns, $"tables can have at most {ColumnBuilder.ColumnsMax} columns");
        foreach (ColumnInfo column in _columns)
            if (column.Name == columnName)
                throw new SqlException(SqlState.DuplicateColumn, $"column \"{columnName}\" specified more than once");
    }

    private void AddColumn(ColumnDefinition definition)
    {
        int inherited = _inherited is null ? -1 : _columns.FindIndex(0, _inherited.Columns.Count, c => c.Name == definition.Name);
        if (definition.Type is null)
        {
            RefineColumn(definition);
        }
        else if (inherited >= 0 && !_merged.Add(definition.Name))
        {
            throw new SqlException(SqlState.DuplicateColumn, $"column \"{definition.Name}\" specified more than once");
        }
        else
        {
            if (inherited < 0)
                CheckFree(definition.Name);
            ColumnInfo column = ColumnBuilder.FromDefinition(context, definition, inherited < 0 ? NextNumber : (short)(inherited + 1));
            if (SerialTypes.TryGet(definition.Type, out SqlType? serial))
                column = AddSerial(column, serial);
            column = new ColumnConstraints(context, name, this).Apply(column, definition);
            if (inherited < 0)
                _columns.Add(column);
            else
                _columns[inherited] = _inherited!.Merge(_columns[inherited], column, _isPartition);
        }

        // A column's keys, checks and references are the table's, named after the column.
        foreach (Constraint constraint in definition.Constraints)
            if (constraint.Kind is SyntaxKind.PrimaryKey or SyntaxKind.Unique or SyntaxKind.ForeignKey or SyntaxKind.Check or SyntaxKind.Exclusion)
                _tableConstraints.Add(constraint.Kind == SyntaxKind.Check ? constraint : constraint with { Columns = [definition.Name] });
    }

    private readonly HashSet<string> _merged = [];

    // A column of a typed table or partition: it is there already, and gets constraints.
    private void RefineColumn(ColumnDefinition definition)
    {
        int index = _columns.FindIndex(c => c.Name == definition.Name);
        if (index < 0)
            throw new SqlException(SqlState.UndefinedColumn, $"column \"{definition.Name}\" does not exist");
        if (!_merged.Add(definition.Name))
            throw new SqlException(SqlState.DuplicateColumn, $"column \"{definition.Name}\" specified more than once");
        ColumnInfo known = _columns[index];
        ColumnInfo own = new ColumnConstraints(context, name, this).Apply(known with { Default = null, DefaultOid = 0, Generated = '\0' }, definition);
        _columns[index] = _inherited is null ? own : _inherited.Merge(known, own, isPartition: true) with { IsLocal = false };
    }

    private ColumnInfo AddSerial(ColumnInfo column, SqlType type)
    {
        RelationInfo sequence = AddSequence(column, type, [], DependencyKind.Auto);
        return column with
        {
            NotNull = true,
            Default = new CatalogExpression(CatalogExpression.NextValue(sequence.Oid)),
            DefaultOid = context.NewOid(),
        };
    }

    /// <summary>Adds the sequence of a serial or identity column, to be made with the table.</summary>
    public RelationInfo AddSequence(ColumnInfo column, SqlType type, SyntaxList<SequenceOption> options, DependencyKind ownership)
    {
        (SchemaInfo home, string sequenceName) = SequenceOptions.NameOf(context, options) is { } given
            ? (given.Schema is null ? schema : context.RequireSchema(given.Schema, given.Position), given.Name)
            : (schema, context.ChooseName(name, column.Name, "seq", IsTaken));
        RelationInfo sequence = SequenceCommands.Build(context, home, sequenceName, SequenceOptions.Create(context, options, type)) with
        {
            Dependencies = [new Dependency(default, new ObjectAddress(CatalogOids.PgClass, TableOid, column.Number), ownership)],
        };
        sequence = sequence with { Dependencies = [sequence.Dependencies[0] with { Dependent = new ObjectAddress(CatalogOids.PgClass, sequence.Oid) }] };
        _sequences.Add(sequence);
        context.Session.Notice($"CREATE TABLE will create implicit sequence \"{sequenceName}\" for serial column \"{name}.{column.Name}\"", "DEBUG1");
        if (ownership == DependencyKind.Auto)
            _dependencies.Add(new Dependency(
                new ObjectAddress(CatalogOids.PgClass, TableOid, column.Number), new ObjectAddress(CatalogOids.PgClass, sequence.Oid), DependencyKind.Normal));
        return sequence;
    }

    private bool IsTaken(string candidate)
    {
        foreach (RelationInfo sequence in _sequences)
            if (sequence.Name == candidate)
                return true;
        return candidate == name || context.View.FindRelation(schema.Oid, candidate) is not null;
    }

    private void AddLike(TableLikeElement like)
    {
        RelationInfo source = context.Require(like.Relation, RelationLockMode.AccessShare);
        if (source.Kind is RelationKind.Index or RelationKind.Sequence)
            throw new SqlException(SqlState.WrongObjectType, $"relation \"{source.Name}\" is invalid in LIKE clause") { Position = context.Position(like.Relation.Position) };
        context.Permissions.Check(source, Privileges.Select);
        bool withComments = like.Options.HasFlag(TableLikeOptions.Comments);
        foreach (ColumnInfo column in source.Columns)
        {
            if (column.IsDropped)
                continue;
            CheckFree(column.Name);
            _columns.Add(CopyColumn(column, like.Options));
            if (withComments && context.View.FindComment(new ObjectAddress(CatalogOids.PgClass, source.Oid, column.Number)) is { } comment)
                _comments.Add((_columns.Count, comment));
        }

        if (like.Options.HasFlag(TableLikeOptions.Constraints))
            foreach (ConstraintInfo constraint in source.Constraints)
            {
                if (constraint.Kind != ConstraintKind.Check)
                    continue;
                if (withComments && context.View.FindComment(new ObjectAddress(CatalogOids.PgConstraint, constraint.Oid)) is { } comment)
                    _constraintComments.Add((constraint.Name, comment));
                _tableConstraints.Add(new Constraint(SyntaxKind.Check, -1) { Name = constraint.Name, Expression = constraint.Check!.Syntax, IsNoInherit = constraint.NoInherit });
            }

        if (like.Options.HasFlag(TableLikeOptions.Indexes))
            foreach (IndexInfo index in source.Indexes)
                _indexCopies.Add(new IndexCopy(source, index, withComments ? context.View.FindComment(new ObjectAddress(CatalogOids.PgClass, index.Oid)) : null));
        if (like.Options.HasFlag(TableLikeOptions.Statistics))
            _statisticsSources.Add((source, withComments));
    }

    private ColumnInfo CopyColumn(ColumnInfo column, TableLikeOptions options)
    {
        ColumnInfo copy = column with { Number = NextNumber, Default = null, DefaultOid = 0, Identity = '\0', Generated = '\0', MissingValue = null, StatisticsTarget = -1, Options = null, Acl = null };
        if (!options.HasFlag(TableLikeOptions.Compression))
            copy = copy with { Compression = '\0' };
        if (!options.HasFlag(TableLikeOptions.Storage))
            copy = copy with { StorageStrategy = (char)TypeResolver.Find(copy.TypeOid, context.View)!.Storage };
        bool copiesDefault = column.Generated != '\0' ? options.HasFlag(TableLikeOptions.Generated) : options.HasFlag(TableLikeOptions.Defaults);
        if (column.Default is not null && copiesDefault)
            copy = copy with { Default = column.Default, DefaultOid = context.NewOid(), Generated = column.Generated };
        if (column.Identity == '\0' || !options.HasFlag(TableLikeOptions.Identity))
            return copy;
        AddSequence(copy, TypeResolver.Find(copy.TypeOid, context.View)!, [], DependencyKind.Internal);
        return copy with { Identity = column.Identity };
    }

    /// <summary>Makes the table, its sequences, constraints and indexes; returns its entry.</summary>
    public RelationInfo Create(RelationPersistence persistence, SyntaxList<DefinitionElement> options, PartitionSpecification? partitionBy = null, PartitionBoundInfo? bound = null)
    {
        _inherited?.CheckDefaults();
        CheckDuplicateKeys();
        MarkPrimaryKeyNotNull();
        uint owner = context.CurrentUser;
        uint method = partitionBy is null && !IsForeign ? AccessMethodCommands.OfTable(context, AccessMethod) : 0;
        foreach (RelationInfo sequence in _sequences)
        {
            context.CheckNameIsFree(sequence.SchemaOid, sequence.Name, hasRowType: false);
            SequenceCommands.Create(context, persistence == RelationPersistence.Unlogged ? sequence with { Persistence = 'u' } : sequence);
        }

        var table = new RelationInfo
        {
            Oid = TableOid,
            Name = name,
            SchemaOid = schema.Oid,
            Kind = IsForeign ? RelationKind.ForeignTable : partitionBy is null ? RelationKind.Table : RelationKind.PartitionedTable,
            OwnerOid = owner,
            Database = context.DatabaseOid,
            Storage = partitionBy is null && !IsForeign ? context.NewStorage() : 0,
            Parents = _inherited is null ? [] : [.. _inherited.Parents.Select(static p => p.Oid)],
            IsPartition = bound is not null,
            PartitionBound = bound,
            OfTypeOid = _ofType,
            Constraints = InheritedChecks(),
            Persistence = persistence == RelationPersistence.Unlogged ? 'u' : 'p',
            RowTypeOid = context.NewTypePair(),
            AccessMethodOid = method,
            Columns = [.. _columns],
            Dependencies = [.. _dependencies, .. TypeDependencies(), .. InheritedSequences(), .. AccessMethodCommands.DependenciesOf(TableOid, method)],
        };
        table = StorageOptions.Change(table, options, isReset: false);
        table = table with { Dependencies = [.. table.Dependencies.Union(table.Columns.SelectMany(column => StoredExpressions.RelationsIn(context, table, column, column.Default)))] };
        table = GeneratedColumns.Complete(context, table);
        if (partitionBy is null && !IsForeign)
            RelationStorage.CreateHeap(context, table);
        else if (partitionBy is not null)
            table = table with { PartitionKey = PartitionKeyBuilder.Build(context, table, partitionBy) };
        context.CreateRelation(table);
        table = context.View.FindRelation(TableOid)!;
        var constraints = new ConstraintCommands(context);
        // Keys before foreign keys, which may refer to the table's own.
        foreach (Constraint constraint in _tableConstraints)
            if (constraint.Kind != SyntaxKind.ForeignKey)
                table = constraints.Add(table, constraint, validate: false);
        foreach (Constraint constraint in _tableConstraints)
            if (constraint.Kind == SyntaxKind.ForeignKey)
                table = constraints.Add(table, constraint, validate: false);
        foreach (IndexCopy copy in _indexCopies)
            table = CopyIndex(constraints, table, copy);
        foreach ((RelationInfo source, bool withComments) in _statisticsSources)
            StatisticsCommand.Copy(context, source, table, withComments);
        foreach ((string constraint, string text) in _constraintComments)
            context.Changes.Create(new CommentInfo(new ObjectAddress(CatalogOids.PgConstraint, Array.Find(table.Constraints, c => c.Name == constraint)!.Oid), text), context.Cancellation);
        foreach ((int column, string text) in _comments)
            context.Changes.Create(new CommentInfo(new ObjectAddress(CatalogOids.PgClass, TableOid, column), text), context.Cancellation);
        return table;
    }

    private RelationInfo CopyIndex(ConstraintCommands constraints, RelationInfo table, IndexCopy copy)
    {
        RelationInfo changed = constraints.CopyIndex(table, copy.Table, copy.Index);
        if (copy.Comment is { } comment)
        {
            IndexInfo added = Array.Find(changed.Indexes, index => !Array.Exists(table.Indexes, old => old.Oid == index.Oid))!;
            context.Changes.Create(new CommentInfo(new ObjectAddress(CatalogOids.PgClass, added.Oid), comment), context.Cancellation);
        }

        return changed;
    }

    private ConstraintInfo[] InheritedChecks()
    {
        if (_inherited is null)
            return [];
        var checks = new List<ConstraintInfo>();
        foreach ((string checkName, CatalogExpression check, short count) in _inherited.Checks)
            checks.Add(new ConstraintInfo
            {
                Oid = context.NewOid(),
                Name = checkName,
                SchemaOid = schema.Oid,
                Kind = ConstraintKind.Check,
                TableOid = TableOid,
                Check = check,
                IsLocal = false,
                InheritCount = count,
                Columns = [.. StoredExpressions.ColumnNames(check.Syntax).Select(column => (short)(_columns.FindIndex(c => c.Name == column) + 1)).Where(static n => n > 0)],
            });
        checks.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return [.. checks];
    }

    private IEnumerable<Dependency> InheritedSequences()
    {
        foreach ((short column, uint sequence) in _inherited?.Sequences ?? [])
            yield return new Dependency(new ObjectAddress(CatalogOids.PgClass, TableOid, column), new ObjectAddress(CatalogOids.PgClass, sequence), DependencyKind.Normal);
    }

    private IEnumerable<Dependency> TypeDependencies()
    {
        foreach (ColumnInfo column in _columns)
            if (column.TypeOid >= CatalogOids.FirstUser)
                yield return new Dependency(
                    new ObjectAddress(CatalogOids.PgClass, TableOid, column.Number), new ObjectAddress(CatalogOids.PgType, column.TypeOid), DependencyKind.Normal);
    }

    private void CheckDuplicateKeys()
    {
        int primary = 0;
        foreach (Constraint constraint in _tableConstraints)
            if (constraint.Kind == SyntaxKind.PrimaryKey && ++primary > 1)
                throw new SqlException(SqlState.InvalidTableDefinition, $"multiple primary keys for table \"{name}\" are not allowed") { Position = context.Position(constraint.Position) };
    }

    // The columns are written once, so what a primary key makes of them must be known before.
    private void MarkPrimaryKeyNotNull()
    {
        foreach (Constraint constraint in _tableConstraints)
            if (constraint.Kind == SyntaxKind.PrimaryKey)
                foreach (string column in constraint.Columns)
                {
                    int index = _columns.FindIndex(c => c.Name == column);
                    if (index < 0)
                        throw new SqlException(SqlState.UndefinedColumn, $"column \"{column}\" named in key does not exist") { Position = context.Position(constraint.Position) };
                    _columns[index] = _columns[index] with { NotNull = true };
                }
    }
}
