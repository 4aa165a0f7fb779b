using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>CREATE TABLE and its relatives: AS, OF, PARTITION OF, foreign tables, views, sequences.</summary>
internal static class TableGrammar
{
    /// <summary>Consumes OptTemp; returns the persistence. <c>LOCAL</c> and <c>GLOBAL</c> say nothing.</summary>
    public static RelationPersistence ParsePersistence(Parser p)
    {
        if ((p.Accept(Keyword.Local) || p.Accept(Keyword.Global)) && !p.Is(Keyword.Temporary) && !p.Is(Keyword.Temp))
        {
            throw p.SyntaxError();
        }

        if (p.Accept(Keyword.Temporary) || p.Accept(Keyword.Temp))
        {
            return RelationPersistence.Temporary;
        }

        return p.Accept(Keyword.Unlogged) ? RelationPersistence.Unlogged : RelationPersistence.Permanent;
    }

    /// <summary>Consumes TABLE … of CREATE TABLE, with AS and EXECUTE forms.</summary>
    public static Statement ParseCreateTable(Parser p, RelationPersistence persistence, int position)
    {
        p.Expect(Keyword.Table);
        bool ifNotExists = p.AcceptIfNotExists();
        RelationName relation = p.RelationName() with { Persistence = persistence };
        if (p.Accept(Keyword.Of))
        {
            int typePosition = p.Position;
            var type = new TypeName(p.AnyName().Parts, typePosition);
            SyntaxList<TableElement> typed = p.Is(TokenKind.LeftParen) ? ParseElements(p, isTyped: true) : default;
            return ParseTail(p, new CreateTableStatement(relation, typed, position) { IfNotExists = ifNotExists, OfType = type });
        }

        if (p.Accept(Keyword.Partition))
        {
            return ParseTail(p, ParsePartitionOf(p, relation, ifNotExists, position));
        }

        if (IsCreateAs(p))
        {
            return ParseCreateAs(p, relation, ifNotExists, isMaterializedView: false, position);
        }

        SyntaxList<TableElement> elements = ParseElements(p, isTyped: false);
        SyntaxList<RelationName> inherits = default;
        if (p.Accept(Keyword.Inherits))
        {
            p.Expect(TokenKind.LeftParen);
            inherits = p.RelationNameList();
            p.Expect(TokenKind.RightParen);
        }

        return ParseTail(p, new CreateTableStatement(relation, elements, position) { IfNotExists = ifNotExists, Inherits = inherits });
    }

    /// <summary>Consumes CREATE TABLE AS or CREATE MATERIALIZED VIEW, all of CREATE that EXPLAIN takes.</summary>
    public static CreateTableAsStatement ParseExplainedCreate(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Create);
        RelationPersistence persistence = ParsePersistence(p);
        if (p.Is(Keyword.Materialized) && persistence != RelationPersistence.Temporary)
        {
            return ParseCreateMaterializedView(p, persistence, position);
        }

        p.Expect(Keyword.Table);
        bool ifNotExists = p.AcceptIfNotExists();
        RelationName relation = p.RelationName() with { Persistence = persistence };
        return ParseCreateAs(p, relation, ifNotExists, isMaterializedView: false, position);
    }

    /// <summary>Consumes FOREIGN TABLE … of CREATE.</summary>
    public static CreateTableStatement ParseCreateForeignTable(Parser p, int position)
    {
        p.Expect(Keyword.Foreign, Keyword.Table);
        bool ifNotExists = p.AcceptIfNotExists();
        RelationName relation = p.RelationName();
        CreateTableStatement statement;
        if (p.Accept(Keyword.Partition))
        {
            statement = ParsePartitionOf(p, relation, ifNotExists, position);
        }
        else
        {
            SyntaxList<TableElement> elements = ParseElements(p, isTyped: false);
            SyntaxList<RelationName> inherits = default;
            if (p.Accept(Keyword.Inherits))
            {
                p.Expect(TokenKind.LeftParen);
                inherits = p.RelationNameList();
                p.Expect(TokenKind.RightParen);
            }

            statement = new CreateTableStatement(relation, elements, position) { IfNotExists = ifNotExists, Inherits = inherits };
        }

        p.Expect(Keyword.Server);
        string server = p.ColumnId();
        return statement with { ForeignServer = server, ForeignOptions = OptionGrammar.ParseGenericOptions(p) };
    }

    /// <summary>Consumes [TEMP] [RECURSIVE] VIEW … of CREATE.</summary>
    public static CreateViewStatement ParseCreateView(Parser p, RelationPersistence persistence, bool orReplace, int position)
    {
        bool isRecursive = p.Accept(Keyword.Recursive);
        p.Expect(Keyword.View);
        RelationName relation = p.RelationName() with { Persistence = persistence };
        SyntaxList<string> columns = isRecursive && !p.Is(TokenKind.LeftParen) ? throw p.SyntaxError() : p.OptionalColumnList();
        SyntaxList<DefinitionElement> options = OptionGrammar.ParseOptionalWith(p);
        p.Expect(Keyword.As);
        SelectStatement query = SelectGrammar.ParseStatement(p);
        ViewCheckOption check = ViewCheckOption.None;
        int checkPosition = p.Position;
        if (p.Accept(Keyword.With))
        {
            check = p.Accept(Keyword.Local) ? ViewCheckOption.Local : ViewCheckOption.Cascaded;
            if (check == ViewCheckOption.Cascaded)
            {
                p.Accept(Keyword.Cascaded);
            }

            p.Expect(Keyword.Check, Keyword.Option);
            if (isRecursive)
            {
                throw p.Error("WITH CHECK OPTION not supported on recursive views", checkPosition, SqlStates.FeatureNotSupported);
            }
        }

        return new CreateViewStatement(relation, query, position)
        {
            OrReplace = orReplace,
            IsRecursive = isRecursive,
            Columns = columns,
            Options = options,
            CheckOption = check,
        };
    }

    /// <summary>Consumes MATERIALIZED VIEW … of CREATE.</summary>
    public static CreateTableAsStatement ParseCreateMaterializedView(Parser p, RelationPersistence persistence, int position)
    {
        p.Expect(Keyword.Materialized, Keyword.View);
        bool ifNotExists = p.AcceptIfNotExists();
        RelationName relation = p.RelationName() with { Persistence = persistence };
        return ParseCreateAs(p, relation, ifNotExists, isMaterializedView: true, position);
    }

    /// <summary>Consumes SEQUENCE … of CREATE.</summary>
    public static CreateSequenceStatement ParseCreateSequence(Parser p, RelationPersistence persistence, int position)
    {
        p.Expect(Keyword.Sequence);
        bool ifNotExists = p.AcceptIfNotExists();
        RelationName sequence = p.RelationName() with { Persistence = persistence };
        return new CreateSequenceStatement(sequence, OptionGrammar.ParseSequenceOptions(p), ifNotExists, position);
    }

    /// <summary>Consumes columnDef.</summary>
    public static ColumnDefinition ParseColumn(Parser p)
    {
        int position = p.Position;
        string name = p.ColumnId();
        TypeName type = TypeGrammar.ParseType(p);
        string? compression = null;
        if (p.Accept(Keyword.Compression))
        {
            compression = p.Accept(Keyword.Default) ? "default" : p.ColumnId();
        }

        SyntaxList<DefinitionElement> foreignOptions = OptionGrammar.ParseGenericOptions(p);
        QualifiedName? collation = null;
        SyntaxList<Constraint> constraints = ConstraintGrammar.ParseColumnConstraints(p, ref collation);
        return new ColumnDefinition(name, type, position)
        {
            Compression = compression,
            ForeignOptions = foreignOptions,
            Collation = collation,
            Constraints = constraints,
        };
    }

    /// <summary>Consumes a PartitionBoundSpec: FOR VALUES … or DEFAULT.</summary>
    public static PartitionBound ParsePartitionBound(Parser p)
    {
        int position = p.Position;
        if (p.Accept(Keyword.Default))
        {
            return new PartitionBound(PartitionBoundKind.Default, position);
        }

        p.Expect(Keyword.For, Keyword.Values);
        position = p.Position;
        if (p.Accept(Keyword.In))
        {
            return new PartitionBound(PartitionBoundKind.List, position) { Values = ParseValueList(p) };
        }

        if (p.Accept(Keyword.From))
        {
            SyntaxList<Expression> from = ParseValueList(p);
            p.Expect(Keyword.To);
            return new PartitionBound(PartitionBoundKind.Range, position) { From = from, To = ParseValueList(p) };
        }

        p.Expect(Keyword.With);
        return ParseHashBound(p, position);
    }

    /// <summary>Consumes a PartitionSpec after PARTITION BY.</summary>
    public static PartitionSpecification ParsePartitionSpecification(Parser p, int position)
    {
        string strategy = p.ColumnId();
        p.Expect(TokenKind.LeftParen);
        var elements = new ListBuilder<PartitionElement>();
        do
        {
            int elementPosition = p.Position;
            IndexElement key = IndexGrammar.ParseKeyOnly(p);
            QualifiedName? collation = p.Accept(Keyword.Collate) ? p.AnyName() : null;
            QualifiedName? operatorClass = p.IsColumnId() ? p.AnyName() : null;
            elements.Add(new PartitionElement(key.Column, key.Expression, collation, operatorClass, elementPosition));
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(TokenKind.RightParen);
        return new PartitionSpecification(strategy, elements.ToList(), position);
    }

    private static PartitionBound ParseHashBound(Parser p, int position)
    {
        p.Expect(TokenKind.LeftParen);
        var items = new ListBuilder<(string Name, int Value, int Position)>();
        do
        {
            int itemPosition = p.Position;
            string name = p.NonReservedWord();
            items.Add((name, p.IntegerConstant(), itemPosition));
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(TokenKind.RightParen);
        int modulus = -1;
        int remainder = -1;
        foreach ((string name, int value, int itemPosition) in items.ToArray())
        {
            switch (name)
            {
                case "modulus":
                    modulus = modulus == -1 ? value
                        : throw p.Error("modulus for hash partition provided more than once", itemPosition, SqlStates.DuplicateObject);
                    break;
                case "remainder":
                    remainder = remainder == -1 ? value
                        : throw p.Error("remainder for hash partition provided more than once", itemPosition, SqlStates.DuplicateObject);
                    break;
                default:
                    throw p.Error($"unrecognized hash partition bound specification \"{name}\"", itemPosition);
            }
        }

        if (modulus == -1)
        {
            throw p.Error("modulus for hash partition must be specified", -1);
        }

        if (remainder == -1)
        {
            throw p.Error("remainder for hash partition must be specified", -1);
        }

        return new PartitionBound(PartitionBoundKind.Hash, position) { Modulus = modulus, Remainder = remainder };
    }

    private static SyntaxList<Expression> ParseValueList(Parser p)
    {
        p.Expect(TokenKind.LeftParen);
        SyntaxList<Expression> values = ExpressionGrammar.ParseExpressionList(p);
        p.Expect(TokenKind.RightParen);
        return values;
    }

    private static CreateTableStatement ParsePartitionOf(Parser p, RelationName relation, bool ifNotExists, int position)
    {
        p.Expect(Keyword.Of);
        RelationName parent = p.RelationName();
        SyntaxList<TableElement> elements = p.Is(TokenKind.LeftParen) ? ParseElements(p, isTyped: true) : default;
        return new CreateTableStatement(relation, elements, position)
        {
            IfNotExists = ifNotExists,
            PartitionOf = parent,
            Bound = ParsePartitionBound(p),
        };
    }

    /// <summary>Consumes the clauses after the elements: PARTITION BY, USING, WITH, ON COMMIT, TABLESPACE.</summary>
    private static CreateTableStatement ParseTail(Parser p, CreateTableStatement statement)
    {
        if (p.Is(Keyword.Partition))
        {
            int position = p.Position;
            p.Advance();
            p.Expect(Keyword.By);
            statement = statement with { PartitionBy = ParsePartitionSpecification(p, position) };
        }

        string? method = p.Accept(Keyword.Using) ? p.ColumnId() : null;
        SyntaxList<DefinitionElement> options = ParseStorageOptions(p);
        OnCommitAction onCommit = ParseOnCommit(p);
        string? tablespace = p.Accept(Keyword.Tablespace) ? p.ColumnId() : null;
        return statement with { AccessMethod = method, Options = options, OnCommit = onCommit, Tablespace = tablespace };
    }

    private static SyntaxList<DefinitionElement> ParseStorageOptions(Parser p)
    {
        if (p.Is(Keyword.Without, Keyword.Oids))
        {
            p.Advance();
            p.Advance();
            return default;
        }

        return OptionGrammar.ParseOptionalWith(p);
    }

    private static OnCommitAction ParseOnCommit(Parser p)
    {
        if (!p.Accept(Keyword.On))
        {
            return OnCommitAction.None;
        }

        p.Expect(Keyword.Commit);
        if (p.Accept(Keyword.Drop))
        {
            return OnCommitAction.Drop;
        }

        bool isDelete = p.Accept(Keyword.Delete);
        if (!isDelete)
        {
            p.Expect(Keyword.Preserve);
        }

        p.Expect(Keyword.Rows);
        return isDelete ? OnCommitAction.DeleteRows : OnCommitAction.PreserveRows;
    }

    /// <summary>Tells <c>CREATE TABLE t (a, b) AS …</c> from a list of column definitions.</summary>
    private static bool IsCreateAs(Parser p)
    {
        if (!p.Is(TokenKind.LeftParen))
        {
            return true;
        }

        // A column name alone is followed by a comma or a parenthesis, a definition by a type.
        return p.IsColumnId(1) && p.PeekKind(2) is TokenKind.Comma or TokenKind.RightParen;
    }

    private static CreateTableAsStatement ParseCreateAs(Parser p, RelationName relation, bool ifNotExists, bool isMaterializedView, int position)
    {
        SyntaxList<string> columns = p.OptionalColumnList();
        string? method = p.Accept(Keyword.Using) ? p.ColumnId() : null;
        SyntaxList<DefinitionElement> options = isMaterializedView ? OptionGrammar.ParseOptionalWith(p) : ParseStorageOptions(p);
        OnCommitAction onCommit = isMaterializedView ? OnCommitAction.None : ParseOnCommit(p);
        string? tablespace = p.Accept(Keyword.Tablespace) ? p.ColumnId() : null;
        p.Expect(Keyword.As);
        Statement query = !isMaterializedView && p.Is(Keyword.Execute) ? UtilityGrammar.ParseExecute(p) : SelectGrammar.ParseStatement(p);
        bool withNoData = false;
        if (p.Accept(Keyword.With))
        {
            withNoData = p.Accept(Keyword.No);
            p.Expect(Keyword.Data);
        }

        var into = new IntoClause(relation, relation.Position)
        {
            Columns = columns,
            AccessMethod = method,
            Options = options,
            OnCommit = onCommit,
            Tablespace = tablespace,
            WithNoData = withNoData,
        };
        return new CreateTableAsStatement(into, query, position) { IsMaterializedView = isMaterializedView, IfNotExists = ifNotExists };
    }

    private static SyntaxList<TableElement> ParseElements(Parser p, bool isTyped)
    {
        p.Expect(TokenKind.LeftParen);
        if (!isTyped && p.Accept(TokenKind.RightParen))
        {
            return default;
        }

        var elements = new ListBuilder<TableElement>();
        do
        {
            int position = p.Position;
            if (ConstraintGrammar.IsTableConstraintStart(p))
            {
                elements.Add(new TableConstraintElement(ConstraintGrammar.ParseTableConstraint(p), position));
            }
            else if (isTyped)
            {
                elements.Add(ParseTypedColumn(p));
            }
            else if (p.Is(Keyword.Like))
            {
                elements.Add(ParseLike(p));
            }
            else
            {
                elements.Add(ParseColumn(p));
            }
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(TokenKind.RightParen);
        return elements.ToList();
    }

    private static ColumnDefinition ParseTypedColumn(Parser p)
    {
        int position = p.Position;
        string name = p.ColumnId();
        if (p.Accept(Keyword.With))
        {
            p.Expect(Keyword.Options);
        }

        QualifiedName? collation = null;
        SyntaxList<Constraint> constraints = ConstraintGrammar.ParseColumnConstraints(p, ref collation);
        return new ColumnDefinition(name, null, position) { Collation = collation, Constraints = constraints };
    }

    private static TableLikeElement ParseLike(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Like);
        RelationName relation = p.RelationName();
        var options = TableLikeOptions.None;
        while (p.Is(Keyword.Including) || p.Is(Keyword.Excluding))
        {
            bool isIncluded = p.Is(Keyword.Including);
            p.Advance();
            TableLikeOptions option = p.Keyword switch
            {
                Keyword.Comments => TableLikeOptions.Comments,
                Keyword.Compression => TableLikeOptions.Compression,
                Keyword.Constraints => TableLikeOptions.Constraints,
                Keyword.Defaults => TableLikeOptions.Defaults,
                Keyword.Generated => TableLikeOptions.Generated,
                Keyword.Identity => TableLikeOptions.Identity,
                Keyword.Indexes => TableLikeOptions.Indexes,
                Keyword.Statistics => TableLikeOptions.Statistics,
                Keyword.Storage => TableLikeOptions.Storage,
                Keyword.All => TableLikeOptions.All,
                _ => throw p.SyntaxError(),
            };
            p.Advance();
            options = isIncluded ? options | option : options & ~option;
        }

        return new TableLikeElement(relation, options, position);
    }
}
