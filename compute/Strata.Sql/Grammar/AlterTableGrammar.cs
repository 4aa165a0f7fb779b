using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>ALTER of tables, indexes, sequences, views and foreign tables.</summary>
internal static class AlterTableGrammar
{
    /// <summary>Consumes the kind and what follows.</summary>
    public static Statement Parse(Parser p, int position)
    {
        ObjectKind kind = ObjectGrammar.ParseKind(p);
        if (p.Is(Keyword.All) && kind is ObjectKind.Table or ObjectKind.Index or ObjectKind.MaterializedView)
        {
            return ParseMoveAll(p, kind, position);
        }

        bool ifExists = p.AcceptIfExists();
        RelationName relation = kind is ObjectKind.Table or ObjectKind.ForeignTable ? p.RelationExpression() : p.RelationName();
        NamedObject reference = ObjectGrammar.Of(relation);
        switch (p.Keyword)
        {
            case Keyword.Rename:
                return ParseRename(p, kind, relation, reference, ifExists, position);
            case Keyword.Set when p.PeekKeyword() == Keyword.Schema:
                p.Advance();
                p.Advance();
                return new AlterObjectSchemaStatement(kind, reference, p.ColumnId(), ifExists, position) { Relation = relation };
            case Keyword.Depends or Keyword.No when kind is ObjectKind.Index or ObjectKind.MaterializedView && !ifExists:
                if (AlterGrammar.TryParseDepends(p, kind, reference, position) is { } depends)
                {
                    return depends;
                }

                break;
            case Keyword.Attach or Keyword.Detach when kind is ObjectKind.Table or ObjectKind.Index:
                return new AlterTableStatement(kind, relation, [ParsePartition(p, kind)], ifExists, position);
        }

        if (kind == ObjectKind.Sequence)
        {
            SyntaxList<SequenceOption> options = OptionGrammar.ParseSequenceOptions(p);
            if (!options.IsEmpty)
            {
                return new AlterSequenceStatement(relation, options, ifExists, position);
            }
        }

        var commands = new ListBuilder<AlterTableCommand>();
        do
        {
            commands.Add(ParseCommand(p));
        }
        while (p.Accept(TokenKind.Comma));
        return new AlterTableStatement(kind, relation, commands.ToList(), ifExists, position);
    }

    private static MoveAllInTablespaceStatement ParseMoveAll(Parser p, ObjectKind kind, int position)
    {
        p.Advance();
        p.Expect(Keyword.In);
        p.Expect(Keyword.Tablespace);
        string old = p.ColumnId();
        SyntaxList<RoleReference> owners = default;
        if (p.Accept(Keyword.Owned))
        {
            p.Expect(Keyword.By);
            owners = p.RoleList();
        }

        p.Expect(Keyword.Set);
        p.Expect(Keyword.Tablespace);
        string target = p.ColumnId();
        return new MoveAllInTablespaceStatement(kind, old, owners, target, p.Accept(Keyword.Nowait), position);
    }

    private static RenameStatement ParseRename(
        Parser p, ObjectKind kind, RelationName relation, NamedObject reference, bool ifExists, int position)
    {
        p.Expect(Keyword.Rename);
        if (p.Accept(Keyword.To))
        {
            return new RenameStatement(kind, reference, null, p.ColumnId(), ifExists, position) { Relation = relation };
        }

        if (kind is ObjectKind.Index or ObjectKind.Sequence)
        {
            throw p.SyntaxError();
        }

        if (kind == ObjectKind.Table && p.Accept(Keyword.Constraint))
        {
            string constraint = p.ColumnId();
            p.Expect(Keyword.To);
            return new RenameStatement(ObjectKind.TableConstraint, reference, constraint, p.ColumnId(), ifExists, position) { Relation = relation };
        }

        p.Accept(Keyword.Column);
        string column = p.ColumnId();
        p.Expect(Keyword.To);
        return new RenameStatement(ObjectKind.Column, reference, column, p.ColumnId(), ifExists, position)
        {
            RelationKind = kind,
            Relation = relation,
        };
    }

    private static AlterTableCommand ParsePartition(Parser p, ObjectKind kind)
    {
        int position = p.Position;
        bool isAttach = p.Accept(Keyword.Attach);
        if (!isAttach)
        {
            if (kind == ObjectKind.Index)
            {
                throw p.SyntaxError();
            }

            p.Expect(Keyword.Detach);
        }

        p.Expect(Keyword.Partition);
        RelationName partition = p.RelationName();
        if (isAttach)
        {
            return new AttachPartition(partition, kind == ObjectKind.Table ? TableGrammar.ParsePartitionBound(p) : null, position);
        }

        if (p.Accept(Keyword.Finalize))
        {
            return new DetachPartition(partition, false, true, position);
        }

        return new DetachPartition(partition, p.Accept(Keyword.Concurrently), false, position);
    }

    private static AlterTableCommand ParseCommand(Parser p)
    {
        int position = p.Position;
        switch (p.Keyword)
        {
            case Keyword.Add:
                return ParseAdd(p);
            case Keyword.Drop:
                return ParseDrop(p);
            case Keyword.Alter:
                return ParseAlter(p);
            case Keyword.Validate:
                p.Advance();
                p.Expect(Keyword.Constraint);
                return new ValidateConstraint(p.ColumnId(), position);
            case Keyword.Set:
                return ParseSet(p);
            case Keyword.Reset:
                p.Advance();
                return new SetRelationOptions(OptionGrammar.ParseRelationOptions(p), true, position);
            case Keyword.Cluster:
                p.Advance();
                p.Expect(Keyword.On);
                return new SetCluster(p.ColumnId(), position);
            case Keyword.Owner:
                p.Advance();
                p.Expect(Keyword.To);
                return new ChangeOwner(p.Role(), position);
            case Keyword.Inherit:
                p.Advance();
                return new SetInherit(p.RelationName(), true, position);
            case Keyword.No:
                p.Advance();
                if (p.Accept(Keyword.Force))
                {
                    return ParseRowSecurity(p, RowSecurityMode.NoForce, position);
                }

                p.Expect(Keyword.Inherit);
                return new SetInherit(p.RelationName(), false, position);
            case Keyword.Force:
                p.Advance();
                return ParseRowSecurity(p, RowSecurityMode.Force, position);
            case Keyword.Of:
                {
                    p.Advance();
                    int typePosition = p.Position;
                    return new SetOfType(new TypeName(p.AnyName().Parts, typePosition), position);
                }

            case Keyword.Not:
                p.Advance();
                p.Expect(Keyword.Of);
                return new SetOfType(null, position);
            case Keyword.Replica:
                return ParseReplicaIdentity(p);
            case Keyword.Enable or Keyword.Disable:
                return ParseFiring(p);
            case Keyword.Options:
                return new SetForeignOptions(OptionGrammar.ParseAlterGenericOptions(p), position);
            default:
                throw p.SyntaxError();
        }
    }

    private static AlterTableCommand ParseAdd(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Add);
        if (ConstraintGrammar.IsTableConstraintStart(p))
        {
            return new AddConstraint(ConstraintGrammar.ParseTableConstraint(p), position);
        }

        p.Accept(Keyword.Column);
        bool ifNotExists = p.AcceptIfNotExists();
        return new AddColumn(TableGrammar.ParseColumn(p), ifNotExists, DropBehavior.Restrict, position);
    }

    private static AlterTableCommand ParseDrop(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Drop);
        bool isConstraint = p.Accept(Keyword.Constraint);
        if (!isConstraint)
        {
            p.Accept(Keyword.Column);
        }

        bool ifExists = p.AcceptIfExists();
        string name = p.ColumnId();
        return isConstraint
            ? new DropConstraint(name, ifExists, p.DropBehavior(), position)
            : new DropColumn(name, ifExists, p.DropBehavior(), position);
    }

    private static AlterTableCommand ParseAlter(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Alter);
        if (p.Accept(Keyword.Constraint))
        {
            string constraint = p.ColumnId();
            (bool isDeferrable, bool isDeferred) = ConstraintGrammar.ParseDeferral(p, "ALTER CONSTRAINT statement");
            return new AlterConstraint(constraint, isDeferrable, isDeferred, position);
        }

        p.Accept(Keyword.Column);
        if (p.Is(TokenKind.Integer))
        {
            int numberPosition = p.Position;
            int number = p.IntegerConstant();
            if (number is <= 0 or > short.MaxValue)
            {
                throw p.Error($"column number must be in range from 1 to {short.MaxValue}", numberPosition, SqlStates.InvalidParameterValue);
            }

            p.Expect(Keyword.Set);
            p.Expect(Keyword.Statistics);
            return new AlterColumnStatistics(null, number, p.SignedInteger(), position);
        }

        string column = p.ColumnId();
        switch (p.Keyword)
        {
            case Keyword.Type:
                return ParseColumnType(p, column, position);
            case Keyword.Drop:
                return ParseColumnDrop(p, column, position);
            case Keyword.Add:
                p.Advance();
                return new AddIdentity(column, ConstraintGrammar.ParseIdentity(p), position);
            case Keyword.Options:
                return new AlterColumnForeignOptions(column, OptionGrammar.ParseAlterGenericOptions(p), position);
            case Keyword.Restart:
                return ParseIdentityOptions(p, column, position);
            case Keyword.Reset:
                p.Advance();
                return new AlterColumnOptions(column, OptionGrammar.ParseRelationOptions(p), true, position);
            case Keyword.Set:
                return ParseColumnSet(p, column, position);
            default:
                throw p.SyntaxError();
        }
    }

    private static AlterTableCommand ParseColumnSet(Parser p, string column, int position)
    {
        switch (p.PeekKeyword())
        {
            case Keyword.Data:
                p.Advance();
                p.Advance();
                return ParseColumnType(p, column, position);
            case Keyword.Default:
                p.Advance();
                p.Advance();
                return new AlterColumnDefault(column, ExpressionGrammar.Parse(p), position);
            case Keyword.Not:
                p.Advance();
                p.Advance();
                p.Expect(Keyword.Null);
                return new AlterColumnNotNull(column, true, position);
            case Keyword.Statistics:
                p.Advance();
                p.Advance();
                return new AlterColumnStatistics(column, 0, p.SignedInteger(), position);
            case Keyword.Storage:
                p.Advance();
                p.Advance();
                return new AlterColumnStorage(column, p.ColumnId(), position);
            case Keyword.Compression:
                p.Advance();
                p.Advance();
                return new AlterColumnCompression(column, p.Accept(Keyword.Default) ? "default" : p.ColumnId(), position);
        }

        if (p.PeekKind() == TokenKind.LeftParen)
        {
            p.Advance();
            return new AlterColumnOptions(column, OptionGrammar.ParseRelationOptions(p), false, position);
        }

        return ParseIdentityOptions(p, column, position);
    }

    private static AlterIdentity ParseIdentityOptions(Parser p, string column, int position)
    {
        var options = new ListBuilder<SequenceOption>();
        while (true)
        {
            int optionPosition = p.Position;
            if (p.Is(Keyword.Restart))
            {
                options.Add(OptionGrammar.TryParseSequenceOption(p)!);
            }
            else if (p.Accept(Keyword.Set))
            {
                if (p.Accept(Keyword.Generated))
                {
                    SequenceOptionKind kind = ConstraintGrammar.ParseGeneratedWhen(p)
                        ? SequenceOptionKind.SetGeneratedAlways
                        : SequenceOptionKind.SetGeneratedByDefault;
                    options.Add(new SequenceOption(kind, null, optionPosition));
                }
                else
                {
                    options.Add(OptionGrammar.TryParseSequenceOption(p) ?? throw p.SyntaxError());
                }
            }
            else
            {
                return new AlterIdentity(column, options.ToList(), position);
            }
        }
    }

    private static AlterColumnType ParseColumnType(Parser p, string column, int position)
    {
        p.Expect(Keyword.Type);
        TypeName type = TypeGrammar.ParseType(p);
        QualifiedName? collation = p.Accept(Keyword.Collate) ? p.AnyName() : null;
        Expression? conversion = p.Accept(Keyword.Using) ? ExpressionGrammar.Parse(p) : null;
        return new AlterColumnType(column, type, collation, conversion, DropBehavior.Restrict, position);
    }

    private static AlterTableCommand ParseColumnDrop(Parser p, string column, int position)
    {
        p.Expect(Keyword.Drop);
        if (p.Accept(Keyword.Not))
        {
            p.Expect(Keyword.Null);
            return new AlterColumnNotNull(column, false, position);
        }

        if (p.Accept(Keyword.Expression))
        {
            return new DropColumnExpression(column, p.AcceptIfExists(), position);
        }

        if (p.Accept(Keyword.Identity))
        {
            return new DropIdentity(column, p.AcceptIfExists(), position);
        }

        p.Expect(Keyword.Default);
        return new AlterColumnDefault(column, null, position);
    }

    private static AlterTableCommand ParseSet(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Set);
        switch (p.Keyword)
        {
            case Keyword.Without:
                p.Advance();
                if (p.Accept(Keyword.Oids))
                {
                    return new SetWithoutOids(position);
                }

                p.Expect(Keyword.Cluster);
                return new SetCluster(null, position);
            case Keyword.Logged:
                p.Advance();
                return new SetLogged(true, position);
            case Keyword.Unlogged:
                p.Advance();
                return new SetLogged(false, position);
            case Keyword.Access:
                p.Advance();
                p.Expect(Keyword.Method);
                return new SetAccessMethod(p.ColumnId(), position);
            case Keyword.Tablespace:
                p.Advance();
                return new SetTablespace(p.ColumnId(), position);
            default:
                return new SetRelationOptions(OptionGrammar.ParseRelationOptions(p), false, position);
        }
    }

    private static SetRowSecurity ParseRowSecurity(Parser p, RowSecurityMode mode, int position)
    {
        p.Expect(Keyword.Row);
        p.Expect(Keyword.Level);
        p.Expect(Keyword.Security);
        return new SetRowSecurity(mode, position);
    }

    private static SetReplicaIdentity ParseReplicaIdentity(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Replica, Keyword.Identity);
        if (p.Accept(Keyword.Nothing))
        {
            return new SetReplicaIdentity(ReplicaIdentityKind.Nothing, null, position);
        }

        if (p.Accept(Keyword.Full))
        {
            return new SetReplicaIdentity(ReplicaIdentityKind.Full, null, position);
        }

        if (p.Accept(Keyword.Default))
        {
            return new SetReplicaIdentity(ReplicaIdentityKind.Default, null, position);
        }

        p.Expect(Keyword.Using);
        p.Expect(Keyword.Index);
        return new SetReplicaIdentity(ReplicaIdentityKind.Index, p.ColumnId(), position);
    }

    private static AlterTableCommand ParseFiring(Parser p)
    {
        int position = p.Position;
        FiringMode mode = TriggerGrammar.ParseFiringMode(p);
        if (mode is FiringMode.Enable or FiringMode.Disable && p.Is(Keyword.Row))
        {
            return ParseRowSecurity(p, mode == FiringMode.Enable ? RowSecurityMode.Enable : RowSecurityMode.Disable, position);
        }

        if (p.Accept(Keyword.Rule))
        {
            return new SetFiring(mode, FiringTarget.Rule, p.ColumnId(), position);
        }

        p.Expect(Keyword.Trigger);
        if (mode is FiringMode.Enable or FiringMode.Disable)
        {
            if (p.Accept(Keyword.All))
            {
                return new SetFiring(mode, FiringTarget.AllTriggers, null, position);
            }

            if (p.Accept(Keyword.User))
            {
                return new SetFiring(mode, FiringTarget.UserTriggers, null, position);
            }
        }

        return new SetFiring(mode, FiringTarget.Trigger, p.ColumnId(), position);
    }
}
